import { child, children, nameParts, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import type { Found, Seen } from './context.ts'
import { partsOf, uncast } from './nodes.ts'

/** Whether there can be one row at most: each is found by a key of its table, given what is outside or found before. */
export function isSingle({ instances, where }: Found): boolean {
  const equalities = where ? equalitiesOf(where) : []
  const open = new Map(instances.map((instance) => [instance.alias, instance]))
  for (let before = -1; before !== open.size;) {
    before = open.size
    for (const [alias, instance] of open)
      if (isFound(instance, equalities, new Set(open.keys()))) open.delete(alias)
  }
  return open.size === 0
}

type Equality = readonly [Node, Node]

function equalitiesOf(node: Node): readonly Equality[] {
  if (node.kind === 'BoolExpr' && node.fields['boolop'] === 'AND_EXPR')
    return children(node, 'args').flatMap(equalitiesOf)
  const [left, right] = [child(node, 'lexpr'), child(node, 'rexpr')]
  if (node.kind !== 'A_Expr' || node.fields['kind'] !== 'AEXPR_OP' || !left || !right) return []
  return nameParts(node, 'name').at(-1) === '=' ? [[left, right]] : []
}

function isFound(
  { alias, relation }: Seen,
  equalities: readonly Equality[],
  open: ReadonlySet<string>,
): boolean {
  const isGiven = (node: Node): boolean =>
    ![...walk(node)].some((inner) => inner.kind === 'ColumnRef' && open.has(partsOf(inner)[0] ?? ''))
  const isColumn = (node: Node, column: string): boolean => {
    const inner = uncast(node)
    return inner.kind === 'ColumnRef' && partsOf(inner)[0] === alias && partsOf(inner)[1] === column
  }
  return relation.keys.some(
    (key) =>
      !key.partial &&
      key.columns.length > 0 &&
      key.columns.every((column) =>
        equalities.some(
          ([left, right]) =>
            (isColumn(left, column) && isGiven(right)) || (isColumn(right, column) && isGiven(left)),
        ),
      ),
  )
}
