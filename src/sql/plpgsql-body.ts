import { parsePlpgsql } from './parse.ts'
import { withPlainTypes } from './plpgsql.ts'

/** A statement of a PL/pgSQL body, as far as it decides what is returned. Expressions and queries are SQL texts. */
export type BodyStatement =
  | { readonly kind: 'return'; readonly expression: string | null }
  | { readonly kind: 'return query'; readonly query: string }
  | { readonly kind: 'if'; readonly arms: readonly BodyArm[]; readonly otherwise: readonly BodyStatement[] }
  | { readonly kind: 'assign'; readonly variable: string; readonly expression: string }
  | { readonly kind: 'select into'; readonly query: string; readonly into: BodyTarget }
  | { readonly kind: 'perform'; readonly query: string }
  | { readonly kind: 'raise'; readonly fails: boolean }
  | { readonly kind: 'block'; readonly statements: readonly BodyStatement[] }
  | { readonly kind: 'other'; readonly what: string }

export interface BodyArm {
  readonly condition: string
  readonly statements: readonly BodyStatement[]
}

/** Where a query's row goes: a variable for each column, or one that takes the whole row. */
export type BodyTarget =
  | { readonly kind: 'variables'; readonly names: readonly string[] }
  | { readonly kind: 'row'; readonly name: string }

export interface Body {
  /** declared variables in order, with their defaults */
  readonly variables: readonly { readonly name: string; readonly default: string | null }[]
  readonly statements: readonly BodyStatement[]
}

/** @returns what a PL/pgSQL function does, or null where it does not parse */
export function readPlpgsql(body: string, returns: string): Body | null {
  for (const text of [body, withPlainTypes(body)])
    for (const type of [returns, 'text']) {
      const parsed = parsePlpgsql(
        `create function f() returns ${type} language plpgsql as $rls_harness$${text}$rls_harness$`,
      )
      if (parsed) return bodyOf(parsed)
    }
  return null
}

type Raw = Readonly<Record<string, unknown>>

const isRaw = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const within = (value: unknown, key: string): Raw => {
  const inner = isRaw(value) ? value[key] : undefined
  return isRaw(inner) ? inner : {}
}
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const textOf = (value: unknown): string => {
  const { query } = within(value, 'PLpgSQL_expr')
  return typeof query === 'string' ? query : ''
}
const nameOf = (datum: unknown): string => {
  const [inner] = isRaw(datum) ? Object.values(datum) : []
  return isRaw(inner) && typeof inner['refname'] === 'string' ? inner['refname'] : ''
}

function bodyOf(parsed: Raw): Body {
  const datums = list(parsed['datums'])
  const variables = datums.flatMap((datum) => {
    const found = { ...within(datum, 'PLpgSQL_var'), ...within(datum, 'PLpgSQL_rec') }
    // arguments have no line of their own
    if (typeof found['refname'] !== 'string' || !('lineno' in found)) return []
    const text = textOf(found['default_val'])
    return [{ name: found['refname'], default: text === '' ? null : text }]
  })
  const block = within(parsed['action'], 'PLpgSQL_stmt_block')
  return { variables, statements: [blockOf(block, datums)] }
}

function blockOf(block: Raw, datums: readonly unknown[]): BodyStatement {
  if ('exceptions' in block) return { kind: 'other', what: 'catches exceptions' }
  return { kind: 'block', statements: statementsOf(block['body'], datums) }
}

const statementsOf = (value: unknown, datums: readonly unknown[]): readonly BodyStatement[] =>
  list(value).flatMap((item) => {
    const [entry] = isRaw(item) ? Object.entries(item) : []
    return entry && isRaw(entry[1]) ? [statementOf(entry[0], entry[1], datums)] : []
  })

