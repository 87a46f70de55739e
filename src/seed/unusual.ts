import type { QueryRunner } from '../database/connection.ts'
import { DatabaseError } from '../database/connection.ts'
import type { Column, Relation } from '../domain/catalog.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import type { Place } from './place.ts'
import { otherFor, timeFor } from './type-texts.ts'

/** What input functions commonly accept; an object is a composite type whose fields are all NULL. */
const COMMON: readonly unknown[] = [
  {},
  '',
  '0',
  '1',
  '{}',
  '[]',
  '()',
  'a',
  '(0,0)',
  '[1,2)',
  '1.0.0',
  '2026-01-15',
  '1:1:',
  '00000000-0000-0000-0000-000000000000',
]

/** A value for each required or checked column whose type the harness does not know: the first that the server takes. */
export async function unusualValues(
  connection: QueryRunner,
  relation: Relation,
): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>()
  const judged = new Set(relation.checks.flatMap(({ columns }) => columns))
  for (const column of relation.columns) {
    if (
      !(column.notNull || judged.has(column.name)) ||
      column.generated ||
      column.array ||
      column.labels ||
      isKnown(column)
    )
      continue
    for (const value of COMMON)
      if (!found.has(column.name) && (await isTaken(connection, relation, column, value)))
        found.set(column.name, value)
  }
  return found
}

const ANY: Place = { relation: '', relationIndex: 0, row: 0, variant: 0, seed: 0, unique: false }
const PLAIN = /^(uuid|text|varchar|bpchar|citext|name|int[248]|numeric|float[48]|money|oid|bool|jsonb?)$/

const isKnown = (column: Column): boolean =>
  PLAIN.test(column.baseType) || (timeFor(column, ANY) ?? otherFor(column, ANY)) !== undefined

async function isTaken(
  connection: QueryRunner,
  { schema, name }: Relation,
  column: Column,
  value: unknown,
): Promise<boolean> {
  const json = quoteLiteral(JSON.stringify({ [column.name]: value }))
  try {
    await connection.run(
      `savepoint unusual; select (jsonb_populate_record(null::${quoteQualified(schema, name)}, ${json}::jsonb)).${quoteName(column.name)}; rollback to savepoint unusual`,
    )
    return true
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    await connection.run('rollback to savepoint unusual')
    return false
  }
}
