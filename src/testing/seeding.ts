import { nearest } from '../config/nearest.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import { holdsRows, relationByName } from '../domain/catalog.ts'
import { columnKey } from '../domain/ownership.ts'
import type { Model } from '../domain/ownership.ts'
import type { Values } from '../domain/population.ts'
import { HarnessError } from '../errors.ts'
import type { Slot } from '../seed/slots.ts'
import { TestActor, TestTenant } from './people.ts'
import type { RowMaker } from './row-maker.ts'

/** Values of a row: columns by name, and whose it is to be. */
export interface RowWishes {
  readonly [column: string]: unknown
}

/** What a test gave of a row, and what it takes to insert it. */
export interface Completed {
  readonly given: Values
  /** columns that say whose row it is, as far as the test said so */
  readonly name: Values
  readonly values: Values
}

/** The relation of that name. @throws HarnessError that names the nearest */
export function relationNamed(catalog: Catalog, name: string): Relation {
  const found = relationByName(catalog, name) ?? relationByName(catalog, `public.${name}`)
  if (found) return found
  const names = catalog.relations.map(({ qualified }) => qualified)
  const guess = nearest(name.includes('.') ? name : `public.${name}`, names)
  throw new HarnessError('USAGE', `there is no relation "${name}" in the database that the migrations make`, {
    hint: guess === undefined ? 'Write schema.name.' : `Did you mean "${guess}"?`,
  })
}

/** Columns and values as the database is to get them. @throws HarnessError for a column that is not there */
export function columnValues(relation: Relation, model: Model, wishes: RowWishes): Values {
  return Object.fromEntries(
    Object.entries(wishes).flatMap(([name, value]) => {
      if (value === undefined) return []
      const column = relation.columns.find((one) => one.name === name)
      if (!column) throw unknownColumn(relation, name)
      const isEmail = model.emailColumns.has(columnKey(relation.oid, name))
      return [[name, plainValue(value, isEmail)]]
    }),
  )
}

function plainValue(value: unknown, isEmail: boolean): unknown {
  if (value instanceof TestActor) return isEmail ? value.email : value.id
  if (value instanceof TestTenant) return value.id
  if (Array.isArray(value)) return value.map((item) => plainValue(item, isEmail))
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
  return value
}

function unknownColumn(relation: Relation, name: string): HarnessError {
  const names = relation.columns.map((column) => column.name)
  const guess = nearest(name, names)
  return new HarnessError('USAGE', `"${name}" is not a column of ${relation.qualified}`, {
    hint: `Its columns are ${names.join(', ')}.${guess === undefined ? '' : ` Did you mean "${guess}"?`}`,
  })
}

export interface Wanted {
  readonly relation: Relation
  readonly slot: Slot
  readonly values: Values
  /** somebody is named whose it is to be */
  readonly isOwned: boolean
}

/**
 * What a test asks for: `owner` and `tenant` are not columns where an actor or a tenant stands there and no column is
 * called so.
 *
 * @throws HarnessError for names that are not there, and where nobody knows whose the row is to be
 */
export function wantedRow(
  { catalog, model }: { readonly catalog: Catalog; readonly model: Model },
  maker: RowMaker,
  name: string,
  wishes: RowWishes,
): Wanted {
  const relation = relationNamed(catalog, name)
  if (!holdsRows(relation))
    throw new HarnessError('USAGE', `${relation.qualified} is a ${relation.kind}: rows go into tables`, {
      hint: 'Seed the tables that it reads.',
    })
  const isColumn = (word: string): boolean => relation.columns.some((column) => column.name === word)
  const { owner, tenant, ...rest } = wishes
  const whose = owner instanceof TestActor ? owner : null
  const where = tenant instanceof TestTenant ? tenant : null
  const columns = {
    ...rest,
    ...(owner !== undefined && (whose === null || isColumn('owner')) ? { owner } : {}),
    ...(tenant !== undefined && (where === null || isColumn('tenant')) ? { tenant } : {}),
  }
  const values = columnValues(relation, model, columns)
  const slot = slotOf(relation, model, maker, values, whose, where)
  return { relation, slot, values, isOwned: whose !== null }
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** What may be the key of somebody: a UUID anywhere, anything else where it refers to a row or names its own. */
function keysIn({ foreignKeys, keys }: Relation, values: Values): ReadonlySet<string> {
  const columns = new Set([...foreignKeys, ...keys].flatMap((key) => key.columns))
  return new Set(
    Object.entries(values).flatMap(([name, value]) => {
      if (typeof value !== 'string' && typeof value !== 'number') return []
      const text = String(value)
      return columns.has(name) || UUID.test(text) || text.includes('@') ? [text] : []
    }),
  )
}

function slotOf(
  relation: Relation,
  model: Model,
  { people, tenants }: RowMaker,
  values: Values,
  owner: TestActor | null,
  tenant: TestTenant | null,
): Slot {
  const ownership = model.ownerships.get(relation.oid)
  const given = keysIn(relation, values)
  const person =
    (owner && people.find(({ key }) => key === owner.session.user)) ??
    people.find(({ key }) => given.has(key)) ??
    null
  const place =
    tenant?.name ??
    tenants.find(({ keys }) => keys.some((key) => given.has(key)))?.name ??
    person?.tenant ??
    null
  if (owner && !person)
    throw new HarnessError('USAGE', `${owner.name} has no account that rows could belong to`, {
      hint: 'Give a user as owner: one of the cast, or one that `user(…)` made.',
    })
  const isOwned = ownership !== undefined && ownership.kind !== 'shared'
  if (isOwned && !person && place === null && Object.keys(values).length === 0)
    throw new HarnessError(
      'USAGE',
      `rows of ${relation.qualified} belong to a ${ownership.kind}: whose is this one?`,
      {
        hint: `Write seed('${relation.qualified}', { owner: alice }), { tenant: acme }, or give the columns.`,
      },
    )
  // a tenant's row names somebody of it where it must name somebody
  const member = people.find(
    ({ tenant: of, membership }) => place !== null && of === place && membership === 'highest',
  )
  return { person: person ?? member ?? null, tenant: place }
}
