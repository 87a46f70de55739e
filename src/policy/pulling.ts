import { child, children, constantOf, nameParts, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { isAggregateName } from './aggregate-names.ts'
import { rebuilt, uncast } from './nodes.ts'
import type { Context, Lookup } from './context.ts'

/** The rows that a subquery looks for; null where it could not be written out. */
export function lookupOf(sublink: Node, context: Context): Lookup | null {
  const select = sublink.kind === 'SubLink' ? child(sublink, 'subselect') : undefined
  return (select && context.lookups.get(select.fields)) ?? null
}

/** An aggregate over rows, as a scalar subquery returns it. */
export interface Aggregate {
  readonly name: string
  readonly argument: Node | null
  readonly lookup: Lookup
}

export function aggregateOf(node: Node, context: Context): Aggregate | null {
  const inner = uncast(node)
  const lookup = inner.fields['subLinkType'] === 'EXPR_SUBLINK' ? lookupOf(inner, context) : null
  const call = lookup?.targets[0]?.node
  if (
    !lookup ||
    call?.kind !== 'FuncCall' ||
    !isAggregateName(nameParts(call, 'funcname').at(-1) ?? '', context.reading)
  )
    return null
  const [argument] = children(call, 'args')
  return { name: nameParts(call, 'funcname').at(-1) ?? '', argument: argument ?? null, lookup }
}

export interface Pulled {
  /** the expression with what is returned in place of each subquery */
  readonly node: Node
  readonly lookups: readonly Lookup[]
}

/**
 * Scalar subqueries taken out of an expression that is NULL where one of them is.
 *
 * @returns null where it may hold although a subquery finds nothing
 */
export function pulled(node: Node, context: Context): Pulled | null {
  const lookups: Lookup[] = []
  const take = (part: Node): Node => {
    const lookup = part.fields['subLinkType'] === 'EXPR_SUBLINK' ? lookupOf(part, context) : null
    const target = lookup?.targets[0]
    if (lookup && target && !aggregateOf(part, context)) {
      if (!lookups.includes(lookup)) lookups.push(lookup)
      return target.node
    }
    return isStrict(part) ? rebuilt(part, take) : part
  }
  const result = take(node)
  const isLeft = [...walk(result, ({ kind }) => kind !== 'SubLink')].some(
    (part) => part.kind === 'SubLink' && walkedFrom(node).has(part.fields),
  )
  return lookups.length === 0 || isLeft ? null : { node: result, lookups }
}

/** Subqueries that stood in the expression itself; those inside of what was pulled are none of them. */
const walkedFrom = (node: Node): ReadonlySet<object> =>
  new Set(
    [...walk(node, ({ kind }) => kind !== 'SubLink')].flatMap((part) =>
      part.kind === 'SubLink' ? [part.fields] : [],
    ),
  )

const isStrict = (node: Node): boolean => {
  switch (node.kind) {
    case 'TypeCast':
    case 'CollateClause':
    case 'List':
      return true
    case 'A_Expr':
      return STRICT_OPERATORS.has(String(node.fields['kind']))
    case 'FuncCall':
      return STRICT_FUNCTIONS.has(nameParts(node, 'funcname').at(-1) ?? '')
    case 'A_ArrayExpr':
      return false
    default:
      return false
  }
}

const STRICT_OPERATORS: ReadonlySet<string> = new Set([
  'AEXPR_OP',
  'AEXPR_OP_ANY',
  'AEXPR_OP_ALL',
  'AEXPR_IN',
  'AEXPR_LIKE',
  'AEXPR_ILIKE',
  'AEXPR_SIMILAR',
  'AEXPR_BETWEEN',
])

/** Functions of pg_catalog that policies use and that are NULL for NULL (pg_proc.proisstrict). */
const STRICT_FUNCTIONS: ReadonlySet<string> = new Set([
  'lower',
  'upper',
  'btrim',
  'ltrim',
  'rtrim',
  'trim',
  'split_part',
  'left',
  'right',
  'substr',
  'substring',
  'length',
  'char_length',
  'replace',
  'md5',
  'date_trunc',
  'date_part',
  'extract',
  'abs',
  'array_length',
  'cardinality',
  'string_to_array',
  'array_to_string',
  'jsonb_extract_path',
  'jsonb_extract_path_text',
  'to_jsonb',
  'starts_with',
  'foldername',
  'filename',
  'extension',
])

export const isZero = (node: Node): boolean => constantOf(uncast(node)) === 0
export const isOne = (node: Node): boolean => constantOf(uncast(node)) === 1
