import { DatabaseError } from '../database/connection.ts'
import type { Connection } from '../database/connection.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import type { Config } from '../domain/config.ts'
import type { Model } from '../domain/ownership.ts'
import type { Population, Spare, Unseeded } from '../domain/population.ts'
import { HarnessError } from '../errors.ts'
import { quoteQualified } from '../sql/quote.ts'
import { completeAccounts, createAccounts } from './accounts.ts'
import { tenantsByUser, withPeople, withTenants } from './belonging.ts'
import { castActors, castPeople } from './cast.ts'
import { placeExisting } from './existing.ts'
import { seedRelation } from './fill.ts'
import { entwine } from './entwine.ts'
import type { NameColumn } from './entwine.ts'
import { lateKeys, settleCycle } from './cycles.ts'
import { addPartition } from './partition.ts'
import { insertionOrder } from './order.ts'
import { MOST_ROWS, readBack } from './read-back.ts'
import { benchFor } from './bench.ts'
import type { Bench, Placed, Workshop } from './bench.ts'
import { extraRoleLabels, hasIntegerUsers, isSeedable, rightsOf, tenantsOf } from './setting.ts'
import { roleOf } from './slots.ts'
import { addDeadShare } from './shares.ts'
import { fakerFor } from './value.ts'

export interface PopulateOptions {
  readonly config: Pick<Config, 'seed' | 'identity' | 'found' | 'app'>
  /** schemas that are not the project's: nothing is seeded there but accounts */
  readonly platformSchemas: readonly string[]
  /** columns that policies hold against the names of objects and topics */
  readonly nameColumns?: readonly NameColumn[]
}

/** Seeds actors, tenants and rows, and says whose each row is. The connection is a superuser's. */
export async function populate(
  connection: Connection,
  catalog: Catalog,
  model: Model,
  options: PopulateOptions,
): Promise<Population> {
  const { rows } = options.config.seed
  const relations = seedableRelations(catalog, options.platformSchemas)
  const placed = new Map<number, Placed[]>()
  const shop = openWorkshop(catalog, model, options, placed)
  const { people, tenants } = shop
  await connection.run('begin')
  const signedUp = await createAccounts(connection, catalog, people)
  const filled = await fillRelations(connection, catalog, shop, placed, relations, rows)
  await entwine(connection, catalog, options.nameColumns ?? [])
  await refreshMaterialized(connection, catalog, options.platformSchemas)
  await commit(connection)
  const emails = new Map(people.map(({ email, key }) => [email, key]))
  const read = (): ReturnType<typeof readBack> => readBack(connection, catalog, model, tenants, emails)
  const seeded = await read()
  const actors = castActors(people, tenants, model, catalog, options.config, seeded)
  // what was written moves rows: where they stand is read once more
  const standing = (await completeAccounts(connection, catalog, actors)) ? await read() : seeded
  const belonging = tenantsByUser(model, standing)
  return {
    actors: withTenants(actors, belonging),
    tenants,
    rows: withPeople(model, standing, belonging),
    spares: filled.spares,
    unseeded: [...filled.unseeded, ...tooLarge(catalog, standing)],
    notices: [...signedUp, ...filled.notices],
    withoutTriggers: filled.withoutTriggers,
  }
}

/** What waits for the end of the transaction may object to rows that were fine one by one. */
async function commit(connection: Connection): Promise<void> {
  try {
    await connection.run('commit')
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    const { message, where } = error.error
    throw new HarnessError('SEED_FAILED', `rows could not be kept: ${message}`, {
      hint: `A deferred constraint or trigger objects when the transaction ends${where === undefined ? '' : ` (${where.split('\n')[0] ?? ''})`}. Give the columns that it looks at values by seed.values in rls.config.ts.`,
      cause: error,
    })
  }
}

/** Relations that rows can be put into, those that others refer to first. */
export function seedableRelations(catalog: Catalog, platformSchemas: readonly string[]): readonly Relation[] {
  return insertionOrder(catalog.relations.filter((relation) => isSeedable(relation, platformSchemas)))
}

