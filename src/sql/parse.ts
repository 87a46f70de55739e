import { loadModule, parsePlPgSQLSync, parseSync } from 'libpg-query'

/** A node of PostgreSQL's raw parse tree: what it is, and its fields as the grammar names them. */
export interface Node {
  readonly kind: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** The parser is WebAssembly and must be loaded once before the functions below are called. */
export async function loadParser(): Promise<void> {
  await loadModule()
}

/** The same policy is read in several steps. */
const known = new Map<string, readonly Node[] | null>()
const MOST_KNOWN = 10_000

/** @returns the statements of the text, or null where PostgreSQL's grammar refuses it */
export function parseStatements(text: string): readonly Node[] | null {
  const found = known.get(text)
  if (found !== undefined) return found
  if (known.size >= MOST_KNOWN) known.clear()
  const parsed = parsedStatements(text)
  known.set(text, parsed)
  return parsed
}

function parsedStatements(text: string): readonly Node[] | null {
  try {
    const { stmts } = parseSync(text) as { stmts?: readonly { stmt?: unknown }[] }
    return (stmts ?? []).flatMap(({ stmt }) => toNode(stmt) ?? [])
  } catch {
    return null
  }
}

/** A statement of a text, and where its words stand in it. */
export interface LocatedStatement {
  readonly node: Node
  /** 0-based, in bytes of UTF-8 */
  readonly start: number
  readonly end: number
}

/** @returns the statements of the text with their places, or null where PostgreSQL's grammar refuses it */
export function locateStatements(text: string): readonly LocatedStatement[] | null {
  if (text.trim() === '') return [] // the parser takes it for a mistake
  try {
    const { stmts } = parseSync(text) as {
      stmts?: readonly { stmt?: unknown; stmt_location?: number; stmt_len?: number }[]
    }
    const bytes = Buffer.byteLength(text)
    return (stmts ?? []).flatMap(({ stmt, stmt_location: start = 0, stmt_len: length }) => {
      const node = toNode(stmt)
      // without a length it reaches to the end
      return node ? [{ node, start, end: length === undefined ? bytes : start + length }] : []
    })
  } catch {
    return null
  }
}

/** @returns the tree of a value expression such as pg_get_expr() prints, or null where the grammar refuses it */
export function parseExpression(text: string): Node | null {
  const select = parseStatements(`select ${text}`)?.[0]
  const target = select && children(select, 'targetList')[0]
  return (target && child(target, 'val')) ?? null
}

/** @returns the SQL texts inside a PL/pgSQL body (expressions and statements), or null where it does not parse */
export function plpgsqlQueries(createFunction: string): readonly string[] | null {
  try {
    const found: string[] = []
    collectQueries(parsePlPgSQLSync(createFunction), found)
    return found
  } catch {
    return null
  }
}

/** @returns the parser's tree of the first function of a PL/pgSQL CREATE FUNCTION, or null where it does not parse */
export function parsePlpgsql(createFunction: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed = parsePlPgSQLSync(createFunction) as {
      plpgsql_funcs?: readonly { PLpgSQL_function?: Record<string, unknown> }[]
    }
    return parsed.plpgsql_funcs?.[0]?.PLpgSQL_function ?? null
  } catch {
    return null
  }
}

function collectQueries(value: unknown, into: string[]): void {
  if (Array.isArray(value)) for (const item of value) collectQueries(item, into)
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) {
      if (key === 'query' && typeof item === 'string') into.push(item)
      else collectQueries(item, into)
    }
}

/** The node as the parser gives it, and as `fields` of other nodes hold it. */
export const rawOf = ({ kind, fields }: Node): Readonly<Record<string, unknown>> => ({ [kind]: fields })

/** @returns undefined where a field's value is no node, but a list, a text or a node without its kind */
export function toNode(value: unknown): Node | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  let kind: string | undefined
  for (const key in value) {
    if (kind !== undefined) return undefined
    kind = key
  }
  if (kind === undefined || kind < 'A' || kind >= '[') return undefined
  const fields = (value as Readonly<Record<string, unknown>>)[kind]
  return isObject(fields) ? spelledOut({ kind, fields }) : undefined
}

/** `'{owner,admin}'::text[]` as `array['owner', 'admin']::text[]`: lists are read in one spelling. */
function spelledOut(node: Node): Node {
  const { typeName, arg } = node.fields
  if (node.kind !== 'TypeCast' || !isObject(typeName) || !('arrayBounds' in typeName)) return node
  const elements = elementsOfLiteral(arg)
  return elements ? { ...node, fields: { ...node.fields, arg: { A_ArrayExpr: { elements } } } } : node
}

