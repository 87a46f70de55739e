import type { Identity, Routines } from '../ownership/expression.ts'
import { meaningOf } from '../ownership/expression.ts'
import { deparseExpression } from '../sql/deparse.ts'
import { child, children, constantOf, nameParts } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { quoteLiteral } from '../sql/quote.ts'
import type { Draft, Slot } from './draft.ts'

/** What functions mean, and which settings carry the user. */
export interface Meanings {
  readonly routines: Routines
  readonly identity: Identity
}

/** A slot, and the SQL expression that it has to take the value of. */
export interface Setting {
  readonly slot: Slot
  readonly value: string
}

/**
 * Which slots make an expression come to a value, and what they must hold for that: `lower(email)` comes to `x` where
 * `email` is `x`. Proposals in order of preference; the server confirms them.
 */
export function invert(node: Node, value: string, draft: Draft, meanings: Meanings): readonly Setting[] {
  const again = (inner: Node | undefined, text: string): readonly Setting[] =>
    inner ? invert(inner, text, draft, meanings) : []
  const session = sessionSlot(node, meanings)
  if (session) return session === 'fixed' ? [] : [{ slot: session, value }]
  switch (node.kind) {
    case 'ColumnRef':
      return columnSlot(node, draft).map((slot) => ({ slot, value }))
    case 'TypeCast':
    case 'CollateClause':
      return again(child(node, 'arg'), value)
    case 'SubLink':
      return again(onlyTarget(node), value)
    case 'CoalesceExpr':
      return children(node, 'args').flatMap((inner) => again(inner, value))
    case 'FuncCall':
      return invertCall(node, value, again)
    case 'A_Expr':
      return invertOperator(node, value, draft, again)
    case 'A_Indirection':
      return invertElement(node, value, again)
    default:
      return []
  }
}

type Again = (inner: Node | undefined, value: string) => readonly Setting[]

/** `(select auth.uid())` is what it selects. */
function onlyTarget(node: Node): Node | undefined {
  const select = child(node, 'subselect')
  const targets = select ? children(select, 'targetList') : []
  return select && targets.length === 1 && children(select, 'fromClause').length === 0 && targets[0]
    ? child(targets[0], 'val')
    : undefined
}

/** What of the session an expression reads; `fixed` where it says who asks. */
export function sessionSlot(node: Node, { routines, identity }: Meanings): Slot | 'fixed' | null {
  const meaning = meaningOf(node, routines, identity)
  switch (meaning.is) {
    case 'user':
      return 'fixed'
    case 'claim':
    case 'claims':
      if (meaning.path[0] === 'setting') return { kind: 'setting', name: meaning.path[1] ?? '' }
      if (meaning.path[0] === 'request.headers' || meaning.path.length === 0) return 'fixed'
      // the account's copy of the token stands in a column
      return node.kind === 'ColumnRef' ? null : { kind: 'claim', path: meaning.path }
    case 'setting':
      return { kind: 'setting', name: meaning.name }
    case 'column':
    case 'constant':
    case 'other':
      return null
  }
}

function columnSlot(node: Node, draft: Draft): readonly Slot[] {
  const [alias, column, ...more] = nameParts(node, 'fields')
  if (alias === undefined || column === undefined || more.length > 0 || !draft.rows.has(alias)) return []
  return [{ kind: 'column', alias, column }]
}

/** Functions that keep what they are given, as far as a value goes that is in their form already. */
const KEEPING: ReadonlySet<string> = new Set([
  'lower',
  'upper',
  'btrim',
  'ltrim',
  'rtrim',
  'trim',
  'unaccent',
  'left',
  'substr',
  'substring',
  'abs',
  'ceil',
  'floor',
  'round',
  'text',
  'uuid',
])

