import { child, children, constantOf, parseStatements, stringOf } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import type { Relation } from '../domain/catalog.ts'
import { allOf, equalNode, tableNode } from './nodes.ts'
import { Unreadable, nextAlias } from './context.ts'
import type { Env, Found, Lookup, Seen } from './context.ts'
import { findRelation } from './reading.ts'
import { relationSource, sourcesScope } from './scope.ts'
import type { Source } from './scope.ts'

/** Reads a SELECT, or what a set-returning function selects, without giving known rows their known names. */
export interface SelectReader {
  readonly select: (select: Node, env: Env) => Lookup
  readonly call: (call: Node, env: Env) => Lookup | null
  /** what a set-returning function selects, under the names that the same rows have elsewhere */
  readonly rows: (call: Node, env: Env) => Lookup | null
  readonly isSet: (call: Node, env: Env) => boolean
}

interface Pieces {
  readonly instances: readonly Seen[]
  readonly items: readonly Node[]
  /** with names resolved */
  readonly conditions: readonly Node[]
  /** as they stand there */
  readonly quals: readonly Node[]
  readonly sources: readonly Source[]
}

const NONE: Pieces = { instances: [], items: [], conditions: [], quals: [], sources: [] }

const joined = (a: Pieces, b: Pieces): Pieces => ({
  instances: [...a.instances, ...b.instances],
  items: [...a.items, ...b.items],
  conditions: [...a.conditions, ...b.conditions],
  quals: [...a.quals, ...b.quals],
  sources: [...a.sources, ...b.sources],
})

/** What FROM and WHERE of a SELECT say. @throws Unreadable where it holds more than tables, inner joins and simple views */
export function readFrom(select: Node, env: Env, reader: SelectReader): Found {
  const pieces = children(select, 'fromClause').reduce(
    (before, item) => joined(before, read(item, env, reader, before)),
    NONE,
  )
  const inner: Env = { ...env, scopes: [sourcesScope(pieces.sources), ...env.scopes] }
  const where = child(select, 'whereClause')
  const conditions = [...pieces.quals, ...(where ? [where] : [])].flatMap((qual) => resolved(qual, inner))
  const all = [...pieces.conditions, ...conditions]
  return {
    instances: pieces.instances,
    items: pieces.items,
    where: all.length > 0 ? allOf(all) : null,
    sources: pieces.sources,
  }
}

/** Hints are made of the conditions that can be read. */
function resolved(qual: Node, env: Env): readonly Node[] {
  if (!env.lenient) return [env.context.resolve(qual, env)]
  if (qual.kind === 'BoolExpr' && qual.fields['boolop'] === 'AND_EXPR')
    return children(qual, 'args').flatMap((part) => resolved(part, env))
  try {
    return [env.context.resolve(qual, env)]
  } catch (error) {
    if (error instanceof Unreadable) return []
    throw error
  }
}

function read(item: Node, env: Env, reader: SelectReader, before: Pieces): Pieces {
  switch (item.kind) {
    case 'RangeVar':
      return relationPieces(item, env, reader)
    case 'JoinExpr':
      return joinPieces(item, env, reader, before)
    case 'RangeSubselect': {
      const select = child(item, 'subquery')
      if (!select) throw new Unreadable('a FROM without a query')
      const outer = item.fields['lateral'] === true ? beside(env, before) : env
      return derivedPieces(reader.select(select, outer), aliasOf(item), namesOf(item))
    }
    case 'RangeFunction': {
      const call = onlyCall(item)
      const lookup = call && reader.call(call, beside(env, before))
      if (!lookup) throw new Unreadable('a function in FROM')
      return functionPieces(lookup, call, item)
    }
    default:
      throw new Unreadable('a FROM of an unknown kind')
  }
}

const beside = (env: Env, { sources }: Pieces): Env => ({
  ...env,
  scopes: [sourcesScope(sources), ...env.scopes],
})

function joinPieces(item: Node, env: Env, reader: SelectReader, before: Pieces): Pieces {
  const kind = item.fields['jointype'] ?? 'JOIN_INNER'
  if (kind !== 'JOIN_INNER' && !env.lenient) throw new Unreadable('an outer join')
  if (item.fields['isNatural'] === true) throw new Unreadable('a natural join')
  const [left, right] = [child(item, 'larg'), child(item, 'rarg')]
  if (!left || !right) throw new Unreadable('a join of nothing')
  const one = read(left, env, reader, before)
  const other = read(right, env, reader, joined(before, one))
  const quals = child(item, 'quals')
  const same = children(item, 'usingClause').map((name) => {
    const column = stringOf(name) ?? ''
    const sides = [one, other].map(({ sources }) =>
      sources.find(({ row }) => row.columns.has(column))?.row.columns.get(column),
    )
    if (!sides[0] || !sides[1]) throw new Unreadable(`USING (${column}) of unknown columns`)
    return equalNode(sides[0], sides[1])
  })
  const both = joined(one, other)
  return {
    ...both,
    conditions: [...both.conditions, ...same],
    quals: [...both.quals, ...(quals ? [quals] : [])],
  }
}

