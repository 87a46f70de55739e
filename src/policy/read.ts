import { deparseExpression } from '../sql/deparse.ts'
import { bare, child, children, constantOf, nameParts, parseExpression } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import type { Atom, AtomForm, Tree } from './tree.ts'

/** Reads the text of a policy's USING or WITH CHECK, as pg_get_expr() prints it. @returns null where it does not parse */
export function readCondition(text: string): Tree | null {
  const node = parseExpression(text)
  return node && treeOf(node)
}

/** What becomes of a condition that is no AND, OR, NOT or CASE. */
export type Leaf = (node: Node) => Tree

/** A boolean expression as and, or, not and is true over atoms; CASE, COALESCE and comparisons with a constant included. */
export function treeOf(node: Node, leaf: Leaf = atomOf): Tree {
  const inner = unwrapped(node)
  switch (inner.kind) {
    case 'BoolExpr':
      return connectiveOf(inner, leaf)
    case 'BooleanTest':
      return testOf(inner, leaf)
    case 'CaseExpr':
      return caseOf(inner, leaf) ?? leaf(inner)
    case 'CoalesceExpr':
      return coalesceOf(inner, leaf) ?? leaf(inner)
    case 'A_Expr':
      return comparisonOf(inner, leaf) ?? leaf(inner)
    default:
      return leaf(inner)
  }
}

/** Without casts to boolean of what is a condition already, and without a SELECT around nothing but an expression. */
function unwrapped(node: Node): Node {
  const inner = bare(node)
  return inner !== node && (isCondition(inner) || inner.kind === 'FuncCall') && isBoolean(node) ? inner : node
}

const isCondition = ({ kind }: Node): boolean =>
  ['BoolExpr', 'BooleanTest', 'NullTest', 'CaseExpr', 'CoalesceExpr', 'A_Expr', 'SubLink'].includes(kind)

/** A cast to anything but boolean changes what is compared. */
function isBoolean(node: Node): boolean {
  if (node.kind === 'SubLink') return true
  const type = node.fields['typeName']
  return /"sval":"bool(ean)?"/.test(JSON.stringify(type ?? null)) && isBooleanInside(node)
}

/** `(meta ->> 'public')::boolean` reads a text; `(a = b)::boolean` is a condition. */
function isBooleanInside(node: Node): boolean {
  const inner = bare(node)
  if (inner.kind !== 'A_Expr') return inner.kind !== 'FuncCall' && inner.kind !== 'CoalesceExpr'
  return COMPARISONS.has(nameParts(inner, 'name').at(-1) ?? '')
}

const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '!=', '<', '<=', '>', '>='])

function connectiveOf(node: Node, leaf: Leaf): Tree {
  const parts = children(node, 'args').map((part) => treeOf(part, leaf))
  const [first] = parts
  if (node.fields['boolop'] === 'NOT_EXPR') return first ? not(first) : leaf(node)
  const kind = node.fields['boolop'] === 'AND_EXPR' ? 'and' : 'or'
  return { kind, parts: parts.flatMap((part) => (part.kind === kind ? part.parts : [part])) }
}

export const not = (part: Tree): Tree => (part.kind === 'not' ? part.part : { kind: 'not', part })
export const isTrue = (part: Tree): Tree => ({ kind: 'is true', part })

function testOf(node: Node, leaf: Leaf): Tree {
  const argument = child(node, 'arg')
  if (!argument) return leaf(node)
  const part = treeOf(argument, leaf)
  switch (node.fields['booltesttype']) {
    case 'IS_TRUE':
      return isTrue(part)
    case 'IS_NOT_TRUE':
      return not(isTrue(part))
    case 'IS_FALSE':
      return isTrue(not(part))
    case 'IS_NOT_FALSE':
      return not(isTrue(not(part)))
    default:
      return leaf(node)
  }
}

/** `case when a then b else c end`: b where a is true, and c where it is not. */
function caseOf(node: Node, leaf: Leaf): Tree | null {
  const arms = children(node, 'args')
  if (child(node, 'arg') || arms.length === 0) return null
  const passed: Tree[] = []
  const parts: Tree[] = []
  for (const arm of arms) {
    const [condition, result] = [child(arm, 'expr'), child(arm, 'result')]
    if (!condition || !result) return null
    parts.push({ kind: 'and', parts: [...passed, isTrue(treeOf(condition, leaf)), treeOf(result, leaf)] })
    passed.push(not(isTrue(treeOf(condition, leaf))))
  }
  const otherwise = child(node, 'defresult')
  if (otherwise) parts.push({ kind: 'and', parts: [...passed, treeOf(otherwise, leaf)] })
  return { kind: 'or', parts }
}

