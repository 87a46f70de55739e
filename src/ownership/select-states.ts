import type { Relation } from '../domain/catalog.ts'
import type { RowTerm } from '../domain/ownership.ts'
import { child, children, nameParts, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { disjunction, product } from './disjunction.ts'
import type { Branch, Leaf } from './disjunction.ts'
import { meaningOf } from './expression.ts'
import type { Reading } from './policy-facts.ts'
import { equality } from './predicate.ts'
import { termOf } from './row-terms.ts'
import { resolveColumn, scopeOf } from './scope.ts'
import type { Scope } from './scope.ts'

interface Found {
  readonly relation: Relation
  readonly terms: readonly RowTerm[]
}

/** What the SELECTs of a statement or expression ask of the rows that they read, but for those that look the user up. */
export function statesOfSelects(tree: Node, reading: Reading): readonly Found[] {
  return [...walk(tree)].flatMap((node) => (node.kind === 'SelectStmt' ? statesOf(node, reading) : []))
}

function statesOf(select: Node, reading: Reading): readonly Found[] {
  const scope = scopeOf(select, reading.find)
  if (scope.size === 0) return []
  const branches = conditionsOf(select).reduce<readonly Branch[]>(
    (all, condition) => product(all, disjunction(condition)),
    [[]],
  )
  return branches.flatMap((branch) =>
    [...scope].flatMap(([alias, relation]) => {
      const only: Scope = new Map([[alias, relation]])
      if (branch.some((leaf) => asksForUser(leaf, scope, only, reading))) return []
      const terms = branch.flatMap(
        (leaf) =>
          termOf(
            leaf,
            relation,
            (qualifier, column) => {
              const found =
                column === '*' ? scope.get(qualifier ?? '') : resolveColumn(scope, qualifier, column)
              return found === relation && (qualifier === null || qualifier === alias) ? relation : undefined
            },
            reading,
          ) ?? [],
      )
      return terms.length > 0 ? [{ relation, terms }] : []
    }),
  )
}

/** WHERE, the conditions of joins, and a result that is a condition itself. */
function conditionsOf(select: Node): readonly Node[] {
  const where = child(select, 'whereClause')
  const joins = children(select, 'fromClause').flatMap((item) =>
    [...walk(item, ({ kind }) => kind !== 'SelectStmt')].flatMap((node) =>
      node.kind === 'JoinExpr' ? (child(node, 'quals') ?? []) : [],
    ),
  )
  const results = children(select, 'targetList').flatMap((target) => child(target, 'val') ?? [])
  const [only] = results
  return [
    ...(where ? [where] : []),
    ...joins,
    ...(results.length === 1 && only && isCondition(only) ? [only] : []),
  ]
}

const COMPARISONS: ReadonlySet<string> = new Set([
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  '~~',
  '~',
  '@>',
  '&&',
  '?',
])

function isCondition(node: Node): boolean {
  if (node.kind === 'BoolExpr' || node.kind === 'NullTest' || node.kind === 'BooleanTest') return true
  return node.kind === 'A_Expr' && COMPARISONS.has(nameParts(node, 'name').at(-1) ?? '')
}

/** A row that is found by the session's user is a right of who asks, not a state of somebody's row. */
function asksForUser({ node }: Leaf, scope: Scope, only: Scope, reading: Reading): boolean {
  const found = equality(node)
  if (!found) return false
  const meanings = [found.left, ...found.right].map((side) =>
    meaningOf(side, reading.routines, reading.identity),
  )
  return (
    meanings.some(({ is }) => is === 'user' || is === 'claim') &&
    meanings.some(
      (side) =>
        side.is === 'column' &&
        resolveColumn(scope, side.qualifier, side.name) === [...only.values()][0] &&
        (side.qualifier === null || only.has(side.qualifier)),
    )
  )
}
