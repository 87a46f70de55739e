import { child, parseExpression, rawOf, stringOf, toNode } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'

const node = (kind: string, fields: Node['fields']): Node => ({ kind, fields })
const named = (text: string): unknown => ({ String: { sval: text } })

export const columnNode = (alias: string, column: string): Node =>
  node('ColumnRef', { fields: [named(alias), named(column)] })

/** A row of a relation as a value: `s1.*`. */
export const rowNode = (alias: string): Node => node('ColumnRef', { fields: [named(alias), { A_Star: {} }] })

export const booleanNode = (value: boolean): Node =>
  node('A_Const', { boolval: value ? { boolval: true } : {} })

export const nullNode: Node = node('A_Const', { isnull: true })

export const notNode = (part: Node): Node => node('BoolExpr', { boolop: 'NOT_EXPR', args: [rawOf(part)] })

export function allOf(parts: readonly Node[]): Node {
  const [first, ...more] = parts
  if (!first) return booleanNode(true)
  return more.length === 0 ? first : node('BoolExpr', { boolop: 'AND_EXPR', args: parts.map(rawOf) })
}

export const anyOf = (parts: readonly Node[]): Node =>
  node('BoolExpr', { boolop: 'OR_EXPR', args: parts.map(rawOf) })

export const operatorNode = (name: string, left: Node, right: Node): Node =>
  node('A_Expr', { kind: 'AEXPR_OP', name: [named(name)], lexpr: rawOf(left), rexpr: rawOf(right) })

/** `a = any (list)` */
export const memberNode = (part: Node, list: Node): Node =>
  node('A_Expr', { kind: 'AEXPR_OP_ANY', name: [named('=')], lexpr: rawOf(part), rexpr: rawOf(list) })

export const equalNode = (left: Node, right: Node): Node => operatorNode('=', left, right)

export const nullTestNode = (part: Node, isNull: boolean): Node =>
  node('NullTest', { arg: rawOf(part), nulltesttype: isNull ? 'IS_NULL' : 'IS_NOT_NULL' })

export const trueTestNode = (part: Node, test: 'IS_TRUE' | 'IS_NOT_FALSE'): Node =>
  node('BooleanTest', { arg: rawOf(part), booltesttype: test })

export const caseNode = (
  arms: readonly { readonly condition: Node; readonly result: Node }[],
  otherwise: Node,
): Node =>
  node('CaseExpr', {
    args: arms.map(({ condition, result }) => ({
      CaseWhen: { expr: rawOf(condition), result: rawOf(result) },
    })),
    defresult: rawOf(otherwise),
  })

/** `(select …)` as a value, or EXISTS of it. `select` are the fields of a SELECT. */
export const sublinkNode = (type: 'EXPR_SUBLINK' | 'EXISTS_SUBLINK', select: Node['fields']): Node =>
  node('SubLink', { subLinkType: type, subselect: { SelectStmt: select } })

export const tableNode = (schema: string, name: string, alias: string): Node =>
  node('RangeVar', {
    schemaname: schema,
    relname: name,
    inh: true,
    relpersistence: 'p',
    alias: { aliasname: alias },
  })

export const selectFields = (
  targets: readonly Node[],
  from: readonly Node[],
  where: Node | null,
): Node['fields'] => ({
  targetList: targets.map((target) => ({ ResTarget: { val: rawOf(target) } })),
  ...(from.length > 0 ? { fromClause: from.map(rawOf) } : {}),
  ...(where ? { whereClause: rawOf(where) } : {}),
  limitOption: 'LIMIT_OPTION_DEFAULT',
  op: 'SETOP_NONE',
})

/** The expression with a cast to a type, as format_type() prints it; without one where it is no type that can be written. */
export function castTo(part: Node, type: string): Node {
  if (/^(record|void|trigger|any\w*|"any"|"trigger")$/.test(type)) return part
  const cast = parseExpression(`null::${type}`)
  return cast?.kind === 'TypeCast' ? node('TypeCast', { ...cast.fields, arg: rawOf(part) }) : part
}

/** A node with other nodes in place of those directly below it, lists included. */
export function rebuilt({ kind, fields }: Node, change: (node: Node) => Node): Node {
  return { kind, fields: rebuiltValue(fields, change) as Node['fields'] }
}

function rebuiltValue(value: unknown, change: (node: Node) => Node): unknown {
  if (Array.isArray(value)) return value.map((item) => belowOf(item, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, belowOf(inner, change)]))
}

function belowOf(value: unknown, change: (node: Node) => Node): unknown {
  const inner = toNode(value)
  return inner ? rawOf(change(inner)) : rebuiltValue(value, change)
}

/** The parts of a column reference; `*` stands for all columns. */
export const partsOf = ({ fields }: Node): readonly string[] =>
  (Array.isArray(fields['fields']) ? fields['fields'] : []).flatMap((item) => {
    const part = toNode(item)
    return part?.kind === 'A_Star' ? ['*'] : (stringOf(part) ?? [])
  })

/** The expression below casts. */
export function uncast(part: Node): Node {
  const inner = part.kind === 'TypeCast' || part.kind === 'CollateClause' ? child(part, 'arg') : undefined
  return inner ? uncast(inner) : part
}

/** The expression with what is below its casts replaced. */
export function withUncast(part: Node, change: (inner: Node) => Node): Node {
  const inner = part.kind === 'TypeCast' || part.kind === 'CollateClause' ? child(part, 'arg') : undefined
  if (!inner) return change(part)
  return { kind: part.kind, fields: { ...part.fields, arg: rawOf(withUncast(inner, change)) } }
}