function statementOf(kind: string, fields: Raw, datums: readonly unknown[]): BodyStatement {
  switch (kind) {
    case 'PLpgSQL_stmt_return':
      return returnOf(fields, datums)
    case 'PLpgSQL_stmt_return_query':
      return 'dynquery' in fields
        ? { kind: 'other', what: 'makes SQL as it runs' }
        : { kind: 'return query', query: textOf(fields['query']) }
    case 'PLpgSQL_stmt_if':
      return ifOf(fields, datums)
    case 'PLpgSQL_stmt_assign':
      return assignOf(textOf(fields['expr']))
    case 'PLpgSQL_stmt_execsql':
      return intoOf(fields, datums)
    case 'PLpgSQL_stmt_perform':
      return { kind: 'perform', query: textOf(fields['expr']) }
    case 'PLpgSQL_stmt_raise':
      // 21 is ERROR (elog.h), which is what RAISE without a level means
      return { kind: 'raise', fails: Number(fields['elog_level'] ?? 21) >= 21 }
    case 'PLpgSQL_stmt_block':
      return blockOf(fields, datums)
    default:
      return { kind: 'other', what: WHAT[kind] ?? kind.replace(/^PLpgSQL_stmt_/, '').toUpperCase() }
  }
}

const LOOP = 'has a loop'
const WHAT: Readonly<Record<string, string>> = {
  PLpgSQL_stmt_dynexecute: 'makes SQL as it runs',
  PLpgSQL_stmt_loop: LOOP,
  PLpgSQL_stmt_while: LOOP,
  PLpgSQL_stmt_fori: LOOP,
  PLpgSQL_stmt_fors: LOOP,
  PLpgSQL_stmt_dynfors: LOOP,
  PLpgSQL_stmt_foreach_a: LOOP,
  PLpgSQL_stmt_forc: LOOP,
}

function returnOf(fields: Raw, datums: readonly unknown[]): BodyStatement {
  if ('expr' in fields) return { kind: 'return', expression: textOf(fields['expr']) }
  const variable = typeof fields['retvarno'] === 'number' ? nameOf(datums[fields['retvarno']]) : ''
  return { kind: 'return', expression: variable === '' ? null : variable }
}

function ifOf(fields: Raw, datums: readonly unknown[]): BodyStatement {
  const first = { condition: textOf(fields['cond']), statements: statementsOf(fields['then_body'], datums) }
  const more = list(fields['elsif_list']).map((item) => {
    const arm = within(item, 'PLpgSQL_if_elsif')
    return { condition: textOf(arm['cond']), statements: statementsOf(arm['stmts'], datums) }
  })
  return { kind: 'if', arms: [first, ...more], otherwise: statementsOf(fields['else_body'], datums) }
}

function assignOf(text: string): BodyStatement {
  const found = /^\s*("[^"]+"|\w+)\s*:?=([\s\S]+)$/.exec(text)
  if (!found?.[1] || found[2] === undefined) return { kind: 'other', what: 'assigns to a part of a variable' }
  return { kind: 'assign', variable: found[1].replaceAll('"', ''), expression: found[2] }
}

function intoOf(fields: Raw, datums: readonly unknown[]): BodyStatement {
  const query = textOf(fields['sqlstmt'])
  if (fields['into'] !== true) return { kind: 'other', what: 'writes' }
  const record = within(fields['target'], 'PLpgSQL_rec')
  if (typeof record['refname'] === 'string')
    return { kind: 'select into', query, into: { kind: 'row', name: record['refname'] } }
  const names = list(within(fields['target'], 'PLpgSQL_row')['fields']).flatMap((field) =>
    isRaw(field) && typeof field['name'] === 'string' ? [field['name']] : [],
  )
  const [only, more] = names
  const isRow = only !== undefined && more === undefined && isRowVariable(only, datums)
  return {
    kind: 'select into',
    query,
    into: isRow ? { kind: 'row', name: only } : { kind: 'variables', names },
  }
}

/** The parser takes `v people%rowtype` for a plain variable. */
const isRowVariable = (name: string, datums: readonly unknown[]): boolean =>
  datums.some((datum) => {
    const { refname, datatype } = within(datum, 'PLpgSQL_var')
    const { typname } = within(datatype, 'PLpgSQL_type')
    return refname === name && typeof typname === 'string' && /%rowtype$/i.test(typname)
  })