function relationPieces(item: Node, env: Env, reader: SelectReader): Pieces {
  const { relname, schemaname } = item.fields
  const schema = typeof schemaname === 'string' ? schemaname : null
  const relation = findRelation(env.context.reading, schema, String(relname), env.path)
  if (!relation) throw new Unreadable(`looks into ${String(relname)}, which is no relation that is known`)
  const name = aliasOf(item) ?? relation.name
  if (relation.kind === 'view') return viewPieces(relation, name, env, reader)
  const alias = nextAlias(env)
  return {
    ...NONE,
    instances: [{ alias, relation, role: env.role }],
    items: [tableNode(relation.schema, relation.name, alias)],
    sources: [relationSource(relation, name, alias)],
  }
}

/** A view's tables are read under the policies of its owner, unless it says otherwise (manual, CREATE VIEW). */
function viewPieces(relation: Relation, name: string, env: Env, reader: SelectReader): Pieces {
  const select = relation.view && parseStatements(relation.view.definition)?.[0]
  if (!relation.view || !select) throw new Unreadable(`the view ${relation.name} does not parse`)
  const role = relation.view.securityInvoker ? env.role : relation.owner
  try {
    const lookup = reader.select(select, { ...env, role, scopes: [], path: [] })
    return derivedPieces(
      lookup,
      name,
      relation.columns.map((column) => column.name),
    )
  } catch (error) {
    if (error instanceof Unreadable) throw new Unreadable(`the view ${relation.name}: ${error.message}`)
    throw error
  }
}

function derivedPieces(lookup: Lookup, name: string | null, columns: readonly string[]): Pieces {
  if (lookup.limited) throw new Unreadable('LIMIT in FROM')
  const named = lookup.targets.map((target, at) => [columns[at] ?? target.name, target.node] as const)
  return {
    ...NONE,
    instances: lookup.instances,
    items: lookup.items,
    conditions: lookup.where ? [lookup.where] : [],
    sources: [{ name: name ?? '', row: { columns: new Map(named), whole: null } }],
  }
}

/** A function that returns single values is known by its alias or its own name, and so is its only column. */
function functionPieces(lookup: Lookup, call: Node, item: Node): Pieces {
  const name = aliasOf(item) ?? stringOf(children(call, 'funcname').at(-1)) ?? ''
  const columns = namesOf(item)
  const pieces = derivedPieces(lookup, name, columns)
  const [only, more] = lookup.targets
  if (!only || more || columns.length > 0) return pieces
  return {
    ...pieces,
    sources: [
      {
        name,
        row: {
          columns: new Map([
            [name, only.node],
            [only.name, only.node],
          ]),
          whole: null,
        },
      },
    ],
  }
}

/** The parser prints an alias without the name of its node type. */
function aliasFields(item: Node): Record<string, unknown> {
  const alias = item.fields['alias']
  return typeof alias === 'object' && alias !== null ? (alias as Record<string, unknown>) : {}
}

function aliasOf(item: Node): string | null {
  const { aliasname } = aliasFields(item)
  return typeof aliasname === 'string' ? aliasname : null
}

const namesOf = (item: Node): readonly string[] =>
  children({ kind: 'Alias', fields: aliasFields(item) }, 'colnames').flatMap((name) => stringOf(name) ?? [])

/** `from f(…)`, not `rows from (f(…), g(…))` nor WITH ORDINALITY. */
function onlyCall({ fields }: Node): Node | null {
  const functions = fields['functions']
  if (!Array.isArray(functions) || functions.length !== 1 || fields['ordinality'] === true) return null
  const list: unknown = (functions[0] as { List?: { items?: unknown } }).List?.items
  const [call] = children({ kind: 'List', fields: { items: list } }, 'items')
  return call?.kind === 'FuncCall' ? call : null
}

/** A LIMIT that leaves at least one row, and no OFFSET. */
export const isHarmlessLimit = (select: Node): boolean => {
  const count = child(select, 'limitCount')
  const value = count ? constantOf(count) : 1
  return !child(select, 'limitOffset') && (value === null || (typeof value === 'number' && value >= 1))
}
