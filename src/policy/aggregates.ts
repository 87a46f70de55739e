import { child, nameParts } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { allOf, notNode, nullTestNode, operatorNode, trueTestNode } from './nodes.ts'
import { aggregateOf, isOne, isZero } from './pulling.ts'
import type { Aggregate } from './pulling.ts'
import { not } from './read.ts'
import { eitherOf, bothOf, searchTree } from './searching.ts'
import type { Place } from './searching.ts'
import type { Tree } from './tree.ts'

/** Aggregates that ask for nothing but a row: `count(*) > 0`, `bool_or(…)`, `max(…) >= …`. */
export function aggregateTree(node: Node, exact: boolean, place: Place): Tree | null {
  const whole = aggregateOf(node, place.context)
  if (whole) return quantified(node, whole, exact, place)
  if (node.kind === 'NullTest') return nullTested(node, place)
  const [left, right] = [child(node, 'lexpr'), child(node, 'rexpr')]
  if (node.kind !== 'A_Expr' || node.fields['kind'] !== 'AEXPR_OP' || !left || !right) return null
  const operator = nameParts(node, 'name').at(-1) ?? ''
  const [one, other] = [aggregateOf(left, place.context), aggregateOf(right, place.context)]
  if (one && !other) return compared(node, one, operator, right, exact, place)
  return other && !one ? compared(node, other, TURNED[operator] ?? '', left, exact, place) : null
}

const TURNED: Readonly<Record<string, string>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
}

function compared(
  node: Node,
  aggregate: Aggregate,
  operator: string,
  bound: Node,
  exact: boolean,
  place: Place,
): Tree | null {
  if (aggregate.name === 'count') return counted(node, aggregate, operator, bound, place)
  const grows =
    (aggregate.name === 'max' && operator.startsWith('>')) ||
    (aggregate.name === 'min' && operator.startsWith('<') && operator !== '<>')
  if (!grows || !aggregate.argument) return null
  const fits = operatorNode(operator, aggregate.argument, bound)
  if (exact) return found(node, aggregate, fits, place)
  const isThere = nullTestNode(aggregate.argument, false)
  const mayFit = allOf([isThere, trueTestNode(fits, 'IS_NOT_FALSE')])
  return eitherOf([
    found(node, aggregate, mayFit, place),
    not(found(nullTestNode(node, false), aggregate, isThere, place)),
  ])
}

function counted(node: Node, aggregate: Aggregate, operator: string, bound: Node, place: Place): Tree | null {
  const { argument } = aggregate
  const some = (): Tree => found(node, aggregate, argument ? nullTestNode(argument, false) : null, place)
  const asksForSome =
    ((operator === '>' || operator === '<>') && isZero(bound)) || (operator === '>=' && isOne(bound))
  const asksForNone =
    ((operator === '=' || operator === '<=') && isZero(bound)) || (operator === '<' && isOne(bound))
  if (asksForSome) return some()
  if (!asksForNone) return null
  const none = found(notNode(node), aggregate, argument ? nullTestNode(argument, false) : null, place)
  return not(none)
}

/** `bool_or(a)`: a row of which a holds; `bool_and(a)`: one, and none of which it does not. */
function quantified(node: Node, aggregate: Aggregate, exact: boolean, place: Place): Tree | null {
  const { name, argument } = aggregate
  if (!argument) return null
  const holds = (): Tree => found(node, aggregate, argument, place)
  const fails = (): Tree => found(notNode(node), aggregate, notNode(argument), place)
  if (name === 'bool_or') return exact ? holds() : eitherOf([holds(), not(fails())])
  if (name !== 'bool_and' && name !== 'every') return null
  return exact ? bothOf([holds(), not(fails())]) : not(fails())
}

function nullTested(node: Node, place: Place): Tree | null {
  const argument = child(node, 'arg')
  const aggregate = argument && aggregateOf(argument, place.context)
  if (!argument || !aggregate || aggregate.name === 'count') return null
  const isList = ['array_agg', 'json_agg', 'jsonb_agg'].includes(aggregate.name)
  const condition = isList || !aggregate.argument ? null : nullTestNode(aggregate.argument, false)
  const tree = found(nullTestNode(argument, false), aggregate, condition, place)
  return node.fields['nulltesttype'] === 'IS_NULL' ? not(tree) : tree
}

const found = (node: Node, { lookup }: Aggregate, condition: Node | null, place: Place): Tree =>
  searchTree(node, [lookup], condition ? [place.expand(condition, true, place)] : [], place)
