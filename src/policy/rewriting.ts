import { child, children, nameParts, rawOf, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import {
  allOf,
  anyOf,
  caseNode,
  equalNode,
  notNode,
  nullNode,
  nullTestNode,
  operatorNode,
  uncast,
  withUncast,
} from './nodes.ts'

/**
 * The condition in other words that mean the same whatever the values are: CASE and COALESCE inside of a comparison taken
 * apart, and lists that subqueries stand in.
 *
 * @returns null where there is nothing to take apart
 */
export function rewritten(node: Node): Node | null {
  return searchedCase(node) ?? overCase(node) ?? overCoalesce(node) ?? overList(node) ?? overDistinct(node)
}

export const hasSubquery = (node: Node): boolean => [...walk(node)].some(({ kind }) => kind === 'SubLink')

/** `case a when b then c end`: `case when a = b then c end`. */
function searchedCase(node: Node): Node | null {
  const subject = node.kind === 'CaseExpr' ? child(node, 'arg') : undefined
  if (!subject) return null
  const arms = children(node, 'args').flatMap((arm) => {
    const [value, result] = [child(arm, 'expr'), child(arm, 'result')]
    return value && result ? [{ condition: equalNode(subject, value), result }] : []
  })
  return caseNode(arms, child(node, 'defresult') ?? nullNode)
}

const SIDES: Readonly<Record<string, readonly string[]>> = {
  A_Expr: ['lexpr', 'rexpr'],
  NullTest: ['arg'],
  BooleanTest: ['arg'],
}

const withField = ({ kind, fields }: Node, field: string, value: Node): Node => ({
  kind,
  fields: { ...fields, [field]: rawOf(value) },
})

/** The first operand of which something holds, casts aside. */
function operandWhere(node: Node, holds: (inner: Node) => boolean): readonly [string, Node] | null {
  for (const side of SIDES[node.kind] ?? []) {
    const operand = child(node, side)
    if (operand && holds(uncast(operand))) return [side, operand]
  }
  return null
}

/** `(case when a then b else c end) = d`: `case when a then b = d else c = d end`. */
function overCase(node: Node): Node | null {
  const [side, operand] = operandWhere(node, ({ kind }) => kind === 'CaseExpr') ?? []
  if (side === undefined || !operand) return null
  const inner = uncast(operand)
  const plain = searchedCase(inner) ?? inner
  const over = (result: Node): Node =>
    withField(
      node,
      side,
      withUncast(operand, () => result),
    )
  const arms = children(plain, 'args').flatMap((arm) => {
    const [condition, result] = [child(arm, 'expr'), child(arm, 'result')]
    return condition && result ? [{ condition, result: over(result) }] : []
  })
  return caseNode(arms, over(child(plain, 'defresult') ?? nullNode))
}

/** `coalesce(a, b) = c`, where a subquery is among them: a = c where a is there, and b = c where it is not. */
function overCoalesce(node: Node): Node | null {
  const isSearch = (inner: Node): boolean => inner.kind === 'CoalesceExpr' && hasSubquery(inner)
  if (isSearch(node)) return split(node, (part) => part)
  const [side, operand] = operandWhere(node, isSearch) ?? []
  if (side === undefined || !operand) return null
  return split(uncast(operand), (part) =>
    withField(
      node,
      side,
      withUncast(operand, () => part),
    ),
  )
}

function split(coalesce: Node, over: (part: Node) => Node): Node | null {
  const [first, ...rest] = children(coalesce, 'args')
  if (!first) return null
  if (rest.length === 0) return over(first)
  const [second, more] = rest
  const otherwise: Node =
    second && !more ? second : { kind: 'CoalesceExpr', fields: { args: rest.map(rawOf) } }
  return anyOf([
    allOf([nullTestNode(first, false), over(first)]),
    allOf([nullTestNode(first, true), over(otherwise)]),
  ])
}

/** IN, BETWEEN, `= any (array[…])` and `<> all (array[…])` with subqueries among what is listed. */
function overList(node: Node): Node | null {
  const [left, right] = [child(node, 'lexpr'), child(node, 'rexpr')]
  if (node.kind !== 'A_Expr' || !left || !right || !hasSubquery(right)) return null
  const operator = nameParts(node, 'name').at(-1) ?? '='
  const list = right.kind === 'List' ? children(right, 'items') : []
  switch (node.fields['kind']) {
    case 'AEXPR_IN': {
      const parts = list.map((item) => operatorNode(operator, left, item))
      return operator === '<>' ? allOf(parts) : anyOf(parts)
    }
    case 'AEXPR_BETWEEN': {
      const [low, high] = list
      return low && high ? allOf([operatorNode('>=', left, low), operatorNode('<=', left, high)]) : null
    }
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL': {
      const inner = uncast(right)
      if (inner.kind !== 'A_ArrayExpr') return null
      const parts = children(inner, 'elements').map((item) => operatorNode(operator, left, item))
      return node.fields['kind'] === 'AEXPR_OP_ANY' ? anyOf(parts) : allOf(parts)
    }
    default:
      return null
  }
}

/** `a is distinct from b`, where a subquery is among them, in words of NULL tests and equality. */
function overDistinct(node: Node): Node | null {
  const [left, right] = [child(node, 'lexpr'), child(node, 'rexpr')]
  const { kind } = node.fields
  const isDistinct = kind === 'AEXPR_DISTINCT'
  if (node.kind !== 'A_Expr' || !left || !right || !hasSubquery(node)) return null
  if (!isDistinct && kind !== 'AEXPR_NOT_DISTINCT') return null
  const same = anyOf([
    { kind: 'BooleanTest', fields: { arg: rawOf(equalNode(left, right)), booltesttype: 'IS_TRUE' } },
    allOf([nullTestNode(left, true), nullTestNode(right, true)]),
  ])
  return isDistinct ? notNode(same) : same
}
