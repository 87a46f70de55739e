import type { WrittenName } from '../domain/failed-statement.ts'
import type { Node } from '../sql/parse.ts'

/** Of a list of one to three strings. */
export const nameIn = (parts: readonly string[]): WrittenName => ({
  schema: parts.at(-2) ?? null,
  name: parts.at(-1) ?? '',
})

/** The relation that a field names: the grammar leaves out the kind of its node there. */
export function rangeIn({ fields }: Node, field: string): WrittenName {
  const value = fields[field]
  const { schemaname, relname } = (typeof value === 'object' && value !== null ? value : {}) as {
    readonly schemaname?: unknown
    readonly relname?: unknown
  }
  return {
    schema: typeof schemaname === 'string' ? schemaname : null,
    name: typeof relname === 'string' ? relname : '',
  }
}

/** What the statement names is not there. */
export const isMissing = (sqlstate: string): boolean =>
  ['42P01', '42704', '42883', '3F000', '42703'].includes(sqlstate)
