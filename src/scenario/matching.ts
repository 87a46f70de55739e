import { fromLike, fromPattern, fromSimilar } from '../seed/pattern.ts'
import { deparseExpression } from '../sql/deparse.ts'
import { child, constantOf } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { quoteLiteral } from '../sql/quote.ts'
import type { Setting } from './invert.ts'
import { columnOf, operatorOf } from './values.ts'
import type { View } from './values.ts'

/** LIKE and regular expressions: a text that matches, or a pattern that matches the text. */
export function matching(node: Node, wanted: boolean, view: View): readonly Setting[] {
  const [left, right] = [child(node, 'lexpr'), child(node, 'rexpr')]
  if (!left || !right) return []
  const operator = operatorOf(node)
  const isMatch = wanted !== operator.startsWith('!')
  if (!isMatch) return [...view.by(left, `'~ no match ~'::text`), ...view.by(left, 'null')]
  const pattern = constantOf(right)
  if (typeof pattern === 'string') return view.by(left, quoteLiteral(sampleOf(pattern, operator, node)))
  const [text, other] = [deparseExpression(left), deparseExpression(right)]
  const sample = other === null ? [] : view.by(left, `replace(replace((${other})::text, '%', 'x'), '_', 'x')`)
  return [...sample, ...(text === null ? [] : view.by(right, text))]
}

function sampleOf(pattern: string, operator: string, node: Node): string {
  const place = { relation: '', relationIndex: 0, row: 0, variant: 0, seed: 0, unique: false }
  if (node.fields['kind'] === 'AEXPR_SIMILAR') return fromPattern(fromSimilar(pattern), false, place, 'x')
  return operator.endsWith('~~') || operator.endsWith('~~*')
    ? fromLike(pattern, 'x')
    : fromPattern(pattern, operator.endsWith('*'), place, 'x')
}

/** Lists and documents that hold what is asked for, or nothing. */
export function containment(node: Node, wanted: boolean, view: View): readonly Setting[] {
  const [left, right] = [child(node, 'lexpr'), child(node, 'rexpr')]
  if (!left || !right) return []
  const [a, b] = [deparseExpression(left), deparseExpression(right)]
  if (a === null || b === null) return []
  const operator = operatorOf(node)
  if (!wanted) return [...emptied(left, view), ...emptied(right, view)]
  switch (operator) {
    case '?':
      return [...view.by(left, `jsonb_build_array(${b})`), ...view.by(left, `jsonb_build_object(${b}, true)`)]
    case '?|':
    case '?&':
      return view.by(left, `to_jsonb(${b})`)
    case '<@':
      return [...view.by(right, a), ...view.by(left, b)]
    default:
      return [...view.by(left, b), ...view.by(right, a)]
  }
}

const emptied = (node: Node, view: View): readonly Setting[] =>
  view.by(node, 'null').flatMap(({ slot }) => {
    const column = columnOf(slot, view.draft)
    return view.by(node, column?.array ? `'{}'::text[]` : column ? `'{}'::jsonb` : `'[]'::jsonb`)
  })
