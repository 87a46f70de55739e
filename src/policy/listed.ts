import type { Column, Relation } from '../domain/catalog.ts'
import { child, children, constantOf, nameParts, parseExpression } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { partsOf, uncast } from './nodes.ts'

/**
 * All texts that a column can hold, NULL aside: an enum's labels, or what a CHECK lists and nothing else.
 *
 * @returns null where that is not known for sure
 */
export function textsOf(relation: Relation, column: Column): readonly string[] | null {
  if (column.array) return null
  if (column.labels) return column.labels
  if (column.baseType !== 'text' && column.baseType !== 'varchar') return null
  for (const { columns, expression } of relation.checks) {
    const node = columns.length === 1 && columns[0] === column.name ? parseExpression(expression) : null
    const texts = node && listedIn(node, column.name)
    if (texts) return texts
  }
  return null
}

/** `a = 'x'`, `a in ('x', 'y')`, `a is null or …`: null where anything else is allowed as well. */
function listedIn(node: Node, column: string): readonly string[] | null {
  if (node.kind === 'BoolExpr' && node.fields['boolop'] === 'OR_EXPR') {
    const parts = children(node, 'args').map((part) => listedIn(part, column))
    return parts.every((part) => part !== null) ? parts.flat() : null
  }
  if (node.kind === 'NullTest' && node.fields['nulltesttype'] === 'IS_NULL') return []
  const [left, right] = [child(node, 'lexpr'), child(node, 'rexpr')]
  if (node.kind !== 'A_Expr' || !left || !right || nameParts(node, 'name').at(-1) !== '=') return null
  if (uncast(left).kind !== 'ColumnRef' || partsOf(uncast(left)).at(-1) !== column) return null
  const values = valuesOf(node, right).map((value) => constantOf(uncast(value)))
  return values.length > 0 && values.every((value) => typeof value === 'string') ? values : null
}

function valuesOf(node: Node, right: Node): readonly Node[] {
  switch (node.fields['kind']) {
    case 'AEXPR_OP':
      return [right]
    case 'AEXPR_IN':
      return children(right, 'items')
    case 'AEXPR_OP_ANY': {
      const inner = uncast(right)
      return inner.kind === 'A_ArrayExpr' ? children(inner, 'elements') : []
    }
    default:
      return []
  }
}
