import type { Column, Relation } from '../domain/catalog.ts'
import { deparseExpression } from '../sql/deparse.ts'
import { bare, child, children, constantOf, nameParts } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { quoteLiteral } from '../sql/quote.ts'
import { present, shifted } from './stand-ins.ts'

/** A value for a column, as an expression over the row that it stands in. */
export interface Aim {
  readonly column: string
  readonly value: string
}

/** What an expression is to come to: exactly a value, one next to it, nothing, or anything at all. */
export type Goal =
  | { readonly is: 'value'; readonly text: string; readonly shift: 'same' | 'up' | 'down' }
  | { readonly is: 'null' }
  | { readonly is: 'present' }

/** The columns of an expression, each with the value that lets the whole come to the goal. */
export function inverted(relation: Relation, node: Node | undefined, goal: Goal): readonly Aim[] {
  if (!node) return []
  const column = columnAt(relation, node)
  if (column) return leaf(column, goal)
  switch (node.kind) {
    case 'TypeCast':
      return inverted(relation, child(node, 'arg'), goal)
    case 'CoalesceExpr':
      return inverted(relation, children(node, 'args')[0], goal)
    case 'FuncCall':
      return call(relation, node, goal)
    case 'A_Expr':
      return operation(relation, node, goal)
    case 'A_Indirection':
      return element(relation, node, goal)
    default:
      return []
  }
}

/** The column of the row itself that a name means. */
export function columnAt(relation: Relation, node: Node): Column | undefined {
  if (node.kind !== 'ColumnRef') return undefined
  const [first, second, more] = nameParts(node, 'fields')
  const name = second ?? first
  if (more !== undefined || (second !== undefined && first !== 'new' && first !== relation.name))
    return undefined
  return relation.columns.find((column) => column.name === name && !column.generated)
}

function leaf(column: Column, goal: Goal): readonly Aim[] {
  const type = column.domainChecks.length > 0 ? `${column.baseType}${column.array ? '[]' : ''}` : column.type
  const text = goal.is === 'null' ? 'null' : goal.is === 'present' ? present(column) : moved(column, goal)
  return text === null || (goal.is === 'null' && column.notNull)
    ? []
    : [{ column: column.name, value: `(${text})::${type}` }]
}

const moved = (column: Column, { text, shift }: Extract<Goal, { is: 'value' }>): string =>
  shift === 'same' ? text : shifted(column, text, shift === 'up' ? '+' : '-')

/** Functions that keep what they are given, as far as a value goes that is in their form already. */
const KEEPING: ReadonlySet<string> = new Set(
  'lower upper btrim ltrim rtrim trim unaccent left substr substring abs ceil floor round text uuid date greatest least coalesce replace regexp_replace'.split(
    ' ',
  ),
)

function call(relation: Relation, node: Node, goal: Goal): readonly Aim[] {
  const name = nameParts(node, 'funcname').at(-1) ?? ''
  const [first, second] = children(node, 'args')
  const text = first && deparseExpression(first)
  if (/^num_(non)?nulls$/.test(name))
    return children(node, 'args').flatMap((one) => [
      ...inverted(relation, one, { is: 'null' }),
      ...inverted(relation, one, { is: 'present' }),
    ])
  if (!first || !text || goal.is === 'null') return inverted(relation, first, goal)
  const again = (value: string): readonly Aim[] =>
    inverted(relation, first, { is: 'value', text: value, shift: 'same' })
  const column = columnAt(relation, bare(first))
  if (/range$/.test(column?.baseType ?? '') && /^(lower|upper)$/.test(name) && goal.is === 'value')
    return again(bound(column?.baseType ?? '', text, name, goal))
  if (KEEPING.has(name)) return inverted(relation, first, goal)
  if (name === 'date_trunc') return inverted(relation, second, goal)
  if (/^(extract|date_part)$/.test(name)) return datePart(relation, node, goal)
  const n = numberOf(goal)
  switch (name) {
    case 'length':
    case 'char_length':
    case 'character_length':
    case 'octet_length':
      return again(
        column?.baseType === 'bytea'
          ? `decode(rpad(encode(${text}, 'hex'), 2 * ${n}, 'ab'), 'hex')`
          : `rpad((${text})::text, ${n}, 'x')`,
      )
    case 'array_length':
    case 'cardinality':
      return again(
        `(select array_agg(coalesce((${text})[i], (${text})[1]${sampleOf(column)})) from generate_series(1, ${n}) i)`,
      )
    case 'jsonb_array_length':
    case 'json_array_length':
      return again(`(select jsonb_agg('x'::text) from generate_series(1, ${n}))`)
    case 'jsonb_typeof':
    case 'json_typeof':
      return goal.is === 'value' ? again(documentOf(goal.text)) : again(`'{}'::jsonb`)
    case 'mod':
      return second ? again(remainder(text, deparseExpression(second) ?? '1', goal)) : []
    default:
      return []
  }
}

