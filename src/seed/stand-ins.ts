import type { Column } from '../domain/catalog.ts'
import { quoteLiteral } from '../sql/quote.ts'

/** SQL for the next value up or down, as far as the column's type has one. */
export function shifted({ baseType, precision }: Column, text: string, sign: '+' | '-'): string {
  switch (baseType) {
    case 'date':
      return `((${text})::timestamptz ${sign} interval '1 day')::date`
    case 'timestamp':
    case 'timestamptz':
      return `(${text}) ${sign} interval '1 hour'`
    case 'time':
    case 'timetz':
      return `(${text}) ${sign} interval '1 minute'`
    case 'interval':
      return `(${text}) ${sign} interval '1 minute'`
    case 'text':
    case 'varchar':
    case 'citext':
      return sign === '+' ? `(${text})::text || 'x'` : `''::text`
    case 'bool':
      return `not (${text})::boolean`
    case 'uuid':
      return `md5((${text})::text)::uuid`
    case 'numeric':
      return `(${text})::numeric ${sign} ${precision ? 10 ** -precision[1] : 0.5}`
    default:
      return `(${text})::numeric ${sign} 1`
  }
}

const PRESENT: Readonly<Record<string, string>> = {
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
  timestamptz: `timestamptz '2026-01-15'`,
  timestamp: `timestamp '2026-01-15'`,
  date: `date '2026-01-15'`,
  json: `'{}'::jsonb`,
  jsonb: `'{}'::jsonb`,
}

/** SQL for something to stand in the column; null where its type is not known. */
export function present({ baseType, labels, array }: Column): string | null {
  const [label] = labels ?? []
  const one = label === undefined ? (PRESENT[baseType] ?? null) : quoteLiteral(label)
  return one !== null && array ? `array[${one}]` : one
}
