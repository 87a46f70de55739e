import type { Column } from '../domain/catalog.ts'
import { labelsOf } from '../domain/catalog.ts'
import type { Atom } from '../policy/tree.ts'
import { fromPattern, fromLike, fromSimilar } from '../seed/pattern.ts'
import { deparseExpression } from '../sql/deparse.ts'
import { child, children, constantOf, nameParts, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { quoteLiteral } from '../sql/quote.ts'
import type { Draft, Slot } from './draft.ts'
import { slotKey } from './draft.ts'
import { invert, sessionSlot } from './invert.ts'
import type { Meanings, Setting } from './invert.ts'

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

interface View {
  readonly identity: ReadonlySet<string>
  readonly draft: Draft
  readonly meanings: Meanings
  readonly by: (inner: Node | undefined, value: string) => readonly Setting[]
}

const operatorOf = (node: Node): string => nameParts(node, 'name').at(-1) ?? ''

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

const columnOf = (slot: Slot, draft: Draft): Column | undefined =>
  slot.kind === 'column'
    ? draft.rows.get(slot.alias)?.relation.columns.find(({ name }) => name === slot.column)
    : undefined

/** The next value up or down, as far as the column's type has one. */
function shifted(column: Column | undefined, text: string, sign: '+' | '-'): string {
  switch (column?.baseType ?? '') {
    case 'date':
      return `((${text})::timestamptz ${sign} interval '2 days')::date`
    case 'timestamp':
    case 'timestamptz':
      return `(${text}) ${sign} interval '2 days'`
    case 'time':
    case 'timetz':
      return `(${text}) ${sign} interval '1 minute'`
    case 'interval':
      return `(${text}) ${sign} interval '1 day'`
    case 'text':
    case 'varchar':
    case 'citext':
      return sign === '+' ? `(${text})::text || 'x'` : `''::text`
    default:
      return `(${text})::numeric ${sign} 1`
  }
}

function different(slot: Slot, column: Column | undefined, text: string, draft: Draft): readonly string[] {
  if (!column || slot.kind !== 'column') return [`'other'::text`]
  const relation = draft.rows.get(slot.alias)?.relation
  const labels = relation ? labelsOf(relation, column) : []
  if (labels.length > 0) return labels.map((label) => `nullif(${quoteLiteral(label)}::text, (${text})::text)`)
  if (column.baseType === 'bool') return [`not (${text})::boolean`]
  if (column.baseType === 'uuid') return [`gen_random_uuid()`]
  return [shifted(column, text, '+')]
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

const PRESENT: Readonly<Record<string, string>> = {
  text: `'x'::text`,
  varchar: `'x'::text`,
  citext: `'x'::text`,
  bool: 'true',
  int2: '1',
  int4: '1',
  int8: '1',
  numeric: '1',
  float4: '1',
  float8: '1',
  timestamptz: `timestamptz '2020-01-01'`,
  timestamp: `timestamp '2020-01-01'`,
  date: `date '2020-01-01'`,
  json: `'{}'::jsonb`,
  jsonb: `'{}'::jsonb`,
  uuid: 'gen_random_uuid()',
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

/** LIKE and regular expressions: a text that matches, or a pattern that matches the text. */
function matching(node: Node, wanted: boolean, view: View): readonly Setting[] {
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
function containment(node: Node, wanted: boolean, view: View): readonly Setting[] {
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
