import {
  bare,
  child,
  children,
  constantOf,
  nameParts,
  parseExpression,
  parseStatements,
} from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import type { Routine } from '../domain/catalog.ts'

/** What an expression stands for, as far as identity is concerned. */
export type Meaning =
  | { readonly is: 'user' }
  | { readonly is: 'claim'; readonly path: readonly string[] }
  | { readonly is: 'claims'; readonly path: readonly string[] }
  | { readonly is: 'setting'; readonly name: string }
  | { readonly is: 'column'; readonly qualifier: string | null; readonly name: string }
  | { readonly is: 'constant'; readonly value: string | number | boolean | null }
  | { readonly is: 'other' }

/** What the functions of the catalog return, where their body is a single expression. */
export type Routines = ReadonlyMap<string, Routine>

export interface Identity {
  /** settings that hold the user's key: `app.user_id` */
  readonly userSettings: readonly string[]
  /** settings that hold the tenant's key, or a word that opens something: `app.tenant_id`, `app.role` */
  readonly claimSettings?: readonly string[]
  /** settings that hold the user's e-mail address */
  readonly emailSettings?: readonly string[]
}

/** Recognises the session's user, its claims, settings, columns and constants, through casts and small helper functions. */
export function meaningOf(node: Node, routines: Routines, identity: Identity, depth = 0): Meaning {
  const inner = bare(node)
  const constant = constantOf(inner)
  if (constant !== undefined) return { is: 'constant', value: constant }
  switch (inner.kind) {
    case 'ColumnRef':
      return columnMeaning(inner)
    case 'FuncCall':
      return callMeaning(inner, routines, identity, depth)
    case 'CoalesceExpr':
      return firstKnown(children(inner, 'args'), routines, identity, depth)
    case 'A_Expr':
      return operatorMeaning(inner, routines, identity, depth)
    default:
      return { is: 'other' }
  }
}

function columnMeaning(node: Node): Meaning {
  const parts = nameParts(node, 'fields')
  const name = parts.at(-1)
  // the account's copy of what the token carries
  if (name === 'raw_user_meta_data') return { is: 'claims', path: ['user_metadata'] }
  if (name === 'raw_app_meta_data') return { is: 'claims', path: ['app_metadata'] }
  return name === undefined ? { is: 'other' } : { is: 'column', qualifier: parts.at(-2) ?? null, name }
}

function firstKnown(nodes: readonly Node[], routines: Routines, identity: Identity, depth: number): Meaning {
  const meanings = nodes.map((node) => meaningOf(node, routines, identity, depth))
  return (
    meanings.find(({ is }) => is === 'user') ??
    meanings.find(({ is }) => is === 'claim' || is === 'claims') ??
    meanings.find(({ is }) => is !== 'other' && is !== 'constant') ?? { is: 'other' }
  )
}

function callMeaning(node: Node, routines: Routines, identity: Identity, depth: number): Meaning {
  const name = nameParts(node, 'funcname').join('.')
  const args = children(node, 'args')
  switch (name.replace(/^pg_catalog\./, '')) {
    case 'auth.uid':
    case 'auth.user_id':
      return { is: 'user' }
    case 'auth.jwt':
    case 'auth.session':
      return { is: 'claims', path: [] }
    case 'auth.role':
      return { is: 'claim', path: ['role'] }
    case 'auth.email':
      return { is: 'claim', path: ['email'] }
    case 'current_setting':
      return settingMeaning(constantOf(args[0]), identity)
    case 'lower':
    case 'trim':
    case 'btrim':
    case 'to_jsonb':
      return args[0] ? meaningOf(args[0], routines, identity, depth) : { is: 'other' }
    default:
      return helperMeaning(routines.get(name), args, routines, identity, depth)
  }
}

function settingMeaning(name: unknown, identity: Identity): Meaning {
  if (typeof name !== 'string') return { is: 'other' }
  if (name === 'request.jwt.claims' || name === 'request.jwt.claim') return { is: 'claims', path: [] }
  if (name === 'request.headers') return { is: 'claims', path: ['request.headers'] }
  const legacy = /^request\.jwt\.claim\.(\w+)$/.exec(name)?.[1]
  if (legacy) return legacy === 'sub' ? { is: 'user' } : { is: 'claim', path: [legacy] }
  if (identity.claimSettings?.includes(name)) return { is: 'claim', path: ['setting', name] }
  if (identity.emailSettings?.includes(name)) return { is: 'claim', path: ['email'] }
  return identity.userSettings.includes(name) ? { is: 'user' } : { is: 'setting', name }
}

/** A function without arguments whose SQL body is one expression means what the expression means. */
function helperMeaning(
  routine: Routine | undefined,
  args: readonly Node[],
  routines: Routines,
  identity: Identity,
  depth: number,
): Meaning {
  if (!routine || args.length > 0 || depth > 4) return { is: 'other' }
  const value = valueOf(routine)
  if (value) return meaningOf(value, routines, identity, depth + 1)
  const name = onlySetting(routine.body)
  return name === undefined ? { is: 'other' } : settingMeaning(name, identity)
}

/** The setting that a body of several statements is about: it reads no other, no table, and says what it found. */
function onlySetting(body: string): string | undefined {
  if (/\b(from|perform|execute)\b/i.test(body)) return undefined
  const names = new Set([...body.matchAll(/\bcurrent_setting\s*\(\s*'([^']+)'/gi)].map(([, name]) => name))
  const [name, another] = names
  return another === undefined && name !== undefined && !name.startsWith('request.') ? name : undefined
}

/** The expression that a function returns, where its body is nothing else. */
export const valueOf = ({ language, body }: Routine): Node | null =>
  language === 'sql' ? sqlBodyValue(body) : plpgsqlReturnValue(body)

function sqlBodyValue(body: string): Node | null {
  const text = /^\s*return\b/i.test(body) ? body.replace(/^\s*return/i, 'select') : body
  const statements = parseStatements(text)
  const select = statements?.length === 1 ? statements[0] : undefined
  if (select?.kind !== 'SelectStmt' || children(select, 'fromClause').length > 0) return null
  const target = children(select, 'targetList')[0]
  return (target && child(target, 'val')) ?? null
}

function plpgsqlReturnValue(body: string): Node | null {
  const returned = /^\s*begin\s+return\s+([^;]+);\s*end;?\s*$/i.exec(body)?.[1]
  return returned === undefined ? null : parseExpression(returned)
}

const JSON_STEPS: ReadonlySet<string> = new Set(['->', '->>', '#>', '#>>'])

function operatorMeaning(node: Node, routines: Routines, identity: Identity, depth: number): Meaning {
  const left = child(node, 'lexpr')
  const right = child(node, 'rexpr')
  if (node.fields['kind'] === 'AEXPR_NULLIF' && left) return meaningOf(left, routines, identity, depth)
  const operator = nameParts(node, 'name').at(-1) ?? ''
  if (!left || !right || !JSON_STEPS.has(operator)) return { is: 'other' }
  const from = meaningOf(left, routines, identity, depth)
  const step = constantOf(bare(right))
  if (from.is !== 'claims' || typeof step !== 'string') return { is: 'other' }
  const path = [
    ...from.path,
    ...(operator.startsWith('#') ? step.replace(/^\{|\}$/g, '').split(',') : [step]),
  ]
  if (path.length === 1 && path[0] === 'sub') return { is: 'user' }
  return operator.endsWith('>>') ? { is: 'claim', path } : { is: 'claims', path }
}
