import type * as t from '@babel/types'
import type { SelectItem } from '../domain/usage.ts'
import { chainOf } from './chain.ts'
import type { Chain, Link } from './chain.ts'
import type { Constants } from './constants.ts'
import { clearest, OTHER, UNKNOWN } from './kind.ts'
import type { Kind } from './kind.ts'
import { bare, isFunction, returnsOf, typeMentions } from './nodes.ts'
import { functionOf, schemaIn } from './makers.ts'
import type { Imports } from './project.ts'
import type { Binding, Located } from './scope.ts'
import { parseSelect } from './select.ts'
import {
  CLIENT_NAME,
  CLIENT_TYPE,
  COMMANDS,
  DEFAULT_SCHEMA,
  FOREIGN,
  isOtherPackage,
  LITERALS,
  MAKER,
  NOT_QUERIES,
  STAYS_CLIENT,
} from './signs.ts'

const DEPTH = 24

/** Tells clients, queries, buckets and channels from everything else that has a `from`. */
export class Kinds {
  readonly #imports: Imports
  readonly #constants: Constants
  readonly #known = new WeakMap<t.Node, Kind>()

  constructor(imports: Imports, constants: Constants) {
    this.#imports = imports
    this.#constants = constants
  }

  /** What an expression is. */
  of(located: Located, depth = 0): Kind {
    const here = bare(located.node)
    const known = this.#known.get(here)
    if (known) return known
    if (depth > DEPTH) return UNKNOWN
    // what refers to itself is unknown while it is looked at
    this.#known.set(here, UNKNOWN)
    const kind = this.#find({ node: here, scope: located.scope }, depth + 1)
    this.#known.set(here, kind)
    return kind
  }

  #find({ node, scope }: Located, depth: number): Kind {
    const inside = (one: t.Node): Kind => this.of({ node: one, scope }, depth)
    switch (node.type) {
      case 'AwaitExpression': {
        const awaited = inside(node.argument)
        return awaited.kind === 'query' ? OTHER : awaited
      }
      case 'ConditionalExpression':
        return clearest([inside(node.consequent), inside(node.alternate)])
      case 'LogicalExpression':
        return clearest([inside(node.left), inside(node.right)])
      case 'AssignmentExpression':
        return inside(node.right)
      case 'NewExpression':
        return node.callee.type === 'Identifier' && CLIENT_TYPE.test(node.callee.name)
          ? { kind: 'client', schema: schemaIn(node.arguments, { node, scope }, this.#constants) }
          : UNKNOWN
      case 'Identifier':
      case 'CallExpression':
      case 'OptionalCallExpression':
      case 'MemberExpression':
      case 'OptionalMemberExpression':
      case 'ThisExpression': {
        const chain = chainOf({ node, scope })
        return chain.links.reduce<Kind>(
          (kind, link, index) => this.after(kind, chain, index, link),
          this.base(chain, depth),
        )
      }
      default:
        return LITERALS.has(node.type) ? OTHER : UNKNOWN
    }
  }

  /** What a chain begins with. */
  base(chain: Chain, depth = 0): Kind {
    const { base, baseArguments, scope } = chain
    if (base.type === 'ThisExpression') return UNKNOWN
    if (base.type === 'Import') return UNKNOWN
    if (base.type === 'Super') return OTHER
    if (base.type !== 'Identifier') return baseArguments ? UNKNOWN : this.of({ node: base, scope }, depth)
    const binding = scope.lookup(base.name)
    if (baseArguments) return this.#made(base.name, binding, baseArguments, { node: base, scope }, depth)
    const kind = binding ? this.#bound(binding, scope, depth) : UNKNOWN
    if (kind.kind !== 'unknown') return kind
    if (CLIENT_NAME.test(base.name)) return { kind: 'client', schema: kind.schema }
    // Array.from, Buffer.from, Observable.from: a class, or a namespace
    return !binding && /^[A-Z]/.test(base.name) ? OTHER : kind
  }

  /** What a chain is after one more link. */
  after(kind: Kind, chain: Chain, index: number, { name, arguments: given }: Link): Kind {
    const first = given?.[0] ? { node: given[0], scope: chain.scope } : null
    switch (kind.kind) {
      case 'client':
        return this.#ofClient(kind, name, first, given !== null)
      case 'unknown':
        return this.#ofUnknown(kind, chain, index)
      case 'query':
        if (NOT_QUERIES.has(name) || given === null) return OTHER
        return name === 'select' ? { ...kind, selection: this.selection(first) } : kind
      case 'storage':
        return name === 'from' && given ? { kind: 'bucket' } : OTHER
      case 'channel':
        return name === 'on' || name === 'subscribe' ? kind : OTHER
      case 'bucket':
      case 'other':
        return OTHER
    }
  }

  /** What `select(…)` asks for; null where that is not literal. */
  selection(argument: Located | null): readonly SelectItem[] | null {
    if (!argument) return []
    const text = this.#constants.single(argument)
    return text === null ? null : parseSelect(text)
  }

  #ofClient(kind: Kind & { kind: 'client' }, name: string, first: Located | null, called: boolean): Kind {
    switch (name) {
      case 'from':
        return called && first ? this.#query(kind.schema, first) : OTHER
      case 'schema':
        return called && first ? { kind: 'client', schema: this.#constants.single(first) } : kind
      case 'storage':
        return { kind: 'storage' }
      case 'channel':
        return called ? { kind: 'channel' } : OTHER
      default:
        return STAYS_CLIENT.test(name) ? kind : OTHER
    }
  }

  #ofUnknown(kind: Kind & { kind: 'unknown' }, chain: Chain, index: number): Kind {
    const link = chain.links[index]
    const next = chain.links[index + 1]
    const first = link?.arguments?.[0]
    if (!link) return kind
    if (chain.base.type === 'ThisExpression' && index === 0) return this.#field(link, chain)
    if (link.name === 'from' && chain.links[index - 1]?.name === 'storage' && first) return { kind: 'bucket' }
    if (link.name === 'from') return this.#fromUnknown(kind, link, next, chain)
    if (link.name === 'schema' && first)
      return { kind: 'unknown', schema: this.#constants.single({ node: first, scope: chain.scope }) }
    if (CLIENT_NAME.test(link.name) || (link.arguments && /supabase/i.test(link.name)))
      return { kind: 'client', schema: DEFAULT_SCHEMA }
    // `select('*').from('users')` is another library's
    return link.arguments && !STAYS_CLIENT.test(link.name) ? OTHER : kind
  }

  /** `x.from('…')`, of which only what follows tells what it is. */
  #fromUnknown(kind: Kind & { kind: 'unknown' }, link: Link, next: Link | undefined, chain: Chain): Kind {
    const [first, second] = link.arguments ?? []
    if (!first || second || !next?.arguments) return OTHER
    const argument = { node: first, scope: chain.scope }
    if (COMMANDS.has(next.name) && this.#constants.strings(argument))
      return this.#query(kind.schema, argument)
    return OTHER
  }

  #query(schema: string | null, first: Located): Kind {
    const name = this.#constants.single(first)
    const of = schema !== null && name !== null ? { schema, name } : null
    return { kind: 'query', of, selection: null }
  }

