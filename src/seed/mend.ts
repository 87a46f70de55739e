import type { Connection } from '../database/connection.ts'
import type { Column, ForeignKey, Relation } from '../domain/catalog.ts'
import { labelsOf } from '../domain/catalog.ts'
import type { Values } from '../domain/population.ts'
import type { ServerError } from '../domain/server-error.ts'
import type { Bench, Placed } from './bench.ts'
import { closest } from './reference.ts'
import type { Slot } from './slots.ts'
import { valueFor } from './value.ts'
import type { Workshop } from './bench.ts'

/** What is known where a row is mended. */
export interface Mending {
  readonly connection: Connection
  readonly bench: Bench
  readonly shop: Workshop
  readonly placed: ReadonlyMap<number, readonly Placed[]>
  readonly slot: Slot
  /** a number that no other row has */
  readonly number: number
}

const MOST_MENDED = 6

/**
 * Other values for a row that the server refused, by what it says: a key that is taken gets another value, a reference
 * another target, times that overlap move apart. Whose the row is stays as it is.
 */
export async function mendings(
  mending: Mending,
  error: ServerError,
  row: Values,
): Promise<readonly Values[]> {
  if (error.table !== undefined && error.table !== mending.bench.relation.name) return []
  switch (error.sqlstate) {
    case '23505':
      return otherKeys(mending, error, row).slice(0, MOST_MENDED)
    case '23P01':
      return movedApart(mending, await constraintColumns(mending, error), row)
    case '23503':
      return otherTargets(mending, error, row).slice(0, MOST_MENDED)
    case '23502':
      return filled(mending, error, row)
    default:
      return []
  }
}

function otherKeys(mending: Mending, error: ServerError, row: Values): readonly Values[] {
  const { relation, identity } = mending.bench
  const key = relation.keys.find(({ name }) => name === error.constraint)
  const free = (column: Column): boolean =>
    !column.generated && !identity.has(column.name) && !isReference(relation, column.name)
  const inKey = relation.columns.filter((column) => free(column) && key?.columns.includes(column.name))
  // what decides whether a partial key speaks of the row at all
  const deciding = key && !key.partial ? [] : relation.columns.filter(free)
  const changed = (column: Column, value: unknown): readonly Values[] =>
    value === undefined || value === row[column.name] ? [] : [{ ...row, [column.name]: value }]
  return [
    ...inKey.flatMap((column) => changed(column, fresh(mending, column))),
    ...deciding.flatMap((column) => states(relation, column).flatMap((value) => changed(column, value))),
    ...(inKey.length === 0 ? deciding.flatMap((column) => texts(mending, column, row)) : []),
    ...(key ? targetsOf(mending, relation.foreignKeys.filter(within(key.columns)), row) : []),
  ]
}

const within =
  (names: readonly string[]) =>
  ({ columns }: ForeignKey): boolean =>
    columns.every((name) => names.includes(name))

const isReference = ({ foreignKeys }: Relation, name: string): boolean =>
  foreignKeys.some(({ columns }) => columns.includes(name))

function fresh({ shop, bench, number }: Mending, column: Column): unknown {
  const { relation, index, hints } = bench
  const place = {
    relation: relation.qualified,
    relationIndex: index,
    row: number,
    variant: 0,
    seed: shop.seed,
  }
  return valueFor(column, hints.get(column.name) ?? {}, { ...place, unique: true }, shop.faker)
}

const states = (relation: Relation, column: Column): readonly unknown[] =>
  column.array ? [] : column.baseType === 'bool' ? [false, true] : labelsOf(relation, column)

/** A key over an expression, such as a text in small letters. */
function texts(mending: Mending, column: Column, row: Values): readonly Values[] {
  if (!/^(text|varchar|citext)$/.test(column.baseType) || column.array) return []
  return [{ ...row, [column.name]: fresh(mending, column) }]
}

function otherTargets(mending: Mending, error: ServerError, row: Values): readonly Values[] {
  const { relation } = mending.bench
  const keys = relation.foreignKeys.filter(({ name }) => name === error.constraint)
  const optional = keys.flatMap(({ columns }) =>
    columns.every((name) => relation.columns.some((c) => c.name === name && !c.notNull))
      ? [{ ...row, ...Object.fromEntries(columns.map((name) => [name, null])) }]
      : [],
  )
  return [...targetsOf(mending, keys, row), ...optional]
}

/** The row with references to other rows: those of the same person first, never a stranger's. */
function targetsOf(mending: Mending, keys: readonly ForeignKey[], row: Values): readonly Values[] {
  const { placed, slot } = mending
  return keys.flatMap((key) =>
    closest(placed.get(key.target) ?? [], slot).map(({ values }) => ({
      ...row,
      ...Object.fromEntries(key.columns.map((name, i) => [name, values[key.targetColumns[i] ?? '']])),
    })),
  )
}

function filled(
  { bench, shop, number }: Mending,
  { column: name }: ServerError,
  row: Values,
): readonly Values[] {
  const column = bench.relation.columns.find((one) => one.name === name)
  if (!column || column.generated || (row[column.name] ?? null) !== null) return []
  const value = fresh({ bench, shop, number } as Mending, column) ?? bench.unusual.get(column.name)
  return value === undefined ? [] : [{ ...row, [column.name]: value }]
}

const DAY = 86_400_000

/** All times of the constraint by the same distance: how long something takes stays. */
function movedApart({ bench, number }: Mending, names: readonly string[], row: Values): readonly Values[] {
  const columns = bench.relation.columns.filter(({ name }) => names.includes(name))
  return [1, 3, 11].map((step) => ({
    ...row,
    ...Object.fromEntries(
      columns.flatMap(({ name, baseType }) => {
        const value = moved(row[name], baseType, (number % 400) * step + step)
        return value === undefined ? [] : [[name, value]]
      }),
    ),
  }))
}

function moved(value: unknown, baseType: string, days: number): unknown {
  if (typeof value !== 'string') return undefined
  const shift = (text: string): string =>
    text.replaceAll(/\d{4}-\d\d-\d\d/g, (date) =>
      new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10),
    )
  if (/^(date|timestamp|timestamptz|(date|ts|tstz)(multi)?range)$/.test(baseType)) return shift(value)
  if (/^(int[48]|num)range$/.test(baseType))
    return value.replaceAll(/-?\d+/g, (number) => String(Number(number) + days * 10))
  return undefined
}

async function constraintColumns(
  { connection, bench: { relation } }: Mending,
  { constraint = '' }: ServerError,
): Promise<readonly string[]> {
  const [found] = await connection.rows<{ definition: string }>(
    'select pg_get_constraintdef(oid) as definition from pg_constraint where conrelid = $1::oid and conname = $2',
    [relation.oid, constraint],
  )
  const words = new Set(found?.definition.match(/[\w$]+/g) ?? [])
  return relation.columns.filter(({ name }) => words.has(name)).map(({ name }) => name)
}
