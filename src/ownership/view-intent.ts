import type { Catalog, Relation } from '../domain/catalog.ts'
import { relationByOid } from '../domain/catalog.ts'
import { child, children, nameParts, parseStatements, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import type { Reading } from './policy-facts.ts'
import { readsOf } from './reads.ts'
import { viewPath } from './view-path.ts'

/**
 * Relations whose values a view shows beside the row of the table that it stands for: those of subqueries among its
 * columns. Whether there is such a row, and how many, tells nothing of what is in them.
 */
export function shownBesides(catalog: Catalog, view: Relation, reading: Reading): readonly Relation[] {
  const trees = viewPath(catalog, view).flatMap(({ view: facts }) =>
    (parseStatements(facts?.definition ?? '') ?? []).flatMap((select) =>
      children(select, 'targetList').flatMap(subqueriesIn),
    ),
  )
  return [...readsOf(trees, reading)].flatMap((oid) => relationByOid(catalog, oid) ?? [])
}

const isSubquery = ({ kind }: Node): boolean => kind === 'SubLink'

function subqueriesIn(column: Node): readonly Node[] {
  return [...walk(column, (node) => !isSubquery(node))].filter(isSubquery).filter(showsValues)
}

function showsValues(subquery: Node): boolean {
  if (subquery.fields['subLinkType'] === 'EXISTS_SUBLINK') return false
  const select = child(subquery, 'subselect')
  const values = select ? children(select, 'targetList').map((target) => child(target, 'val')) : []
  return !values.every(
    (value) => value?.kind === 'FuncCall' && nameParts(value, 'funcname').at(-1) === 'count',
  )
}
