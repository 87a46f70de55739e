import { children, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import type { Relation } from '../domain/catalog.ts'

/** Names by which a SELECT's FROM clause knows its relations. */
export type Scope = ReadonlyMap<string, Relation>

/** Finds relations by the names that SQL uses for them. */
export interface RelationFinder {
  (schema: string | null, name: string): Relation | undefined
}

export function scopeOf(select: Node, find: RelationFinder): Scope {
  const scope = new Map<string, Relation>()
  for (const item of children(select, 'fromClause'))
    for (const node of walk(item, ({ kind }) => kind !== 'SelectStmt' && kind !== 'SubLink')) {
      if (node.kind !== 'RangeVar') continue
      const { relname, schemaname } = node.fields
      if (typeof relname !== 'string') continue
      const relation = find(typeof schemaname === 'string' ? schemaname : null, relname)
      const alias = aliasOf(node)
      if (relation) scope.set(typeof alias === 'string' ? alias : relname, relation)
    }
  return scope
}

/** libpg-query prints an alias without the name of its node type. */
function aliasOf(node: Node): unknown {
  const alias = node.fields['alias']
  return typeof alias === 'object' && alias !== null && 'aliasname' in alias ? alias.aliasname : undefined
}

/** The relation of the scope that a column reference means. */
export function resolveColumn(scope: Scope, qualifier: string | null, column: string): Relation | undefined {
  if (qualifier !== null) {
    const named = scope.get(qualifier)
    return named?.columns.some(({ name }) => name === column) ? named : undefined
  }
  return [...scope.values()].find((relation) => relation.columns.some(({ name }) => name === column))
}
