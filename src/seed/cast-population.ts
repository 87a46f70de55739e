import type { Connection } from '../database/connection.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import { relationByOid } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import type { Actor, Tenant } from '../domain/population.ts'
import { completeAccounts, createAccounts } from './accounts.ts'
import { tenantsByUser, withTenants } from './belonging.ts'
import { benchFor } from './bench.ts'
import type { Bench, Placed } from './bench.ts'
import { castActors } from './cast.ts'
import type { Person } from './cast.ts'
import { lateKeys, settleCycle } from './cycles.ts'
import { placeExisting } from './existing.ts'
import { seedSlots } from './fill.ts'
import { openWorkshop, seedableRelations } from './populate.ts'
import type { PopulateOptions } from './populate.ts'
import { readBack } from './read-back.ts'
import { roleOf, slotsFor } from './slots.ts'

/** People, tenants and who belongs where, and no other row than these take. */
export interface CastPopulation {
  readonly people: readonly Person[]
  readonly tenants: readonly Tenant[]
  readonly actors: readonly Actor[]
  readonly notices: readonly string[]
}

/**
 * Signs the cast up and makes its tenants, memberships and rights, for tests that bring their own rows. The connection
 * is a superuser's.
 */
export async function populateCast(
  connection: Connection,
  catalog: Catalog,
  model: Model,
  options: PopulateOptions,
): Promise<CastPopulation> {
  const placed = new Map<number, Placed[]>()
  const shop = openWorkshop(catalog, model, options, placed)
  const { people, tenants } = shop
  await connection.run('begin')
  const notices = [...(await createAccounts(connection, catalog, people))]
  const relations = seedableRelations(catalog, options.platformSchemas)
  const wanted = castRelations(catalog, model)
  const benches: Bench[] = []
  for (const [index, relation] of relations.entries()) {
    const role = roleOf(relation, model)
    const late = lateKeys(relation, relations.slice(index))
    const bench = await benchFor(connection, relation, { catalog, model, index: index + 1, role, late })
    await placeExisting(connection, relation, bench, shop, placed)
    if (!wanted.has(relation.oid)) continue
    benches.push(bench)
    const slots = slotsFor(relation, role, model, people)
    const { reason, notices: missing } = await seedSlots(connection, bench, shop, placed, slots)
    notices.push(...missing, ...(reason === null ? [] : [`${relation.qualified} has no row: ${reason}`]))
  }
  for (const bench of benches) {
    const reason = await settleCycle(connection, bench, placed, new Map())
    if (reason !== null) notices.push(`${bench.relation.qualified} has no row: ${reason}`)
  }
  await connection.run('commit')
  return { people, tenants, actors: await actorsOf(connection, catalog, shop, options), notices }
}

async function actorsOf(
  connection: Connection,
  catalog: Catalog,
  { model, people, tenants }: ReturnType<typeof openWorkshop>,
  { config }: PopulateOptions,
): Promise<readonly Actor[]> {
  const emails = new Map(people.map(({ email, key }) => [email, key]))
  const rows = await readBack(connection, catalog, model, tenants, emails)
  const actors = castActors(people, tenants, model, catalog, config, rows).filter(
    ({ forged, scene }) => forged === undefined && scene === undefined,
  )
  await completeAccounts(connection, catalog, actors)
  return withTenants(actors, tenantsByUser(model, rows))
}

/** Where people, tenants, memberships and rights stand, and what these rows cannot be without. */
function castRelations(catalog: Catalog, model: Model): ReadonlySet<number> {
  const found = new Set<number>([
    ...model.userRoots.map(({ relation }) => relation),
    ...model.tenants.flatMap(({ relation, memberships }) => [
      ...(relation === null ? [] : [relation]),
      ...memberships.map((one) => one.relation),
    ]),
    ...model.privileges.map(({ relation }) => relation),
  ])
  // a set goes on over what is added to it meanwhile
  for (const oid of found)
    for (const target of requiredTargets(relationByOid(catalog, oid))) found.add(target)
  return found
}

const requiredTargets = (relation: Relation | undefined): readonly number[] =>
  (relation?.foreignKeys ?? [])
    .filter(({ columns }) =>
      columns.some((name) => relation?.columns.some((column) => column.name === name && column.notNull)),
    )
    .map(({ target }) => target)
