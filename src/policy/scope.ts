import { columnNode, rowNode } from './nodes.ts'
import type { Node } from '../sql/parse.ts'
import type { Relation } from '../domain/catalog.ts'

/** A value of several fields: a row of a relation, or a variable that holds one. */
export interface RowValue {
  readonly columns: ReadonlyMap<string, Node>
  /** the row as one value; null where it has to be taken field by field */
  readonly whole: Node | null
}

export type Value =
  { readonly kind: 'expression'; readonly node: Node } | { readonly kind: 'row'; readonly row: RowValue }

export const expressionValue = (node: Node): Value => ({ kind: 'expression', node })
export const rowValue = (row: RowValue): Value => ({ kind: 'row', row })

/** What FROM gives a name to. */
export interface Source {
  readonly name: string
  readonly row: RowValue
}

/** Names of one level: what FROM gives, or the arguments and variables of a function. */
export interface Scope {
  readonly sources: readonly Source[]
  readonly variables: ReadonlyMap<string, Value>
  /** arguments by their place, from 1 */
  readonly places: readonly Value[]
  /** the function whose arguments they are: `f.argument` */
  readonly routine: string | null
}

export const sourcesScope = (sources: readonly Source[]): Scope => ({
  sources,
  variables: new Map(),
  places: [],
  routine: null,
})

export function relationSource(relation: Relation, name: string, alias: string): Source {
  const columns = new Map(relation.columns.map((column) => [column.name, columnNode(alias, column.name)]))
  return { name, row: { columns, whole: rowNode(alias) } }
}

/** What a dotted name means, seen from the innermost level. Columns go before rows, and rows before variables. */
export function findValue(scopes: readonly Scope[], parts: readonly string[]): Value | null {
  for (const scope of scopes) {
    const found = inSources(scope, parts) ?? inVariables(scope, parts)
    if (found) return found
  }
  return null
}

function inSources({ sources }: Scope, parts: readonly string[]): Value | null {
  const [last, qualifier] = [parts.at(-1) ?? '', parts.at(-2)]
  if (qualifier === undefined) {
    const holder = sources.find(({ row }) => row.columns.has(last))
    const column = holder?.row.columns.get(last)
    if (column) return expressionValue(column)
    const named = sources.find(({ name }) => name === last)
    return named ? rowValue(named.row) : null
  }
  const row = sources.find(({ name }) => name === qualifier)?.row
  return row ? fieldOf(row, last) : null
}

function fieldOf(row: RowValue, field: string): Value | null {
  if (field === '*') return rowValue(row)
  const column = row.columns.get(field)
  return column ? expressionValue(column) : null
}

function inVariables({ variables, routine }: Scope, parts: readonly string[]): Value | null {
  const [first, second] = parts
  if (parts.length === 1) return variables.get(first ?? '') ?? null
  if (parts.length > 2) return null
  const held = variables.get(first ?? '')
  if (held?.kind === 'row') return fieldOf(held.row, second ?? '')
  return first === routine ? (variables.get(second ?? '') ?? null) : null
}
