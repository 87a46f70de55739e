import type { Relation } from '../domain/catalog.ts'
import type { Values } from '../domain/population.ts'
import { quoteLiteral, quoteQualified } from '../sql/quote.ts'
import { keyCondition, keyOf } from './aim.ts'
import type { KnownRow } from './inventory.ts'

/** Rows are put there before it, so that what the attempt writes bears a younger transaction number (a subtransaction's). */
export const MARK = 'savepoint attempt'
const WRITTEN = 'age(t.xmin) < 0'

const from = ({ schema, name }: Relation): string => `from ${quoteQualified(schema, name)} t`

/** A row that an INSERT put there, with these values. */
export function insertedLook(relation: Relation, values: Values): string {
  return `select t.* ${from(relation)} where ${[WRITTEN, ...withValues(relation, values)].join(' and ')}`
}

/** Rows as an UPDATE left them, with these values; where it changed their keys, that they are no longer found. */
export function updatedLook(relation: Relation, rows: readonly KnownRow[], assigned: Values): string {
  const key = keyOf(relation, rows)
  if (!key || key.some((name) => name in assigned)) return goneLook(relation, rows)
  const terms = [`(${keyCondition(rows)})`, WRITTEN, ...withValues(relation, assigned)]
  return `select t.* ${from(relation)} where ${terms.join(' and ')}`
}

/** One line for each row that no longer stands. */
export function goneLook(relation: Relation, rows: readonly KnownRow[]): string {
  const lines = rows.map(
    (one) =>
      `select ${quoteLiteral('gone')} as row where not exists (select ${from(relation)} where ${keyCondition([one])})`,
  )
  return lines.join(' union all ')
}

function withValues({ columns }: Relation, values: Values): readonly string[] {
  const names = Object.keys(values)
  if (names.length === 0) return []
  const json = `${quoteLiteral(JSON.stringify(values))}::jsonb`
  const isRewritten = columns.some(({ name, baseType }) => names.includes(name) && REWRITTEN.test(baseType))
  return [
    isRewritten ? `to_jsonb(jsonb_populate_record(t, ${json})) = to_jsonb(t.*)` : `to_jsonb(t.*) @> ${json}`,
  ]
}

/** Types whose values come out in other words than they went in: a day in summer as a moment of it. */
const REWRITTEN = /^(date|time|timestamp|interval|numeric|float|money|bpchar|bytea|inet|cidr)/
