import type { Column, Relation } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import type { Values } from '../domain/population.ts'
import { HarnessError } from '../errors.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import { literalOf } from './inline.ts'
import { columnValues } from './seeding.ts'
import type { RowWishes } from './seeding.ts'

/** Which rows: values of columns, or an SQL condition. */
export type Where = RowWishes | string

export const tableSql = ({ schema, name }: Relation): string => quoteQualified(schema, name)

/** A value to write. A cast to a type with a length would cut off what the server refuses. */
const written = (column: Column, value: unknown): string =>
  value !== null && /^(character|bit)\b/.test(column.type) ? literalOf(value) : constant(column, value)

/** A value as a constant of the column's type. */
function constant(column: Column, value: unknown): string {
  if (value === null) return 'null'
  const isJson = !column.array && /^jsonb?$/.test(column.baseType)
  const literal = isJson ? quoteLiteral(JSON.stringify(value)) : literalOf(value)
  return `${literal}::${isJson ? 'jsonb' : column.type}`
}

function comparison(column: Column, value: unknown): string {
  const name = quoteName(column.name)
  if (value === null) return `${name} is null`
  // json has no equality
  const cast = !column.array && column.baseType === 'json' ? '::jsonb' : ''
  return `${name}${cast} = ${constant(column, value)}`
}

const columnOf = (relation: Relation, name: string): Column =>
  relation.columns.find((column) => column.name === name) as Column

/** The condition that picks these rows; `true` picks all. @throws HarnessError for unknown columns */
export function conditionSql(relation: Relation, model: Model, where: Where | undefined): string {
  if (where === undefined) return 'true'
  if (typeof where === 'string') return `(${where})`
  const missing = Object.keys(where).find((name) => where[name] === undefined)
  if (missing !== undefined) throw withoutValue(relation, missing)
  const values = Object.entries(columnValues(relation, model, where))
  if (values.length === 0) return 'true'
  return values.map(([name, value]) => comparison(columnOf(relation, name), value)).join(' and ')
}

/** Left out, the condition would mean other rows, all of them perhaps. */
const withoutValue = (relation: Relation, name: string): HarnessError =>
  new HarnessError('USAGE', `the condition on ${relation.qualified} has no value: "${name}" is undefined`, {
    hint: 'Look for a misspelt property of a row. Leave the column out to mean every row, and write null for NULL.',
  })

/** The columns that the condition names. */
export const columnsIn = (where: Where | undefined): readonly string[] =>
  where === undefined || typeof where === 'string' ? [] : Object.keys(where)

export function selectSql(relation: Relation, condition: string, columns: readonly string[]): string {
  const list = columns.length === 0 ? '1 as row' : columns.map(quoteName).join(', ')
  return `select ${list} from ${tableSql(relation)}${whereSql(condition)}`
}

export function insertSql(relation: Relation, values: Values): string {
  const names = Object.keys(values)
  if (names.length === 0) return `insert into ${tableSql(relation)} default values`
  const constants = names.map((name) => written(columnOf(relation, name), values[name]))
  return `insert into ${tableSql(relation)} (${names.map(quoteName).join(', ')}) values (${constants.join(', ')})`
}

export function updateSql(relation: Relation, condition: string, changes: Values): string {
  const list = Object.entries(changes).map(
    ([name, value]) => `${quoteName(name)} = ${written(columnOf(relation, name), value)}`,
  )
  return `update ${tableSql(relation)} set ${list.join(', ')}${whereSql(condition)}`
}

/** Writes a column back as it is: what an UPDATE without changes stands for. */
export function touchSql(relation: Relation, condition: string, column: string): string {
  const name = quoteName(column)
  return `update ${tableSql(relation)} set ${name} = ${name}${whereSql(condition)}`
}

export const deleteSql = (relation: Relation, condition: string): string =>
  `delete from ${tableSql(relation)}${whereSql(condition)}`

/** A statement of PostgREST without a filter has no WHERE either: one would ask for the SELECT policies, too. */
const whereSql = (condition: string): string => (condition === 'true' ? '' : ` where ${condition}`)

/** The column that an UPDATE without changes writes: one that the role may write, rather none of a key. */
export function touchable(relation: Relation, role: string): string | undefined {
  const granted = relation.privileges.find((one) => one.role === role)
  const keys = new Set(relation.keys.flatMap(({ columns }) => columns))
  const columns = relation.columns.filter(({ generated, identity }) => !generated && identity !== 'always')
  const mayWrite = ({ name }: Column): boolean => granted?.columns.update.includes(name) ?? true
  return (
    columns.find((column) => mayWrite(column) && !keys.has(column.name)) ??
    columns.find(mayWrite) ??
    columns[0]
  )?.name
}

/** How many rows there are, as whoever asks sees them. */
export const countSql = (relation: Relation, condition: string): string =>
  `select count(*)::int as rows from ${tableSql(relation)}${whereSql(condition)}`

/** Whether a row holds the values, as texts: not every type has an equality. */
export function holdsSql(relation: Relation, values: Values): string {
  const parts = Object.entries(values).map(([name, value]) => {
    const column = columnOf(relation, name)
    const cast = !column.array && column.baseType === 'json' ? '::jsonb' : ''
    return `${quoteName(name)}${cast}::text is not distinct from (${constant(column, value)})::text`
  })
  return parts.length === 0 ? 'true' : parts.join(' and ')
}

/** All rows as texts, which of them are meant, and which hold the values. A column may be called as the table is. */
export const rowsSql = (relation: Relation, condition: string, values: Values): string =>
  `select (${quoteName(relation.name)}.*)::text as row, (${condition}) is true as meant, ${holdsSql(relation, values)} as sent from ${tableSql(relation)}`

/** Where the rows stand: an UPDATE puts each that it reaches elsewhere, even where it changes nothing. */
export const placesSql = (relation: Relation, condition: string): string =>
  `select tableoid::text || ctid::text as row, (${condition}) is true as meant, true as sent from ${tableSql(relation)}`
