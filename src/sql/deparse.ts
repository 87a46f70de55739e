import { deparseSync } from 'pgsql-deparser'
import { parseExpression, rawOf } from './parse.ts'
import type { Node } from './parse.ts'

/**
 * The SQL text of an expression, on one line. It is parsed again: what does not come out as it went in is no text of it.
 *
 * @returns null where the expression cannot be written back faithfully
 */
export function deparseExpression(node: Node): string | null {
  const found = known.get(node.fields)
  if (found !== undefined) return found
  const text = write(node)
  const again = text === null ? null : parseExpression(text)
  const faithful = again && isSameExpression(again, node) ? text : null
  known.set(node.fields, faithful)
  return faithful
}

/** The same node is written back for every draft that it is asked of. */
const known = new WeakMap<Node['fields'], string | null>()

function write(node: Node): string | null {
  const statement = {
    SelectStmt: {
      targetList: [{ ResTarget: { val: rawOf(node) } }],
      limitOption: 'LIMIT_OPTION_DEFAULT',
      op: 'SETOP_NONE',
    },
  }
  try {
    // its types know single node kinds, which a policy's expression has no end of
    const text = deparseSync({ version: 180_000, stmts: [{ stmt: statement }] } as never, { pretty: false })
    return text.replace(/^SELECT\s+/, '').replace(/;?\s*$/, '')
  } catch {
    return null
  }
}

/** Whether two trees differ in nothing but where their words stood in a text. */
export const isSameExpression = (a: Node, b: Node): boolean => structureOf(a) === structureOf(b)

const structureOf = (node: Node): string =>
  JSON.stringify(rawOf(node), (key, value: unknown) => (PLACES.has(key) ? undefined : sorted(value)))

const PLACES: ReadonlySet<string> = new Set([
  'location',
  'stmt_location',
  'stmt_len',
  'list_start',
  'list_end',
  'rexpr_list_start',
  'rexpr_list_end',
])

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(flat(value)).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries)
}

/** `(a and b) and c` is read as `a and b and c`. */
function flat(value: object): object {
  const { boolop, args } = value as { boolop?: unknown; args?: unknown }
  if (boolop === 'NOT_EXPR' || boolop === undefined || !Array.isArray(args)) return value
  return { ...value, args: args.flatMap((item: unknown) => argumentsOf(item, boolop)) }
}

function argumentsOf(item: unknown, boolop: unknown): readonly unknown[] {
  const { BoolExpr } = item as { BoolExpr?: { boolop?: unknown; args?: unknown } }
  if (!BoolExpr || BoolExpr.boolop !== boolop || !Array.isArray(BoolExpr.args)) return [item]
  return BoolExpr.args.flatMap((inner: unknown) => argumentsOf(inner, boolop))
}