const sampleOf = (column: Column | undefined): string => {
  const text = column && present({ ...column, array: false })
  return text ? `, ${text}` : ''
}

function numberOf(goal: Goal): string {
  if (goal.is !== 'value') return '1'
  return `((${goal.text})::numeric ${goal.shift === 'up' ? '+ 1' : goal.shift === 'down' ? '- 1' : ''})::int`
}

const documentOf = (kind: string): string =>
  `(case ${kind} when 'object' then '{}' when 'array' then '[]' when 'string' then '"x"' when 'number' then '1' when 'boolean' then 'true' else 'null' end)::jsonb`

const remainder = (a: string, b: string, goal: Goal): string =>
  `(${a}) - mod((${a})::numeric, (${b})::numeric) + ${numberOf(goal)}`

/** One end of a range; the other moves along where it would come to lie on the wrong side. */
function bound(type: string, range: string, end: string, goal: Extract<Goal, { is: 'value' }>): string {
  const step = /^ts/.test(type) ? `interval '1 hour'` : '1'
  const at = `(${goal.text}${goal.shift === 'same' ? '' : goal.shift === 'up' ? ` + ${step}` : ` - ${step}`})`
  return end === 'lower'
    ? `${type}(${at}, case when upper(${range}) > ${at} then upper(${range}) else ${at} + ${step} end)`
    : `${type}(case when lower(${range}) < ${at} then lower(${range}) else ${at} - ${step} end, ${at})`
}

const UNITS: Readonly<Record<string, string>> = {
  dow: 'days',
  isodow: 'days',
  day: 'days',
  doy: 'days',
  hour: 'hours',
  minute: 'mins',
  second: 'secs',
  month: 'months',
  week: 'weeks',
  year: 'years',
  isoyear: 'years',
}

/** A date moves by what its part lacks. */
function datePart(relation: Relation, node: Node, goal: Goal): readonly Aim[] {
  const [field, date] = children(node, 'args')
  const unit = UNITS[String(constantOf(field)).toLowerCase()]
  const [now, text] = [deparseExpression(node), date && deparseExpression(date)]
  if (!unit || !now || !text || goal.is !== 'value') return []
  const moved = `(${text}) + make_interval(${unit} => (${numberOf(goal)} - ${now})::int)`
  return inverted(relation, date, { is: 'value', text: moved, shift: 'same' })
}

const FLIPPED = { same: 'same', up: 'down', down: 'up' } as const