  /** `this.name`: by what the class gives it, by its type, by its name. */
  #field({ name, arguments: given }: Link, { scope }: Chain): Kind {
    const field = given ? undefined : scope.self?.get(name)
    const kinds = (field?.values ?? []).map((value) => this.of(value))
    const known = kinds.length > 0 ? clearest(kinds) : UNKNOWN
    if (known.kind !== 'unknown') return known
    const typed = field?.type ? typeMentions(field.type, CLIENT_TYPE) : false
    return typed || CLIENT_NAME.test(name) ? { kind: 'client', schema: DEFAULT_SCHEMA } : UNKNOWN
  }

  #bound(binding: Binding, scope: Located['scope'], depth: number): Kind {
    switch (binding.kind) {
      case 'variable':
        return this.#variable(binding, depth)
      case 'parameter': {
        const typed = binding.path.length === 0 && binding.type && typeMentions(binding.type, CLIENT_TYPE)
        return typed || CLIENT_NAME.test(binding.path.at(-1) ?? '')
          ? { kind: 'client', schema: DEFAULT_SCHEMA }
          : UNKNOWN
      }
      case 'import': {
        const value = this.#imports.valueOf(scope.module, binding.source, binding.name)
        if (value) return isFunction(value.node) ? OTHER : this.of(value, depth)
        return FOREIGN.test(binding.source) ? OTHER : UNKNOWN
      }
      case 'function':
      case 'enum':
        return OTHER
      case 'class':
        return UNKNOWN
    }
  }

  #variable({ init, path, assigned, type, loop }: Binding & { kind: 'variable' }, depth: number): Kind {
    if (loop) return UNKNOWN
    if (type && typeMentions(type, CLIENT_TYPE))
      return { kind: 'client', schema: this.#schemaOf(init, depth) }
    const values = init ? [init] : assigned
    const kind = values.length > 0 ? clearest(values.map((one) => this.of(one, depth))) : UNKNOWN
    const [key, ...more] = path
    if (key === undefined) return kind
    if (kind.kind === 'client' && key === 'storage' && more.length === 0) return { kind: 'storage' }
    const last = path.at(-1) ?? ''
    if (key === '0' && more.length === 0 && kind.kind === 'client') return kind
    return CLIENT_NAME.test(last) ? { kind: 'client', schema: DEFAULT_SCHEMA } : UNKNOWN
  }

  #schemaOf(init: Located | null, depth: number): string | null {
    const kind = init ? this.of(init, depth) : UNKNOWN
    return kind.kind === 'client' ? kind.schema : DEFAULT_SCHEMA
  }

  /** What a call of a name gives: by the function's own body, by where it comes from, by its name. */
  #made(
    name: string,
    binding: Binding | undefined,
    given: readonly t.Node[],
    at: Located,
    depth: number,
  ): Kind {
    // React's: what the function gives, kept
    if (/^use(?:Memo|State|Ref|Callback)$|^(?:memo|once|cache)$/.test(name))
      return this.#returned(given[0], at, depth)
    const body = functionOf(binding, at, this.#imports, this.#constants)
    const kind = body ? this.#returned(body.node, body, depth) : UNKNOWN
    if (kind.kind === 'client' || kind.kind === 'query') return kind
    if (binding?.kind === 'import' && !body && FOREIGN.test(binding.source)) return OTHER
    if (binding?.kind === 'import' && !body && isOtherPackage(binding.source)) return UNKNOWN
    return MAKER.test(name) ? { kind: 'client', schema: schemaIn(given, at, this.#constants) } : UNKNOWN
  }

  #returned(node: t.Node | undefined, { scope }: Located, depth: number): Kind {
    const here = node && bare(node)
    if (!here) return UNKNOWN
    if (!isFunction(here)) return this.of({ node: here, scope }, depth)
    const kinds = returnsOf(here).map((one) =>
      this.of({ node: one, scope: this.#scopeIn(here, scope) }, depth),
    )
    return kinds.length === 0 ? UNKNOWN : clearest(kinds)
  }

  /** Names of a function's own lie in scopes that were made when its file was read. */
  #scopeIn(node: t.Node, scope: Located['scope']): Located['scope'] {
    return scope.module.scopes.get(node) ?? scope
  }
}
