import { literal } from './names.ts'

/** What decides how a value is written in TypeScript. */
export interface ValueFacts {
  /** schema-less name of the base type, domains resolved; of an array: its element's */
  readonly baseType: string
  readonly array: boolean
  /** the only texts that it can be; null: any */
  readonly texts: readonly string[] | null
}

/**
 * A value as the harness reads it (src/database/connection.ts): booleans, small numbers and JSON are parsed, int8 stays
 * text where JavaScript cannot hold it, all else is the server's text.
 */
export function readType({ baseType, array, texts }: ValueFacts): string {
  if (array) return 'string'
  if (texts) return union(texts)
  return READ[baseType] ?? 'string'
}

const READ: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int2: 'number',
  int4: 'number',
  oid: 'number',
  int8: 'number | string',
  json: 'unknown',
  jsonb: 'unknown',
}

/** A value as it may be written: the server's text of it, or what JavaScript has for it. */
export function writeType({ baseType, array, texts }: ValueFacts): string {
  const one = texts ? union(texts) : (WRITTEN[baseType] ?? 'unknown')
  if (!array || one === 'unknown') return one
  return `readonly (${one} | null)[] | string`
}

const WRITTEN: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int2: 'number',
  int4: 'number',
  oid: 'number',
  int8: 'number | string',
  float4: 'number | string',
  float8: 'number | string',
  numeric: 'number | string',
  timestamptz: 'string | Date',
  ...Object.fromEntries(
    'text varchar bpchar char name citext uuid timestamp date time timetz interval bytea inet cidr macaddr xml tsvector bit varbit'
      .split(' ')
      .map((name) => [name, 'string']),
  ),
}

const union = (texts: readonly string[]): string =>
  texts.length === 0 ? 'never' : texts.map(literal).sort().join(' | ')