/** `coalesce(a, false)` is true where a is; `coalesce(a, true)` is false where a is. */
function coalesceOf(node: Node, leaf: Leaf): Tree | null {
  const [first, second, ...more] = children(node, 'args')
  const value = booleanOf(second)
  if (!first || value === undefined || more.length > 0) return null
  const part = treeOf(first, leaf)
  return value ? not(isTrue(not(part))) : isTrue(part)
}

/** `a = true`, `a <> false`: the condition itself, or not. */
function comparisonOf(node: Node, leaf: Leaf): Tree | null {
  const [left, right] = [child(node, 'lexpr'), child(node, 'rexpr')]
  const operator = nameParts(node, 'name').at(-1)
  if (node.fields['kind'] !== 'AEXPR_OP' || !left || !right || (operator !== '=' && operator !== '<>'))
    return null
  const value = booleanOf(right) ?? booleanOf(left)
  if (value === undefined) return null
  const part = treeOf(booleanOf(right) === undefined ? right : left, leaf)
  return value === (operator === '=') ? part : not(part)
}

/** A boolean constant. A text compared with `'true'` is none. */
function booleanOf(node: Node | undefined): boolean | undefined {
  const value = constantOf(node)
  if (typeof value === 'boolean') return value
  if (node?.kind !== 'TypeCast' || !isBoolType(node)) return undefined
  return value === 't' || value === 'true' ? true : value === 'f' || value === 'false' ? false : undefined
}

const isBoolType = (node: Node): boolean =>
  /"sval":"bool(ean)?"/.test(JSON.stringify(node.fields['typeName'] ?? null))

export const atomOf = (node: Node): Tree => ({ kind: 'atom', atom: makeAtom(node) })

export const makeAtom = (node: Node): Atom => ({ form: formOf(node), node, text: deparseExpression(node) })

function formOf(node: Node): AtomForm {
  if (booleanOf(node) !== undefined || constantOf(node) === null) return 'constant'
  switch (node.kind) {
    case 'A_Const':
      return 'constant'
    case 'NullTest':
    case 'BooleanTest':
      return 'null test'
    case 'ColumnRef':
      return 'boolean'
    case 'TypeCast':
    case 'CoalesceExpr':
      return 'boolean'
    case 'SubLink':
      return sublinkForm(node)
    case 'FuncCall':
      return 'function'
    case 'A_Expr':
      return operatorForm(node)
    default:
      return 'other'
  }
}

function sublinkForm(node: Node): AtomForm {
  switch (node.fields['subLinkType']) {
    case 'EXISTS_SUBLINK':
      return 'exists'
    case 'ANY_SUBLINK':
      return 'in subquery'
    case 'EXPR_SUBLINK':
      return 'subquery'
    default:
      return 'other'
  }
}

function operatorForm(node: Node): AtomForm {
  const operator = nameParts(node, 'name').at(-1) ?? ''
  switch (node.fields['kind']) {
    case 'AEXPR_OP_ANY':
      return 'any'
    case 'AEXPR_OP_ALL':
      return 'all'
    case 'AEXPR_IN':
      return 'in'
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT':
      return 'distinct'
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
      return 'like'
    case 'AEXPR_SIMILAR':
      return 'regex'
    default:
      return OPERATORS[operator] ?? 'other'
  }
}

const OPERATORS: Readonly<Record<string, AtomForm>> = {
  '=': 'comparison',
  '<>': 'comparison',
  '!=': 'comparison',
  '<': 'comparison',
  '<=': 'comparison',
  '>': 'comparison',
  '>=': 'comparison',
  '~~': 'like',
  '~~*': 'like',
  '!~~': 'like',
  '!~~*': 'like',
  '~': 'regex',
  '~*': 'regex',
  '!~': 'regex',
  '!~*': 'regex',
  '@>': 'containment',
  '<@': 'containment',
  '&&': 'containment',
  '?': 'containment',
  '?|': 'containment',
  '?&': 'containment',
}
