import type { Column, Relation } from '../domain/catalog.ts'
import { bare, child, children, constantOf, nameParts, parseExpression, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { fromSimilar } from './pattern.ts'

/** What CHECK constraints say about a single column, so that the first value fits already. The server has the last word. */
export interface Hints {
  readonly min?: number
  readonly max?: number
  /** like `min` and `max`, but the value itself is excluded */
  readonly above?: number
  readonly below?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly labels?: readonly (string | number)[]
  readonly pattern?: string
  readonly ignoreCase?: boolean
  readonly like?: string
  readonly email?: boolean
}

/** Hints for a column from its relation's checks and its domain's. */
export function hintsFor(relation: Relation, column: Column): Hints {
  const own = relation.checks
    .filter(({ columns }) => columns.includes(column.name))
    .map(({ expression }) => expression)
  let hints: Hints = {}
  for (const expression of [...own, ...column.domainChecks]) {
    const tree = parseExpression(expression)
    if (tree)
      for (const part of conditions(tree)) hints = { ...hints, ...readCondition(part, column.name, hints) }
  }
  return hints
}

/** Conjuncts; of a disjunction the alternative that says most (`x is null or x > 0`). */
function conditions(node: Node): readonly Node[] {
  if (node.kind !== 'BoolExpr') return [node]
  const parts = children(node, 'args')
  if (node.fields['boolop'] === 'AND_EXPR') return parts.flatMap(conditions)
  if (node.fields['boolop'] === 'OR_EXPR')
    return parts
      .filter(({ kind }) => kind !== 'NullTest')
      .slice(0, 1)
      .flatMap(conditions)
  return []
}

function readCondition(node: Node, column: string, known: Hints): Hints {
  if (node.kind !== 'A_Expr') return {}
  const left = child(node, 'lexpr')
  const right = child(node, 'rexpr')
  const operator = nameParts(node, 'name').at(-1) ?? ''
  if (!left || !right) return {}
  if (node.fields['kind'] === 'AEXPR_OP_ANY' || node.fields['kind'] === 'AEXPR_IN')
    return isColumn(left, column) ? labelHint(right) : {}
  const similar = operator === '~' ? similarPattern(right) : undefined
  if (similar !== undefined) return isColumn(left, column) ? { pattern: similar } : {}
  const value = constantOf(right)
  if (value === undefined) {
    const mirrored = constantOf(left)
    return mirrored === undefined ? {} : compare(right, MIRROR[operator] ?? operator, mirrored, column, known)
  }
  return compare(left, operator, value, column, known)
}

/** `x similar to 'p'` is stored as `x ~ similar_to_escape('p')`. */
function similarPattern(node: Node): string | undefined {
  const inner = bare(node)
  if (inner.kind !== 'FuncCall' || nameParts(inner, 'funcname').at(-1) !== 'similar_to_escape')
    return undefined
  const pattern = constantOf(children(inner, 'args')[0])
  return typeof pattern === 'string' ? fromSimilar(pattern) : undefined
}

const MIRROR: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

function labelHint(list: Node): Hints {
  const inner = bare(list)
  const items = inner.kind === 'A_ArrayExpr' ? children(inner, 'elements') : children(inner, 'items')
  const labels = items.flatMap((item) => {
    const value = constantOf(item)
    return typeof value === 'string' || typeof value === 'number' ? [value] : []
  })
  return labels.length > 0 ? { labels } : {}
}

const isColumn = (node: Node, column: string): boolean => {
  const inner = bare(node)
  if (
    inner.kind === 'FuncCall' &&
    /(^|\.)(lower|upper|trim|btrim|ltrim|rtrim)$/.test(nameParts(inner, 'funcname').join('.'))
  ) {
    const argument = children(inner, 'args')[0]
    return argument !== undefined && isColumn(argument, column)
  }
  return inner.kind === 'ColumnRef' && ['value', column].includes(nameParts(inner, 'fields').at(-1) ?? '')
}

function compare(
  subject: Node,
  operator: string,
  value: string | number | boolean | null,
  column: string,
  known: Hints,
): Hints {
  if (isColumn(subject, column)) return compareColumn(operator, value, known)
  const inner = bare(subject)
  const call = inner.kind === 'FuncCall' ? nameParts(inner, 'funcname').at(-1) : undefined
  const about = inner.kind === 'FuncCall' && [...walk(inner)].some((node) => isColumn(node, column))
  if (!about || typeof value !== 'number') return {}
  if (call === 'length' || call === 'char_length' || call === 'character_length' || call === 'octet_length')
    return lengthHint(operator, value, known)
  if (call === 'position' || call === 'strpos') return { email: true }
  return {}
}

function compareColumn(operator: string, value: string | number | boolean | null, known: Hints): Hints {
  if (typeof value === 'string') {
    const number = Number(value)
    switch (operator) {
      case '~':
        return { pattern: value }
      case '~*':
        return { pattern: value, ignoreCase: true }
      case '~~':
      case '~~*':
        return { like: value }
      case '=':
        return { labels: [value] }
      default:
        return value.trim() === '' || Number.isNaN(number) ? {} : compareColumn(operator, number, known)
    }
  }
  if (typeof value !== 'number') return {}
  switch (operator) {
    case '>':
      return { above: Math.max(known.above ?? -Infinity, value) }
    case '>=':
      return { min: Math.max(known.min ?? -Infinity, value) }
    case '<':
      return { below: Math.min(known.below ?? Infinity, value) }
    case '<=':
      return { max: Math.min(known.max ?? Infinity, value) }
    case '=':
      return { labels: [value] }
    default:
      return {}
  }
}

function lengthHint(operator: string, value: number, known: Hints): Hints {
  switch (operator) {
    case '>':
      return { minLength: Math.max(known.minLength ?? 0, value + 1) }
    case '>=':
      return { minLength: Math.max(known.minLength ?? 0, value) }
    case '<':
      return { maxLength: Math.min(known.maxLength ?? Infinity, value - 1) }
    case '<=':
      return { maxLength: Math.min(known.maxLength ?? Infinity, value) }
    case '=':
      return { minLength: value, maxLength: value }
    default:
      return {}
  }
}
