import { bare, child, children, nameParts, parseStatements } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'

/** What a view's query says about one base: its only relation, and which of its columns each view column is. */
export interface ViewColumns {
  readonly schema: string
  readonly name: string
  /** view column → column of the base; computed columns are missing */
  readonly columns: Readonly<Record<string, string>>
}

/**
 * Reads the definition of a view that selects from one relation (pg_get_viewdef prints every column with its name).
 * Such a view is what the server can rewrite a write for (manual, CREATE VIEW, "Updatable Views").
 *
 * @returns null where the query has several relations, groups, sets or anything but plain columns and expressions
 */
export function readViewColumns(definition: string): ViewColumns | null {
  const select = parseStatements(definition)?.[0]
  if (select?.kind !== 'SelectStmt') return null
  const from = children(select, 'fromClause')
  const table = from[0]
  if (from.length !== 1 || table?.kind !== 'RangeVar') return null
  const { relname, schemaname } = table.fields
  if (typeof relname !== 'string' || typeof schemaname !== 'string') return null
  return {
    schema: schemaname,
    name: relname,
    columns: Object.fromEntries(children(select, 'targetList').flatMap(plainColumn)),
  }
}

function plainColumn(target: Node): readonly (readonly [string, string])[] {
  const value = child(target, 'val')
  const inner = value && bare(value)
  if (inner?.kind !== 'ColumnRef' || value?.kind === 'TypeCast') return []
  const column = nameParts(inner, 'fields').at(-1)
  if (column === undefined) return []
  const alias = target.fields['name']
  return [[typeof alias === 'string' ? alias : column, column]]
}
