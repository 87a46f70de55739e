import { bare, children } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'

/** A condition that is no AND, OR or NOT of others; `negated` where it must not hold. */
export interface Leaf {
  readonly node: Node
  readonly negated: boolean
}

/** Conditions that hold all at once. */
export type Branch = readonly Leaf[]

const MOST_BRANCHES = 16

/** The disjunctive normal form: any one of these branches makes the condition true. Cut off where there are too many. */
export function disjunction(node: Node, negated = false): readonly Branch[] {
  const inner = bare(node)
  if (inner.kind !== 'BoolExpr') return [[{ node: node.kind === 'TypeCast' ? node : inner, negated }]]
  const parts = children(inner, 'args')
  const operator = inner.fields['boolop']
  if (operator === 'NOT_EXPR') return parts.flatMap((part) => disjunction(part, !negated))
  const isOr = (operator === 'OR_EXPR') !== negated
  if (isOr) return parts.flatMap((part) => disjunction(part, negated)).slice(0, MOST_BRANCHES)
  return parts.reduce<readonly Branch[]>(
    (branches, part) => product(branches, disjunction(part, negated)),
    [[]],
  )
}

/** Every branch of one condition with every branch of another. */
export function product(some: readonly Branch[], others: readonly Branch[]): readonly Branch[] {
  return some.flatMap((one) => others.map((other) => [...one, ...other])).slice(0, MOST_BRANCHES)
}
