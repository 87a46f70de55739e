import { child, children, nameParts } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import type { Lookup } from './context.ts'
import { aggregateTree } from './aggregates.ts'
import { allOf, notNode, nullTestNode, memberNode, operatorNode, trueTestNode, uncast } from './nodes.ts'
import { aggregateOf, lookupOf, pulled } from './pulling.ts'
import { isTrue, makeAtom, not, treeOf } from './read.ts'
import { hasSubquery, rewritten } from './rewriting.ts'
import { bothOf, closedIn, eitherOf, opaqueTree, outermost, searchTree } from './searching.ts'
import type { Place } from './searching.ts'
import { operatorOf } from './sublink.ts'
import type { Tree } from './tree.ts'

/**
 * A resolved condition with its searches. `exact` says which way it is asked: whether it has to be true exactly where the
 * server finds it true, or false exactly where the server finds it false. What looks for rows is NULL now and then, and
 * then the two are not each other's opposite.
 */
export function conditionTree(node: Node, exact: boolean, place: Place): Tree {
  // what an atom comes to depends on where it stands: that is seen once the whole is taken apart
  return mapped(treeOf(node, unread), exact, place)
}

const unread = (node: Node): Tree => ({ kind: 'atom', atom: { form: 'other', node, text: null } })

function mapped(tree: Tree, exact: boolean, place: Place): Tree {
  switch (tree.kind) {
    case 'and':
      return bothOf(tree.parts.map((part) => mapped(part, exact, place)))
    case 'or':
      return eitherOf(tree.parts.map((part) => mapped(part, exact, place)))
    case 'not':
      return not(mapped(tree.part, !exact, place))
    case 'is true':
      return isTrue(mapped(tree.part, true, place))
    case 'atom':
      return atomTree(tree.atom.node, exact, place)
  }
}

function atomTree(node: Node, exact: boolean, place: Place): Tree {
  const other = rewritten(node)
  if (other) return conditionTree(other, exact, place)
  const closed = closedIn(node, place.context)
  if (closed) return opaqueTree(node, closed.why, place)
  if (!hasSubquery(node)) return plainTree(node)
  return (
    sublinkTree(node, exact, place) ??
    nullTree(node, place) ??
    aggregateTree(node, exact, place) ??
    memberTree(node, exact, place) ??
    overlapTree(node, exact, place) ??
    scalarTree(node, exact, place) ??
    opaqueTree(
      node,
      hasAggregate(node, place) ? 'an aggregate' : 'a subquery in an expression that may hold without it',
      place,
    )
  )
}

const hasAggregate = (node: Node, { context }: Place): boolean =>
  outermost(node, context).some((part) => part.kind === 'SubLink' && aggregateOf(part, context) !== null)

function plainTree(node: Node): Tree {
  const atom = makeAtom(node)
  return { kind: 'atom', atom: atom.text === null ? { ...atom, opaque: 'it cannot be written back' } : atom }
}

function sublinkTree(node: Node, exact: boolean, place: Place): Tree | null {
  const lookup = lookupOf(node, place.context)
  if (!lookup) return null
  const test = child(node, 'testexpr')
  switch (node.fields['subLinkType']) {
    case 'EXISTS_SUBLINK':
      return searchTree(node, [lookup], [], place)
    case 'ANY_SUBLINK':
      return test ? anyTree(node, lookup, comparison(test, operatorOf(node), lookup), exact, place) : null
    case 'ALL_SUBLINK': {
      // it is what no row speaks against
      const against = test && notNode(comparison(test, operatorOf(node), lookup))
      return against ? not(anyTree(notNode(node), lookup, against, !exact, place)) : null
    }
    default:
      return null
  }
}

/** `(a, b) in (select c, d …)`: `a = c and b = d`. */
function comparison(test: Node, operator: string, { targets }: Lookup): Node {
  const lefts = test.kind === 'RowExpr' ? children(test, 'args') : [test]
  return allOf(
    lefts.flatMap((left, at) => {
      const target = targets[at]
      return target ? [operatorNode(operator, left, target.node)] : []
    }),
  )
}

/** It is true where a row fits, and false where every row is known not to. */
export function anyTree(node: Node, lookup: Lookup, fits: Node, exact: boolean, place: Place): Tree {
  const condition = exact ? fits : trueTestNode(fits, 'IS_NOT_FALSE')
  return searchTree(node, [lookup], [place.expand(condition, true, place)], place)
}

/** `(select a …) is null` holds where no row with an a is found. */
function nullTree(node: Node, place: Place): Tree | null {
  const argument = node.kind === 'NullTest' ? child(node, 'arg') : undefined
  if (!argument || aggregateOf(argument, place.context)) return null
  const found = pulled(argument, place.context)
  if (!found) return null
  const isThere = nullTestNode(argument, false)
  const condition = place.expand(nullTestNode(found.node, false), true, place)
  const tree = searchTree(isThere, found.lookups, [condition], place)
  return node.fields['nulltesttype'] === 'IS_NULL' ? not(tree) : tree
}

/** `a = any (array(select b …))`, and `a = any ((select array_agg(b) …))`: as IN. */
function memberTree(node: Node, exact: boolean, place: Place): Tree | null {
  const [left, right] = [child(node, 'lexpr'), child(node, 'rexpr')]
  if (node.fields['kind'] !== 'AEXPR_OP_ANY' || !left || !right) return null
  const operator = nameParts(node, 'name').at(-1) ?? '='
  const inner = uncast(right)
  if (inner.fields['subLinkType'] === 'ARRAY_SUBLINK') {
    const lookup = lookupOf(inner, place.context)
    return lookup && anyTree(node, lookup, comparison(left, operator, lookup), exact, place)
  }
  const list = aggregateOf(right, place.context)
  if (list?.name !== 'array_agg' || !list.argument) return null
  const fits = anyTree(node, list.lookup, operatorNode(operator, left, list.argument), exact, place)
  // there is no list where there are no rows
  return exact
    ? fits
    : eitherOf([fits, not(searchTree(nullTestNode(right, false), [list.lookup], [], place))])
}

/** `a && array(select b …)`: a row whose b is in a. */
function overlapTree(node: Node, exact: boolean, place: Place): Tree | null {
  const [left, right] = [child(node, 'lexpr'), child(node, 'rexpr')]
  if (nameParts(node, 'name').at(-1) !== '&&' || !left || !right) return null
  const [list, other] = uncast(right).kind === 'SubLink' ? [right, left] : [left, right]
  const inner = uncast(list)
  const lookup = inner.fields['subLinkType'] === 'ARRAY_SUBLINK' ? lookupOf(inner, place.context) : null
  const target = lookup?.targets[0]
  if (!lookup || !target || hasSubquery(other)) return null
  const condition = place.expand(memberNode(target.node, other), true, place)
  const fits = searchTree(node, [lookup], [condition], place)
  return exact ? fits : eitherOf([fits, plainTree(nullTestNode(other, true))])
}

/** What is compared with a scalar subquery: the row that it finds is one of which the comparison holds. */
function scalarTree(node: Node, exact: boolean, place: Place): Tree | null {
  const found = pulled(node, place.context)
  if (!found) return null
  if (exact) return searchTree(node, found.lookups, [place.expand(found.node, true, place)], place)
  const against = place.expand(notNode(found.node), true, place)
  return not(searchTree(notNode(node), found.lookups, [against], place))
}
