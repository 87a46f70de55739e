import type { Column } from '../domain/catalog.ts'
import { labelsOf } from '../domain/catalog.ts'
import type { Node } from '../sql/parse.ts'
import { nameParts } from '../sql/parse.ts'
import { quoteLiteral } from '../sql/quote.ts'
import type { Draft, Slot } from './draft.ts'
import type { Meanings, Setting } from './invert.ts'

/** What settings are looked for in. */
export interface View {
  readonly identity: ReadonlySet<string>
  readonly draft: Draft
  readonly meanings: Meanings
  readonly by: (inner: Node | undefined, value: string) => readonly Setting[]
}

export const operatorOf = (node: Node): string => nameParts(node, 'name').at(-1) ?? ''

/** The column that a slot is, if it is one. */
export const columnOf = (slot: Slot, draft: Draft): Column | undefined =>
  slot.kind === 'column'
    ? draft.rows.get(slot.alias)?.relation.columns.find(({ name }) => name === slot.column)
    : undefined

/** The next value up or down, as far as the column's type has one. */
export function shifted(column: Column | undefined, text: string, sign: '+' | '-'): string {
  switch (column?.baseType ?? '') {
    case 'date':
      return `((${text})::timestamptz ${sign} interval '2 days')::date`
    case 'timestamp':
    case 'timestamptz':
      return `(${text}) ${sign} interval '2 days'`
    case 'time':
    case 'timetz':
      return `(${text}) ${sign} interval '1 minute'`
    case 'interval':
      return `(${text}) ${sign} interval '1 day'`
    case 'text':
    case 'varchar':
    case 'citext':
      return sign === '+' ? `(${text})::text || 'x'` : `''::text`
    default:
      return `(${text})::numeric ${sign} 1`
  }
}

/** Values other than what an expression comes to. */
export function different(
  slot: Slot,
  column: Column | undefined,
  text: string,
  draft: Draft,
): readonly string[] {
  if (!column || slot.kind !== 'column') return [`'other'::text`]
  const relation = draft.rows.get(slot.alias)?.relation
  const labels = relation ? labelsOf(relation, column) : []
  if (labels.length > 0) return labels.map((label) => `nullif(${quoteLiteral(label)}::text, (${text})::text)`)
  if (column.baseType === 'bool') return [`not (${text})::boolean`]
  if (column.baseType === 'uuid') return [`gen_random_uuid()`]
  return [shifted(column, text, '+')]
}

/** What columns are given that are to hold anything at all, by type. */
export const PRESENT: Readonly<Record<string, string>> = {
  text: `'x'::text`,
  varchar: `'x'::text`,
  citext: `'x'::text`,
  bool: 'true',
  int2: '1',
  int4: '1',
  int8: '1',
  numeric: '1',
  float4: '1',
  float8: '1',
  timestamptz: `timestamptz '2020-01-01'`,
  timestamp: `timestamp '2020-01-01'`,
  date: `date '2020-01-01'`,
  json: `'{}'::jsonb`,
  jsonb: `'{}'::jsonb`,
  uuid: 'gen_random_uuid()',
}