/** The cast and everything else that rows are made from. The same inputs give the same people, keys and values. */
export function openWorkshop(
  catalog: Catalog,
  model: Model,
  { config, platformSchemas }: PopulateOptions,
  placed: ReadonlyMap<number, readonly Placed[]>,
): Workshop {
  const { seed, values } = config.seed
  const rights = rightsOf(model)
  return {
    model,
    people: castPeople(model, seed, extraRoleLabels(catalog, model), rights, hasIntegerUsers(catalog, model)),
    tenants: tenantsOf(catalog, model, seedableRelations(catalog, platformSchemas), seed),
    faker: fakerFor(seed),
    seed,
    values,
    placed,
    identity: config.identity,
  }
}

/** Relations with more rows than are read: a probe that changed one of the rest would look like one that changed nothing. */
function tooLarge(catalog: Catalog, standing: Population['rows']): readonly Unseeded[] {
  return catalog.relations
    .filter(({ oid }) => (standing.get(oid)?.length ?? 0) > MOST_ROWS)
    .map(({ qualified }) => ({
      relation: qualified,
      reason: `they could not be told apart among more than ${MOST_ROWS} that stand there already`,
    }))
}

/** Relation by relation, then what needs rows of several: cycles of keys, shares out of force, leaves of partitions. */
async function fillRelations(
  connection: Connection,
  catalog: Catalog,
  shop: Workshop,
  placed: Map<number, Placed[]>,
  relations: readonly Relation[],
  rows: number,
): Promise<Pick<Population, 'spares' | 'unseeded' | 'notices' | 'withoutTriggers'>> {
  const spares = new Map<number, readonly Spare[]>()
  const unseeded: Unseeded[] = []
  const notices: string[] = []
  const withoutTriggers: string[] = []
  const benches: Bench[] = []
  for (const [index, relation] of relations.entries()) {
    const late = lateKeys(relation, relations.slice(index))
    const { model } = shop
    const bench = await benchFor(connection, relation, {
      catalog,
      model,
      index: index + 1,
      role: roleOf(relation, model),
      late,
    })
    benches.push(bench)
    notices.push(...(await addPartition(connection, relation)))
    await placeExisting(connection, relation, bench, shop, placed)
    const result = await seedRelation(connection, bench, shop, placed, rows)
    spares.set(relation.oid, result.spares)
    notices.push(...result.notices)
    if (result.withoutTriggers) withoutTriggers.push(relation.qualified)
    if (result.reason !== null) unseeded.push({ relation: relation.qualified, reason: result.reason })
  }
  for (const bench of benches) {
    const reason = await settleCycle(connection, bench, placed, spares)
    if (reason !== null) unseeded.push({ relation: bench.relation.qualified, reason })
  }
  for (const bench of benches) await addDeadShare(connection, shop, bench, placed)
  sharePartitions(catalog, spares)
  return { spares, unseeded, notices, withoutTriggers }
}

async function refreshMaterialized(
  connection: Connection,
  catalog: Catalog,
  platformSchemas: readonly string[],
): Promise<void> {
  for (const { kind, schema, name } of catalog.relations)
    if (kind === 'materialized' && !platformSchemas.includes(schema))
      await connection.run(`refresh materialized view ${quoteQualified(schema, name)}`)
}

/** What can be inserted into a partitioned table can be tried on its leaves: the wrong leaf refuses it after the policies. */
function sharePartitions(catalog: Catalog, spares: Map<number, readonly Spare[]>): void {
  const share = (oid: number): void => {
    for (const leaf of catalog.relations.filter(
      ({ isPartition, parents }) => isPartition && parents.includes(oid),
    )) {
      spares.set(leaf.oid, spares.get(oid) ?? [])
      share(leaf.oid)
    }
  }
  for (const { oid, kind, isPartition } of catalog.relations)
    if (kind === 'partitioned' && !isPartition) share(oid)
}
