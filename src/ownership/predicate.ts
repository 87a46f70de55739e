import { bare, child, children, constantOf, nameParts } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'

/** The disjuncts of a predicate; a predicate without OR is its only one. */
export function branches(node: Node): readonly Node[] {
  return boolArguments(node, 'OR_EXPR')?.flatMap(branches) ?? [node]
}

/** The conjuncts of a branch. */
export function conjuncts(node: Node): readonly Node[] {
  return boolArguments(node, 'AND_EXPR')?.flatMap(conjuncts) ?? [node]
}

function boolArguments(node: Node, operator: string): readonly Node[] | undefined {
  const inner = bare(node)
  return inner.kind === 'BoolExpr' && inner.fields['boolop'] === operator
    ? children(inner, 'args')
    : undefined
}

export const isLiterally = (node: Node, value: boolean): boolean => constantOf(bare(node)) === value

/** Two sides that a predicate says are equal: of `=`, IN, `= any (…)`, `is not distinct from`, `@>` and `?`. */
export interface Equality {
  readonly left: Node
  /** several for IN and `any (array[…])` */
  readonly right: readonly Node[]
}

export function equality(node: Node): Equality | null {
  const inner = bare(node)
  if (inner.kind !== 'A_Expr') return null
  const left = child(inner, 'lexpr')
  const right = child(inner, 'rexpr')
  const operator = nameParts(inner, 'name').at(-1)
  if (!left) return null
  switch (inner.fields['kind']) {
    case 'AEXPR_OP':
      return right && (operator === '=' || operator === '~~' || operator === '~~*')
        ? { left, right: [right] }
        : null
    case 'AEXPR_NOT_DISTINCT':
      return right ? { left, right: [right] } : null
    case 'AEXPR_IN':
      return { left, right: right ? children(right, 'items') : [] }
    case 'AEXPR_OP_ANY':
      return right && operator === '=' ? { left, right: elements(right) } : null
    default:
      return null
  }
}

/** Two sides that a function says must differ, or else …: of `<>`, `is distinct from` and NOT IN. */
export function inequality(node: Node): Equality | null {
  const inner = bare(node)
  const left = child(inner, 'lexpr')
  const right = child(inner, 'rexpr')
  if (inner.kind !== 'A_Expr' || !left || !right) return null
  const operator = nameParts(inner, 'name').at(-1)
  switch (inner.fields['kind']) {
    case 'AEXPR_OP':
      return operator === '<>' ? { left, right: [right] } : null
    case 'AEXPR_DISTINCT':
      return { left, right: [right] }
    case 'AEXPR_IN':
      return operator === '<>' ? { left, right: children(right, 'items') } : null
    default:
      return null
  }
}

function elements(node: Node): readonly Node[] {
  const inner = bare(node)
  return inner.kind === 'A_ArrayExpr' ? children(inner, 'elements') : [inner]
}
