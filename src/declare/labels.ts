import type { Column, Relation } from '../domain/catalog.ts'
import { bare, child, children, constantOf, nameParts, parseExpression } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'

/** Of these types a text that is stored is the text that was compared: char(n) adds blanks, citext ignores case. */
const EXACT: ReadonlySet<string> = new Set(['text', 'varchar'])

/**
 * The texts that a column can hold at all: labels of its enum, or what a CHECK lists and allows nothing beside.
 *
 * @returns null where it can hold other texts, or nobody can tell
 */
export function possibleTexts(relation: Relation, column: Column): readonly string[] | null {
  if (column.labels) return column.labels
  if (column.array || !EXACT.has(column.baseType)) return null
  const ofTable = relation.checks.map(({ expression }) => textsIn(expression, column.name))
  const ofDomain = column.domainChecks.map((expression) => textsIn(expression, 'value'))
  const found = common([...ofTable, ...ofDomain])
  return found && [...found]
}

type Texts = ReadonlySet<string> | null

function textsIn(expression: string, name: string): Texts {
  const node = parseExpression(expression)
  return node && allowed(node, name)
}

/** A condition that is null lets a row pass as well (manual, "Check Constraints"), so no constant of it may be. */
function allowed(node: Node, name: string): Texts {
  if (node.kind === 'A_Expr') return compared(node, name)
  if (node.kind === 'NullTest')
    return node.fields['nulltesttype'] === 'IS_NULL' && isColumn(child(node, 'arg'), name) ? new Set() : null
  if (node.kind !== 'BoolExpr') return null
  const parts = children(node, 'args').map((part) => allowed(part, name))
  if (node.fields['boolop'] === 'AND_EXPR') return common(parts)
  if (node.fields['boolop'] !== 'OR_EXPR') return null
  return parts.every((part) => part !== null) ? new Set(parts.flatMap((part) => [...part])) : null
}

function compared(node: Node, name: string): Texts {
  if (nameParts(node, 'name').at(-1) !== '=' || !isColumn(child(node, 'lexpr'), name)) return null
  const right = child(node, 'rexpr')
  if (!right) return null
  const list = bare(right)
  const isList = node.fields['kind'] === 'AEXPR_OP_ANY' && list.kind === 'A_ArrayExpr'
  if (!isList && node.fields['kind'] !== 'AEXPR_OP') return null
  const values = (isList ? children(list, 'elements') : [right]).map(constantOf)
  return values.every((value) => typeof value === 'string') ? new Set(values) : null
}

/** The column itself, or a cast of it to the type that texts are compared in. */
function isColumn(node: Node | undefined, name: string): boolean {
  if (node?.kind === 'TypeCast') {
    const type = node.fields['typeName'] as { readonly names?: unknown } | undefined
    const names = type ? nameParts({ kind: 'TypeName', fields: { names: type.names } }, 'names') : []
    return EXACT.has(names.at(-1) ?? '') && isColumn(child(node, 'arg'), name)
  }
  return node?.kind === 'ColumnRef' && nameParts(node, 'fields').at(-1) === name
}

/** What all of those that say something allow. */
function common(parts: readonly Texts[]): Texts {
  const [first, ...others] = parts.filter((part) => part !== null)
  if (!first) return null
  return new Set([...first].filter((text) => others.every((other) => other.has(text))))
}
