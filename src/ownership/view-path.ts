import type { Catalog, Relation } from '../domain/catalog.ts'
import { relationByOid } from '../domain/catalog.ts'

/** The views between a relation and the table that the server writes to in its place, outermost first; empty for a table. */
export function viewPath(catalog: Catalog, relation: Relation): readonly Relation[] {
  const path: Relation[] = []
  for (let at: Relation | undefined = relation; at?.view;) {
    path.push(at)
    at = at.view.base ? relationByOid(catalog, at.view.base.relation) : undefined
  }
  return path
}

/** Columns of the table that come out at the top of the views. */
export function shownColumns(path: readonly Relation[]): ReadonlySet<string> {
  const names = path.reduce<ReadonlyMap<string, string> | null>((shown, { view }) => {
    const columns = Object.entries(view?.base?.columns ?? {})
    if (shown === null) return new Map(columns)
    const inner = new Map(columns)
    return new Map(
      [...shown].flatMap(([top, name]) => (inner.has(name) ? [[top, inner.get(name) ?? '']] : [])),
    )
  }, null)
  return new Set(names?.values() ?? [])
}
