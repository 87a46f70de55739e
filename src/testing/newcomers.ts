import type { Relation } from '../domain/catalog.ts'
import { relationByName, relationByOid } from '../domain/catalog.ts'
import type { Actor, Tenant } from '../domain/population.ts'
import { HarnessError } from '../errors.ts'
import { createAccounts } from '../seed/accounts.ts'
import { actorFor } from '../seed/cast.ts'
import type { Person } from '../seed/cast.ts'
import { uuidFor } from '../seed/place.ts'
import type { TestDatabase } from './database.ts'
import { withClaims } from './identity.ts'
import type { ClaimChanges } from './identity.ts'
import type { TestTenant } from './people.ts'
import type { RowMaker } from './row-maker.ts'
import { wantedRow } from './seeding.ts'
import type { RowWishes } from './seeding.ts'
import type { TestSession } from './session.ts'

/** How somebody new belongs. */
export interface UserOptions {
  readonly tenant?: TestTenant
  /** label of the membership's role; default: the least one */
  readonly membership?: string
  readonly email?: string
  /** signed in without an address, as Supabase's anonymous sign-in does */
  readonly anonymous?: boolean
  /** claims besides those that a user of the project has */
  readonly claims?: ClaimChanges
}

/** Signs somebody up. @throws HarnessError where the project's triggers or constraints refuse it */
export async function signUp(
  database: TestDatabase,
  session: TestSession,
  maker: RowMaker,
  name: string,
  options: UserOptions,
): Promise<{ readonly session: Actor; readonly person: Person }> {
  const { connection, catalog, model, config } = database
  const person = personOf(database, maker, name, options)
  maker.people.push(person)
  await session.alone(async () => {
    const [notice] = await createAccounts(connection, catalog, [person])
    if (notice !== undefined) throw new HarnessError('SEED_FAILED', notice)
    maker.forget()
    for (const relation of rootsOfUsers(database)) await maker.add(relation, { person, tenant: null }, {})
    if (options.tenant) await join(database, maker, person, options.tenant)
  })
  const plain = actorFor(person, maker.tenants, model, config)
  const claims = options.anonymous ? anonymous(plain.claims) : plain.claims
  const actor: Actor = { ...plain, purpose: 'judged', claims }
  return { person, session: options.claims ? { ...withClaims(actor, options.claims), name } : actor }
}

function personOf(
  { config }: TestDatabase,
  { people }: RowMaker,
  name: string,
  { email, tenant, membership }: UserOptions,
): Person {
  const isNumber = people.some(({ key }) => /^\d+$/.test(key))
  return {
    name,
    key: isNumber ? String(9001 + people.length) : uuidFor(config.seed.seed, 'user', name),
    email: email ?? `${name}@example.com`,
    tenant: tenant?.name ?? null,
    membership: tenant ? (membership === undefined ? 'lowest' : { label: membership }) : null,
    right: null,
    provider: 'email',
  }
}

/** The project's own tables of people; accounts come first and may fill them by a trigger. */
function rootsOfUsers({ catalog, model, supplies }: TestDatabase): readonly Relation[] {
  const accounts = relationByName(catalog, 'auth.users')
  return model.userRoots
    .flatMap(({ relation }) => relationByOid(catalog, relation) ?? [])
    .filter((relation) => relation !== accounts && supplies.relations.includes(relation))
}

async function join(
  { catalog, model }: TestDatabase,
  maker: RowMaker,
  person: Person,
  tenant: TestTenant,
): Promise<void> {
  for (const { memberships } of model.tenants)
    for (const membership of memberships) {
      const relation = relationByOid(catalog, membership.relation)
      if (relation) await maker.add(relation, { person, tenant: tenant.name }, {})
    }
}

/** Makes a tenant of every kind that the schema has. */
export async function foundTenant(
  { catalog, model, config }: TestDatabase,
  session: TestSession,
  maker: RowMaker,
  name: string,
  wishes: RowWishes,
): Promise<Tenant> {
  const keys = model.tenants.map(
    (kind, index) => nextNumber(maker.tenants, index) ?? uuidFor(config.seed.seed, 'tenant', kind.name, name),
  )
  const tenant = { name, keys }
  maker.tenants.push(tenant)
  for (const [index, kind] of model.tenants.entries()) {
    const relation = kind.relation === null ? undefined : relationByOid(catalog, kind.relation)
    const column = relation?.columns.find((one) => one.name === kind.keyColumn)
    if (!relation || !column) continue
    const given = column.baseType === 'uuid' ? { [column.name]: keys[index] } : {}
    const wanted = wantedRow({ catalog, model }, maker, relation.qualified, { ...given, ...wishes })
    const slot = { ...wanted.slot, tenant: name }
    const row = await session.alone(() => maker.add(relation, slot, wanted.values))
    keys[index] = String(row[kind.keyColumn])
  }
  return tenant
}

/** The key after those that there are; undefined where keys are no numbers. */
function nextNumber(tenants: readonly Tenant[], index: number): string | undefined {
  const numbers = tenants.map(({ keys }) => keys[index] ?? '')
  if (numbers.length === 0 || !numbers.every((key) => /^\d+$/.test(key))) return undefined
  return String(Math.max(...numbers.map(Number)) + 1)
}

const anonymous = (claims: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
  ...claims,
  is_anonymous: true,
  email: '',
  email_verified: false,
  aal: 'aal1',
  app_metadata: {},
  amr: [{ method: 'anonymous', timestamp: claims['iat'] }],
})
