import { labelsOf } from '../domain/catalog.ts'
import type { Atom } from '../policy/tree.ts'
import { deparseExpression } from '../sql/deparse.ts'
import { child, children, nameParts, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { quoteLiteral } from '../sql/quote.ts'
import type { Draft } from './draft.ts'
import { slotKey } from './draft.ts'
import { invert, sessionSlot } from './invert.ts'
import type { Meanings, Setting } from './invert.ts'
import { containment, matching } from './matching.ts'
import { columnOf, different, operatorOf, PRESENT, shifted } from './values.ts'
import type { View } from './values.ts'

/** A condition without subqueries, and whether it is to hold. */
export interface Wish {
  readonly atom: Atom
  readonly wanted: boolean
  /** which element of a list is to be met, where the condition names several */
  readonly element?: number
}

/** Settings any one of which may make the condition come out as wished. The server decides which does. */
export function settingsFor(
  wish: Wish,
  draft: Draft,
  meanings: Meanings,
  identity: ReadonlySet<string> = new Set(),
): readonly Setting[] {
  const { atom, wanted } = wish
  const { node } = atom
  const by = (inner: Node | undefined, value: string): readonly Setting[] =>
    inner ? invert(inner, value, draft, meanings) : []
  const view: View = { draft, meanings, by, identity }
  switch (atom.form) {
    case 'comparison':
      return comparison(node, operatorOf(node), wanted, view)
    case 'distinct':
      return comparison(node, '=', (node.fields['kind'] === 'AEXPR_NOT_DISTINCT') === wanted, view)
    case 'boolean':
      return by(node, String(wanted))
    case 'null test':
      return (node.fields['nulltesttype'] === 'IS_NULL') === wanted
        ? by(child(node, 'arg'), 'null')
        : present(child(node, 'arg'), view)
    case 'in':
    case 'any':
    case 'all':
      return membership(wish, view)
    case 'like':
    case 'regex':
      return matching(node, wanted, view)
    case 'containment':
      return containment(node, wanted, view)
    case 'constant':
    case 'exists':
    case 'in subquery':
    case 'subquery':
    case 'function':
    case 'other':
      return []
  }
}

const OPPOSITE: Readonly<Record<string, string>> = {
  '=': '<>',
  '<>': '=',
  '!=': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
}
const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' }

/** Either side is set to what the other comes to, or to something beside it; the side that is freer first. */
function comparison(node: Node, operator: string, wanted: boolean, view: View): readonly Setting[] {
  const [left, right] = [child(node, 'lexpr'), child(node, 'rexpr')]
  if (!left || !right) return []
  const asked = wanted ? operator : (OPPOSITE[operator] ?? operator)
  const sides: readonly (readonly [Node, Node, string])[] = [
    [left, right, asked],
    [right, left, MIRRORED[asked] ?? asked],
  ]
  const ordered = freedom(left, view) >= freedom(right, view) ? sides : [...sides].reverse()
  const found = ordered.flatMap(([side, other, op]) => beside(side, other, op, view))
  // what is NULL is neither equal nor different, and so not as it must not be
  return wanted || operator === '<>'
    ? found
    : [...found, ...ordered.flatMap(([side]) => view.by(side, 'null'))]
}

function beside(side: Node, other: Node, operator: string, view: View): readonly Setting[] {
  const text = deparseExpression(other)
  if (text === null) return []
  // a moment that is now will not be any more when it is asked about
  const isExact = operator === '=' || !/\bnow\(\)|\bcurrent_|\blocaltime/i.test(text)
  if (['=', '>=', '<='].includes(operator) && isExact) return view.by(side, text)
  const probes = view.by(side, text)
  return probes.flatMap(({ slot }) => {
    const column = columnOf(slot, view.draft)
    const values =
      operator === '<>' || operator === '!='
        ? different(slot, column, text, view.draft)
        : [shifted(column, text, operator.startsWith('>') ? '+' : '-')]
    return values.flatMap((value) =>
      view.by(side, value).filter((one) => slotKey(one.slot) === slotKey(slot)),
    )
  })
}

/** How free an expression is to be set: what is decided or fixed is not, and later rows are freer than the policy's own. */
function freedom(node: Node, { draft, meanings, identity }: View): number {
  const aliases = [...draft.rows.keys()]
  const columns = [...walk(node)].flatMap((one) => {
    if (one.kind !== 'ColumnRef') return []
    const [alias = '', column = ''] = nameParts(one, 'fields')
    const row = draft.rows.get(alias)
    if (!row) return []
    const isKey = row.relation.keys.some(({ primary, columns: key }) => primary && key.includes(column))
    if (draft.locked.has(`${alias}.${column}`) || (isKey && row.standing !== null)) return [0.1]
    // whose the row is stays as it is, as long as something else can be set
    if (alias === 'r0' && identity.has(column)) return [0.3]
    return [1 + aliases.indexOf(alias) - (isKey && alias === 'r0' ? 0.8 : 0)]
  })
  if (columns.length > 0) return Math.max(...columns)
  const slot = sessionSlot(node, meanings)
  return slot && slot !== 'fixed' && !draft.locked.has(slotKey(slot)) ? 0.5 : 0
}

/** Something that is not NULL: what the types of columns are usually given. */
function present(node: Node | undefined, view: View): readonly Setting[] {
  return view.by(node, `'x'::text`).flatMap(({ slot }) => {
    const column = columnOf(slot, view.draft)
    const value = column ? PRESENT[column.baseType] : `'x'::text`
    return value === undefined || column?.array ? [] : view.by(node, value)
  })
}

/** One of a list, or none of them. */
function membership({ atom: { node, form }, wanted, element = 0 }: Wish, view: View): readonly Setting[] {
  const [left, right] = [child(node, 'lexpr'), child(node, 'rexpr')]
  if (!left || !right) return []
  const isNegated = operatorOf(node) === '<>'
  if (!isNegated && operatorOf(node) !== '=') return []
  const isIn = wanted !== isNegated
  const items = elementsOf(right)
  if (items.length > 0) {
    const texts = items.flatMap((item) => deparseExpression(item) ?? [])
    if (isIn)
      return [...texts.slice(element), ...texts.slice(0, element)].flatMap((text) => view.by(left, text))
    return none(left, texts, view)
  }
  if (form === 'in') return []
  const text = deparseExpression(left)
  if (text === null) return []
  return view.by(right, isIn ? `array[${text}]` : `array_remove(array[${text}], ${text})`)
}

/** Elements that a list names. */
export function elementsOf(node: Node): readonly Node[] {
  if (node.kind === 'List') return children(node, 'items')
  if (node.kind === 'A_ArrayExpr') return children(node, 'elements')
  const inner = node.kind === 'TypeCast' ? child(node, 'arg') : undefined
  return inner ? elementsOf(inner) : []
}

function none(left: Node, texts: readonly string[], view: View): readonly Setting[] {
  const slots = view.by(left, `'other'::text`)
  const others = slots.flatMap(({ slot }) => {
    const column = columnOf(slot, view.draft)
    const relation = slot.kind === 'column' ? view.draft.rows.get(slot.alias)?.relation : undefined
    const labels = column && relation ? labelsOf(relation, column) : []
    const taken = new Set(texts.map((text) => /'((?:[^']|'')*)'/.exec(text)?.[1]))
    return labels.filter((label) => !taken.has(label)).flatMap((label) => view.by(left, quoteLiteral(label)))
  })
  return [...others, ...slots, ...view.by(left, 'null')]
}