function operation(relation: Relation, node: Node, goal: Goal): readonly Aim[] {
  const operator = nameParts(node, 'name').at(-1) ?? ''
  const [left, right] = [child(node, 'lexpr'), child(node, 'rexpr')]
  if (node.fields['kind'] === 'AEXPR_NULLIF') return inverted(relation, left, goal)
  if (/^(->>?|#>>?)$/.test(operator)) return path(relation, node, goal)
  const [a, b] = [left && deparseExpression(left), right && deparseExpression(right)]
  if (!left || !right || !a || !b || goal.is !== 'value')
    return [...inverted(relation, left, goal), ...inverted(relation, right, goal)]
  const { text, shift } = goal
  const to = (side: Node, value: string, turned = false): readonly Aim[] =>
    inverted(relation, side, { is: 'value', text: value, shift: turned ? FLIPPED[shift] : shift })
  switch (operator) {
    case '+':
      return [...to(left, `(${text}) - (${b})`), ...to(right, `(${text}) - (${a})`)]
    case '-':
      return [...to(left, `(${text}) + (${b})`), ...to(right, `(${a}) - (${text})`, true)]
    case '*':
      return [
        ...to(left, `(${text})::numeric / nullif(${b}, 0)`),
        ...to(right, `(${text})::numeric / nullif(${a}, 0)`),
      ]
    case '/':
      return [...to(left, `(${text}) * (${b})`), ...to(right, `(${a}) / nullif(${text}, 0)`, true)]
    case '%':
      return to(left, remainder(a, b, goal))
    case '||':
      return [
        ...to(left, `left((${text})::text, length((${text})::text) - length((${b})::text))`),
        ...to(right, `right((${text})::text, length((${text})::text) - length((${a})::text))`),
      ]
    default:
      return []
  }
}

/** `doc -> 'a' ->> 'b'`: what stood in the document stays, with the value at the end of the path. */
function path(relation: Relation, node: Node, goal: Goal): readonly Aim[] {
  const steps: string[] = []
  let inner: Node | undefined = node
  while (inner?.kind === 'A_Expr') {
    const step = constantOf(child(inner, 'rexpr'))
    if (step === undefined || step === null) return []
    const isList = (nameParts(inner, 'name').at(-1) ?? '').startsWith('#')
    steps.unshift(
      ...(isList
        ? String(step)
            .replace(/^\{|\}$/g, '')
            .split(',')
        : [String(step)]),
    )
    inner = child(inner, 'lexpr')
    while (inner?.kind === 'TypeCast') inner = child(inner, 'arg')
  }
  const document = inner && columnAt(relation, inner) ? deparseExpression(inner) : null
  if (!inner || !document || goal.is === 'null') return []
  const value = goal.is === 'present' ? `'x'::text` : `(${goal.text})${stepped(goal.shift)}`
  const base = `(case when jsonb_typeof(${document}::jsonb) = 'object' then ${document}::jsonb else '{}' end)`
  const built = steps.reduceRight(
    (made, step) => `jsonb_build_object(${quoteLiteral(step)}::text, ${made})`,
    `to_jsonb(${value})`,
  )
  return inverted(relation, inner, { is: 'value', text: `${base} || ${built}`, shift: 'same' })
}

const stepped = (shift: 'same' | 'up' | 'down'): string =>
  shift === 'same' ? '' : shift === 'up' ? '::numeric + 1' : '::numeric - 1'

/** One element of a list, or one field of a composite value. */
function element(relation: Relation, node: Node, goal: Goal): readonly Aim[] {
  const inner = child(node, 'arg')
  const [step] = children(node, 'indirection')
  const text = inner && deparseExpression(inner)
  const column = inner && columnAt(relation, bare(inner))
  if (!inner || !text || !column || goal.is === 'null') return []
  const at = (value: string): readonly Aim[] =>
    inverted(relation, inner, { is: 'value', text: value, shift: 'same' })
  if (step?.kind === 'String') {
    const value = goal.is === 'present' ? `'1'::text` : `(${goal.text})${stepped(goal.shift)}`
    const field = quoteLiteral(nameParts(node, 'indirection')[0] ?? '')
    return at(
      `jsonb_populate_record(null::${column.type}, coalesce(to_jsonb(${text}), '{}') || jsonb_build_object(${field}::text, ${value}))`,
    )
  }
  const index = step?.kind === 'A_Indices' ? constantOf(child(step, 'uidx')) : undefined
  if (typeof index !== 'number' || goal.is !== 'value') return []
  const single = { ...column, array: false }
  return at(`(${text})[:${index - 1}] || array[${moved(single, goal)}] || (${text})[${index + 1}:]`)
}
