import { bypassOf } from '../domain/bypass.ts'
import { relationByOid } from '../domain/catalog.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'

/** A relation on the way of a statement, and whose privileges and policies count there. */
export interface Stop {
  readonly relation: Relation
  readonly role: string
}

/**
 * What a statement of a role comes through from the relation that it names to the table that rows stand in, the last of
 * the stops: a view hands on with the rights of its owner, or of the caller (manual, CREATE VIEW, "Notes"). `table`: where
 * the rows are known to stand, for views that the server does not rewrite. A view alone where that is not known.
 */
export function wayOf(
  catalog: Catalog,
  relation: Relation,
  role: string,
  table: Relation | undefined,
): readonly Stop[] {
  const way: Stop[] = []
  const visit = (at: Relation, as: string): void => {
    way.push({ relation: at, role: as })
    const next = nextOf(catalog, at, table)
    if (!at.view || !next) return
    visit(next, at.view.securityInvoker && at.kind === 'view' ? role : at.owner)
  }
  visit(relation, role)
  return way
}

function nextOf(catalog: Catalog, { view }: Relation, table: Relation | undefined): Relation | undefined {
  if (!view) return undefined
  if (view.base) return relationByOid(catalog, view.base.relation)
  return view.reads.map((oid) => relationByOid(catalog, oid)).find((one) => one && one.oid === table?.oid)
}

export const lastOf = (way: readonly Stop[]): Stop | undefined => way.at(-1)

/** Whether the policies of a table are asked about what a role does. */
export function stateOf(catalog: Catalog, { relation, role }: Stop): 'on' | 'off' | 'bypassed' {
  if (!relation.rowSecurity.enabled) return 'off'
  return bypassOf(catalog, relation, role) === null ? 'on' : 'bypassed'
}
