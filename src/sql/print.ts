import { child, children, constantOf, nameParts, stringOf } from './parse.ts'
import type { Node } from './parse.ts'
import { quoteLiteral, quoteName } from './quote.ts'

/** What stands for a column reference: its parts, `*` for all columns. @returns null where it must not be printed */
export type PrintColumn = (parts: readonly string[]) => string | null

/**
 * The SQL text of a condition over columns, constants and function calls. Every part is put in parentheses.
 *
 * @returns null where it holds anything else: a subquery, an aggregate, a parameter
 */
export function printExpression(node: Node, column: PrintColumn): string | null {
  const print = (inner: Node | undefined): string | null =>
    inner === undefined ? null : printExpression(inner, column)
  switch (node.kind) {
    case 'A_Const': {
      const value = constantOf(node)
      if (typeof value === 'number') return value < 0 ? `(${value})` : String(value)
      return value === undefined ? null : typeof value === 'boolean' ? String(value) : quoteLiteral(value)
    }
    case 'ColumnRef':
      return column(columnParts(node))
    case 'TypeCast':
      return around(print(child(node, 'arg')), (text) => `${text}::${typeText(node.fields['typeName'])}`)
    case 'A_Expr':
      return printOperator(node, print)
    case 'BoolExpr':
      return printBoolean(node, print)
    case 'NullTest':
      return around(
        print(child(node, 'arg')),
        (text) => `(${text} is ${node.fields['nulltesttype'] === 'IS_NULL' ? '' : 'not '}null)`,
      )
    case 'BooleanTest':
      return around(
        print(child(node, 'arg')),
        (text) => `(${text} ${String(node.fields['booltesttype']).toLowerCase().replaceAll('_', ' ')})`,
      )
    case 'FuncCall':
      return printCall(node, print)
    case 'CoalesceExpr':
      return printList(children(node, 'args'), print, (list) => `coalesce(${list})`)
    case 'MinMaxExpr':
      return printList(
        children(node, 'args'),
        print,
        (list) => `${node.fields['op'] === 'IS_GREATEST' ? 'greatest' : 'least'}(${list})`,
      )
    case 'A_ArrayExpr':
      return printList(children(node, 'elements'), print, (list) => `array[${list}]`)
    case 'CaseExpr':
      return printCase(node, print)
    case 'SQLValueFunction':
      return VALUES_OF_TIME[String(node.fields['op'])] ?? null
    default:
      return null
  }
}

type Print = (node: Node | undefined) => string | null

/** What is the same for every session; the rest, such as `current_user`, is not. */
const VALUES_OF_TIME: Readonly<Record<string, string>> = {
  SVFOP_CURRENT_DATE: 'current_date',
  SVFOP_CURRENT_TIME: 'current_time',
  SVFOP_CURRENT_TIMESTAMP: 'current_timestamp',
  SVFOP_LOCALTIME: 'localtime',
  SVFOP_LOCALTIMESTAMP: 'localtimestamp',
}

const around = (text: string | null, wrap: (text: string) => string): string | null =>
  text === null ? null : wrap(text)

function printList(nodes: readonly Node[], print: Print, wrap: (list: string) => string): string | null {
  const parts = nodes.map(print)
  return parts.every((part) => part !== null) ? wrap(parts.join(', ')) : null
}

/** Names of a column reference; `*` where it means the whole row. */
export function columnParts(node: Node): readonly string[] {
  return children(node, 'fields').flatMap((part) => (part.kind === 'A_Star' ? ['*'] : (stringOf(part) ?? [])))
}

function typeText(type: unknown): string {
  const node: Node = { kind: 'TypeName', fields: type as Node['fields'] }
  const names = nameParts(node, 'names').map(quoteName).join('.')
  return `${names}${Array.isArray(node.fields['arrayBounds']) ? '[]' : ''}`
}

function printBoolean(node: Node, print: Print): string | null {
  const parts = children(node, 'args').map(print)
  if (!parts.every((part) => part !== null)) return null
  if (node.fields['boolop'] === 'NOT_EXPR') return `(not ${parts[0] ?? ''})`
  return `(${parts.join(node.fields['boolop'] === 'AND_EXPR' ? ' and ' : ' or ')})`
}

function printOperator(node: Node, print: Print): string | null {
  const names = nameParts(node, 'name')
  const operator = names.length > 1 ? `operator(${quoteName(names[0] ?? '')}.${names[1]})` : (names[0] ?? '')
  const right = child(node, 'rexpr')
  const left = child(node, 'lexpr')
  const a = left ? print(left) : ''
  if (a === null || !right) return null
  if (right.kind === 'List') {
    const items = children(right, 'items').map(print)
    if (!items.every((item) => item !== null)) return null
    if (node.fields['kind'] === 'AEXPR_IN')
      return `(${a} ${operator === '<>' ? 'not in' : 'in'} (${items.join(', ')}))`
    return /BETWEEN/.test(String(node.fields['kind']))
      ? `(${a} ${operator.toLowerCase()} ${items.join(' and ')})`
      : null
  }
  const b = print(right)
  if (b === null) return null
  switch (node.fields['kind']) {
    case 'AEXPR_OP':
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
    case 'AEXPR_SIMILAR':
      return `(${a} ${operator} ${b})`
    case 'AEXPR_OP_ANY':
      return `(${a} ${operator} any (${b}))`
    case 'AEXPR_OP_ALL':
      return `(${a} ${operator} all (${b}))`
    case 'AEXPR_DISTINCT':
      return `(${a} is distinct from ${b})`
    case 'AEXPR_NOT_DISTINCT':
      return `(${a} is not distinct from ${b})`
    case 'AEXPR_NULLIF':
      return `nullif(${a}, ${b})`
    default:
      return null
  }
}

function printCall(node: Node, print: Print): string | null {
  if (
    ['agg_filter', 'over', 'agg_order', 'agg_star', 'agg_within_group'].some((field) => field in node.fields)
  )
    return null
  const name = nameParts(node, 'funcname').map(quoteName).join('.')
  return printList(children(node, 'args'), print, (list) => `${name}(${list})`)
}

function printCase(node: Node, print: Print): string | null {
  const subject = child(node, 'arg')
  const parts = [
    ...(subject ? [print(subject)] : []),
    ...children(node, 'args').flatMap((when) => {
      const [condition, result] = [print(child(when, 'expr')), print(child(when, 'result'))]
      return [condition === null || result === null ? null : `when ${condition} then ${result}`]
    }),
  ]
  const otherwise = child(node, 'defresult')
  const last = otherwise ? print(otherwise) : 'null'
  if (last === null || !parts.every((part) => part !== null)) return null
  return `(case ${parts.join(' ')} else ${last} end)`
}