function invertCall(node: Node, value: string, again: Again): readonly Setting[] {
  const name = nameParts(node, 'funcname').at(-1) ?? ''
  const [first, second, third] = children(node, 'args')
  if (KEEPING.has(name)) return again(first, value)
  if (name === 'date_trunc') return again(second, value)
  if (name === 'cardinality' || name === 'array_length')
    return again(first, `array_fill(null::text, array[${value}])`)
  if (name !== 'split_part') return []
  const [separator, position] = [constantOf(second), constantOf(third)]
  if (typeof separator !== 'string' || typeof position !== 'number' || position < 1) return []
  return again(first, `repeat(${quoteLiteral(`x${separator}`)}, ${position - 1}) || (${value})::text`)
}

function invertOperator(node: Node, value: string, draft: Draft, again: Again): readonly Setting[] {
  const operator = nameParts(node, 'name').at(-1) ?? ''
  const [left, right] = [child(node, 'lexpr'), child(node, 'rexpr')]
  if (node.fields['kind'] === 'AEXPR_NULLIF') return again(left, value)
  const [a, b] = [left && deparseExpression(left), right && deparseExpression(right)]
  if (!left || !right || !a || !b) return []
  switch (operator) {
    case '->>':
    case '->':
    case '#>>':
    case '#>':
      return invertPath(node, value, draft, again)
    case '+':
      return [...again(left, `(${value}) - (${b})`), ...again(right, `(${value}) - (${a})`)]
    case '-':
      return [...again(left, `(${value}) + (${b})`), ...again(right, `(${a}) - (${value})`)]
    case '||':
      return [
        ...again(left, `left((${value})::text, length((${value})::text) - length((${b})::text))`),
        ...again(right, `right((${value})::text, length((${value})::text) - length((${a})::text))`),
      ]
    default:
      return []
  }
}

/** `meta -> 'share' ->> 'mode'`: what stood in the document stays, with this value at the end of the path. */
function invertPath(node: Node, value: string, draft: Draft, again: Again): readonly Setting[] {
  const path: string[] = []
  let inner: Node | undefined = node
  while (inner?.kind === 'A_Expr') {
    const step = constantOf(child(inner, 'rexpr'))
    const operator = nameParts(inner, 'name').at(-1) ?? ''
    if (step === undefined || step === null || !/^(->>?|#>>?)$/.test(operator)) return []
    const steps = operator.startsWith('#')
      ? String(step)
          .replace(/^\{|\}$/g, '')
          .split(',')
      : [String(step)]
    path.unshift(...steps)
    inner = child(inner, 'lexpr')
  }
  if (inner?.kind !== 'ColumnRef' || columnSlot(inner, draft).length === 0) return []
  const column = deparseExpression(inner) ?? ''
  const leaf = `to_jsonb((${value})${isText(node) ? '::text' : ''})`
  const built = path.reduceRight(
    (text, step) => `jsonb_build_object(${quoteLiteral(step)}::text, ${text})`,
    leaf,
  )
  const document = `case when jsonb_typeof(${column}::jsonb) = 'object' then ${column}::jsonb else '{}'::jsonb end`
  return again(inner, `(${document} || ${built})`)
}

const isText = (node: Node): boolean => (nameParts(node, 'name').at(-1) ?? '').endsWith('>>')

/** One element of a list, or of a text that is taken apart. */
function invertElement(node: Node, value: string, again: Again): readonly Setting[] {
  const inner = child(node, 'arg')
  const [subscript] = children(node, 'indirection')
  const index = subscript?.kind === 'A_Indices' ? constantOf(child(subscript, 'uidx')) : undefined
  if (!inner || typeof index !== 'number' || index < 1) return []
  if (inner.kind === 'ColumnRef' && index === 1) return again(inner, `array[${value}]`)
  if (inner.kind !== 'FuncCall') return []
  const name = nameParts(inner, 'funcname').at(-1) ?? ''
  const [first, second] = children(inner, 'args')
  if (name === 'foldername')
    return again(first, `repeat('x/', ${index - 1}) || (${value})::text || '/file.txt'`)
  const separator = constantOf(second)
  if (name === 'string_to_array' && typeof separator === 'string')
    return again(
      first,
      `repeat(${quoteLiteral(`x${separator}`)}, ${index - 1}) || (${value})::text || ${quoteLiteral(separator)}`,
    )
  return []
}