/** Elements of a plain array literal; null where it is none, is nested, or holds NULL. */
function elementsOfLiteral(value: unknown): readonly unknown[] | null {
  const constant = isObject(value) ? value['A_Const'] : undefined
  const text = isObject(constant) && isObject(constant['sval']) ? constant['sval']['sval'] : undefined
  const inside = typeof text === 'string' ? /^\s*\{([^{}]+)\}\s*$/.exec(text)?.[1] : undefined
  if (inside === undefined || !LIST.test(inside)) return null
  const items = [...inside.matchAll(ITEM)].map(([, quoted, plain = '']) =>
    quoted === undefined ? plain.trim() : quoted.replaceAll(/\\(.)/g, '$1'),
  )
  return items.map((sval) => ({ A_Const: { sval: { sval } } }))
}

const ITEM = /\s*(?:"((?:[^"\\]|\\.)*)"|((?!null\s*(?:,|$))[^",\\]+))\s*(?:,|$)/gi
const LIST = new RegExp(`^(?:${ITEM.source})+$`, 'i')

export function child(node: Node, field: string): Node | undefined {
  return toNode(node.fields[field])
}

export function children(node: Node, field: string): readonly Node[] {
  const value = node.fields[field]
  if (!Array.isArray(value)) return []
  return value.flatMap((item) => toNode(item) ?? [])
}

/** All nodes below and including this one, parents first. `into` may refuse to descend into a node. */
export function walk(node: Node, into: (node: Node) => boolean = () => true): readonly Node[] {
  const found: Node[] = []
  collectNodes(node, into, found)
  return found
}

function collectNodes(node: Node, into: (node: Node) => boolean, found: Node[]): void {
  found.push(node)
  if (!into(node)) return
  const { kind, fields } = node
  for (const field in fields) {
    const value = fields[field]
    // the arms of a set operation stand there without the name of their node type
    const isArm = kind === 'SelectStmt' && (field === 'larg' || field === 'rarg') && isObject(value)
    if (isArm) collectNodes({ kind, fields: value }, into, found)
    else collectBelow(value, into, found)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function collectBelow(value: unknown, into: (node: Node) => boolean, found: Node[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collectBelow(item, into, found)
    return
  }
  const node = toNode(value)
  if (node) collectNodes(node, into, found)
  else if (isObject(value)) for (const key in value) collectBelow(value[key], into, found)
}

/** The text of a String node. */
export function stringOf(node: Node | undefined): string | undefined {
  const text = node?.kind === 'String' ? node.fields['sval'] : undefined
  return typeof text === 'string' ? text : undefined
}

/** The parts of a dotted name: of a ColumnRef, a FuncCall or an operator. */
export function nameParts(node: Node, field: string): readonly string[] {
  return children(node, field).flatMap((part) => stringOf(part) ?? [])
}

/** A constant's value: string, number or boolean; null for NULL; undefined where the node is no constant. */
export function constantOf(node: Node | undefined): string | number | boolean | null | undefined {
  if (!node) return undefined
  if (node.kind === 'TypeCast') return constantOf(child(node, 'arg'))
  if (node.kind !== 'A_Const') return undefined
  const { fields } = node
  if (fields['isnull'] === true) return null
  const read = (key: string, value: string): unknown =>
    (fields[key] as Record<string, unknown> | undefined)?.[value]
  if ('sval' in fields) return String(read('sval', 'sval') ?? '')
  if ('boolval' in fields) return read('boolval', 'boolval') === true
  if ('ival' in fields) return Number(read('ival', 'ival') ?? 0)
  if ('fval' in fields) return Number(read('fval', 'fval') ?? 0)
  return undefined
}

/** Strips casts and a scalar subquery around a single expression: `(select auth.uid())::text` becomes `auth.uid()`. */
export function bare(node: Node): Node {
  if (node.kind === 'TypeCast') {
    const inner = child(node, 'arg')
    return inner ? bare(inner) : node
  }
  if (node.kind === 'SubLink' && node.fields['subLinkType'] === 'EXPR_SUBLINK') {
    const select = child(node, 'subselect')
    const targets = select ? children(select, 'targetList') : []
    const value = targets.length === 1 && targets[0] ? child(targets[0], 'val') : undefined
    if (select && value && isPlain(select)) return bare(value)
  }
  return node
}

/** Neither FROM nor WHERE, nor anything else that decides whether there is a row. */
const isPlain = ({ fields }: Node): boolean =>
  [
    'fromClause',
    'whereClause',
    'limitCount',
    'limitOffset',
    'havingClause',
    'groupClause',
    'withClause',
  ].every((field) => !(field in fields))
