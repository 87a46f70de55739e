import type { Column, Relation } from '../domain/catalog.ts'
import { deparseExpression } from '../sql/deparse.ts'
import { bare, child, children, nameParts, parseExpression } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { columnAt, inverted } from './invert.ts'
import type { Aim, Goal } from './invert.ts'

/** A part of a condition that can be judged, and brought about, by itself. */
export interface Part {
  readonly expression: string
  readonly node: Node
}

/** Conjuncts of a condition; empty where it does not parse. */
export function partsOf(expression: string): readonly Part[] {
  const tree = parseExpression(expression)
  return tree ? conjuncts(tree).flatMap((node) => part(node)) : []
}

function conjuncts(node: Node): readonly Node[] {
  if (node.kind === 'BoolExpr' && node.fields['boolop'] === 'AND_EXPR')
    return children(node, 'args').flatMap(conjuncts)
  const inner = node.kind === 'BooleanTest' && child(node, 'arg')
  return inner && node.fields['booltesttype'] === 'IS_TRUE' ? conjuncts(inner) : [node]
}

function part(node: Node): readonly Part[] {
  const expression = deparseExpression(node)
  return expression === null ? [] : [{ expression, node }]
}

/** What single columns could be given for the condition to come out as wished. The server computes it and has the last word. */
export function aimsAt(relation: Relation, node: Node, wanted = true): readonly Aim[] {
  const again = (inner: Node | undefined, wish = wanted): readonly Aim[] =>
    inner ? aimsAt(relation, inner, wish) : []
  switch (node.kind) {
    case 'BoolExpr': {
      const wish = node.fields['boolop'] === 'NOT_EXPR' ? !wanted : wanted
      return children(node, 'args').flatMap((inner) => again(inner, wish))
    }
    case 'BooleanTest': {
      const asked = /^IS_(TRUE|NOT_FALSE)$/.test(String(node.fields['booltesttype']))
      return again(child(node, 'arg'), asked === wanted)
    }
    case 'NullTest': {
      const empty = (node.fields['nulltesttype'] === 'IS_NULL') === wanted
      return inverted(relation, child(node, 'arg'), empty ? { is: 'null' } : { is: 'present' })
    }
    case 'TypeCast':
      return again(child(node, 'arg'))
    case 'CoalesceExpr':
      return again(children(node, 'args')[0])
    case 'CaseExpr':
      return [
        ...children(node, 'args').flatMap((when) => [
          ...again(child(when, 'result')),
          ...again(child(when, 'expr'), true),
          ...again(child(when, 'expr'), false),
        ]),
        ...again(child(node, 'defresult')),
      ]
    case 'ColumnRef':
      return inverted(relation, node, value(String(wanted)))
    case 'A_Expr':
      return comparison(relation, node, wanted)
    default:
      return []
  }
}

const value = (text: string, shift: 'same' | 'up' | 'down' = 'same'): Goal => ({ is: 'value', text, shift })

const NEGATED: Readonly<Record<string, string>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
}

function comparison(relation: Relation, node: Node, wanted: boolean): readonly Aim[] {
  const [left, right] = [child(node, 'lexpr'), child(node, 'rexpr')]
  if (!left) return []
  switch (node.fields['kind']) {
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL':
    case 'AEXPR_IN':
      return listed(relation, node, left, right, wanted)
    case 'AEXPR_DISTINCT':
      return right ? compared(relation, left, wanted ? '<>' : '=', right) : []
    case 'AEXPR_NOT_DISTINCT':
      return right ? compared(relation, left, wanted ? '=' : '<>', right) : []
    default: {
      const operator = nameParts(node, 'name').at(-1) ?? ''
      if (!right) return []
      const asked = wanted ? operator : NEGATED[operator]
      return asked === undefined ? [] : compared(relation, left, asked, right)
    }
  }
}

function listed(
  relation: Relation,
  node: Node,
  left: Node,
  right: Node | undefined,
  wanted: boolean,
): readonly Aim[] {
  const inside = right && bare(right)
  const items =
    inside?.kind === 'A_ArrayExpr'
      ? children(inside, 'elements')
      : inside?.kind === 'List'
        ? children(inside, 'items')
        : []
  const isNot = nameParts(node, 'name').at(-1) === '<>'
  return items
    .flatMap((item) => deparseExpression(item) ?? [])
    .flatMap((text) => inverted(relation, left, value(text, isNot === wanted ? 'up' : 'same')))
}

/** Either side may give way. */
function compared(relation: Relation, left: Node, operator: string, right: Node): readonly Aim[] {
  const [a, b] = [deparseExpression(left), deparseExpression(right)]
  if (a === null || b === null) return []
  const both = (ofLeft: Goal, ofRight: Goal): readonly Aim[] => [
    ...inverted(relation, left, ofLeft),
    ...inverted(relation, right, ofRight),
  ]
  switch (operator) {
    case '=':
    case '~~':
    case '<@':
    case '&&':
    case '<=':
    case '>=':
      return both(value(b), value(a))
    case '<>':
      return both(value(b, 'up'), value(a, 'up'))
    case '<':
      return both(value(b, 'down'), value(a, 'up'))
    case '>':
      return both(value(b, 'up'), value(a, 'down'))
    case '@>':
      return inverted(relation, left, value(`(${a}) || (${b})`))
    case '?':
      return inverted(relation, left, value(withKeys(relation, left, `array[${b}]`)))
    case '?&':
    case '?|':
      return inverted(relation, left, value(withKeys(relation, left, b)))
    default:
      return []
  }
}

/** The document with the keys in it, whatever else it holds. */
function withKeys(relation: Relation, node: Node, keys: string): string {
  const column: Column | undefined = columnAt(relation, node)
  const base = column ? `coalesce(${deparseExpression(node) ?? 'null'}, '{}')` : `'{}'::jsonb`
  return `(select ${base}::jsonb || jsonb_object_agg(k, 'x') from unnest(${keys}) k)`
}
