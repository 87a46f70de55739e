import type { RelationRef, Use } from '../domain/usage.ts'
import type { Command } from '../domain/vocabulary.ts'
import type { Bound } from './bind.ts'
import { chainOf } from './chain.ts'
import type { Chain, Link } from './chain.ts'
import { columnsOf } from './columns.ts'
import { property } from './constants.ts'
import type { Constants } from './constants.ts'
import type { Kind } from './kind.ts'
import type { Kinds } from './kinds.ts'
import { keyName } from './nodes.ts'
import type { Located } from './scope.ts'
import { columnName } from './select.ts'
import { placeOf } from './place.ts'

/** What one file asks of the database. */
export function usesIn({ chains }: Bound, kinds: Kinds, constants: Constants): readonly Use[] {
  return chains.flatMap((located) => {
    const chain = chainOf(located)
    const found: Use[] = []
    let kind = kinds.base(chain)
    for (const [index, link] of chain.links.entries()) {
      const next = kinds.after(kind, chain, index, link)
      found.push(...usesOf({ link, before: kind, after: next, chain, index }, constants))
      kind = next
    }
    return found
  })
}

interface Step {
  readonly link: Link
  readonly before: Kind
  readonly after: Kind
  readonly chain: Chain
  readonly index: number
}

function usesOf(step: Step, constants: Constants): readonly Use[] {
  const { link, before, after, chain } = step
  if (link.arguments === null) return []
  const arguments_ = link.arguments.map((node) => ({ node, scope: chain.scope }))
  if (link.name === 'on') return subscriptionOf(arguments_, constants)
  if (link.name === 'rpc') return callOf(step, arguments_, constants)
  if (after.kind === 'query' && before.kind !== 'query') return relationsOf(before, arguments_, constants)
  if (after.kind === 'bucket')
    return namesOf('bucket', arguments_[0], constants, (name, place) => ({
      kind: 'bucket',
      name,
      made: false,
      place,
    }))
  if (before.kind === 'storage' && link.name === 'createBucket')
    return namesOf('bucket', arguments_[0], constants, (name, place) => ({
      kind: 'bucket',
      name,
      made: true,
      place,
    }))
  if (before.kind !== 'query' || after.kind !== 'query' || before.of === null) return []
  return [
    ...commandsOf(link, before.of),
    ...columnsOf({ link, of: before.of, selection: after.selection, arguments: arguments_ }, constants),
  ]
}

/** One use for each name that an expression can be, or one that says that it is not known. */
function namesOf(
  what: (Use & { kind: 'dynamic' })['what'],
  argument: Located | undefined,
  constants: Constants,
  make: (name: string, place: Use['place']) => Use,
): readonly Use[] {
  if (!argument) return []
  const place = placeOf(argument)
  const names = constants.strings(argument)
  return names === null ? [{ kind: 'dynamic', what, place }] : names.map((name) => make(name, place))
}

function relationsOf(before: Kind, [argument]: readonly Located[], constants: Constants): readonly Use[] {
  const schema = before.kind === 'client' || before.kind === 'unknown' ? before.schema : null
  return namesOf('relation', argument, constants, (name, place) =>
    schema === null
      ? { kind: 'dynamic', what: 'relation', place }
      : { kind: 'relation', of: { schema, name }, place },
  )
}

const COMMANDS_OF: Readonly<Record<string, readonly Command[]>> = {
  select: ['select'],
  insert: ['insert'],
  update: ['update'],
  upsert: ['insert', 'update'],
  delete: ['delete'],
}

function commandsOf({ name, node }: Link, of: RelationRef): readonly Use[] {
  const place = placeOf({ node })
  return (Object.hasOwn(COMMANDS_OF, name) ? (COMMANDS_OF[name] ?? []) : []).map((command) => ({
    kind: 'command',
    of,
    command,
    place,
  }))
}

/** `rpc('name', { … })` of a client, or of what has a client's name in a file that knows Supabase. */
function callOf(
  { before, chain }: Step,
  [name, given]: readonly Located[],
  constants: Constants,
): readonly Use[] {
  const schema =
    before.kind === 'client' || (before.kind === 'unknown' && isClientLike(chain)) ? before.schema : undefined
  if (schema === undefined) return []
  return namesOf('function', name, constants, (text, place) =>
    schema === null
      ? { kind: 'dynamic', what: 'function', place }
      : { kind: 'function', schema, name: text, given: givenIn(given, constants), place },
  )
}

const isClientLike = ({ base, links }: Chain): boolean => {
  const before = links.at(links.findIndex(({ name }) => name === 'rpc') - 1)
  const name = before && before.name !== 'rpc' ? before.name : base.type === 'Identifier' ? base.name : ''
  return /^(?:client|db|admin|api)$|(?:Client|Db|DB|Admin)$/.test(name)
}

function givenIn(argument: Located | undefined, constants: Constants): (Use & { kind: 'function' })['given'] {
  if (!argument) return { names: [], complete: true }
  const objects = constants.objects(argument)
  const [object] = objects ?? []
  if (!object || objects?.length !== 1) return null
  const names = object.node.properties.map((one) =>
    one.type === 'SpreadElement' ? null : keyName(one.key, one.computed),
  )
  return { names: names.filter((name) => name !== null), complete: !names.includes(null) }
}

/** `.on('postgres_changes', { event, schema, table, filter }, …)`. */
function subscriptionOf([event, options]: readonly Located[], constants: Constants): readonly Use[] {
  if (!event || !options || constants.strings(event)?.[0] !== 'postgres_changes') return []
  const [object] = constants.objects(options) ?? []
  const table = object && property(object, 'table')
  if (!table) return []
  const schemas = property(object, 'schema')
  const schema = schemas ? (constants.strings(schemas) ?? []) : ['public']
  const [name] = schema
  if (name === undefined || schema.length !== 1 || name === '*')
    return [{ kind: 'dynamic', what: 'relation', place: placeOf(table) }]
  return namesOf('relation', table, constants, (text, place) => ({
    kind: 'subscription',
    of: { schema: name, name: text },
    place,
  })).flatMap((use) =>
    use.kind === 'subscription' ? [use, ...filterOf(use.of, property(object, 'filter'), constants)] : [use],
  )
}

function filterOf(of: RelationRef, filter: Located | null, constants: Constants): readonly Use[] {
  const text = filter && constants.beginning(filter)
  const column = text ? /^([^=]+)=/.exec(text)?.[1] : undefined
  const name = column === undefined ? null : columnName(column)
  return filter && name !== null
    ? [{ kind: 'column', of, column: name, selection: [], place: placeOf(filter) }]
    : []
}
