import { walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { Unreadable } from './context.ts'
import type { Closed, Context, Lookup } from './context.ts'
import { rebuilt } from './nodes.ts'
import { lookupOf } from './pulling.ts'
import { makeAtom } from './read.ts'
import type { Atom, Search, Tree } from './tree.ts'

/** What is expanded, and below which policies. */
export interface Place {
  readonly context: Context
  /** relations whose policies it stands in, outermost first */
  readonly inside: readonly number[]
  /** `exact`: whether it must be known when it is true, or when it is false */
  readonly expand: (node: Node, exact: boolean, place: Place) => Tree
  /** what the policies of a row that is looked for let through; null where there are none to ask */
  readonly secured: (instance: Lookup['instances'][number], place: Place) => Tree | null
}

export const bothOf = (parts: readonly Tree[]): Tree => joinedBy('and', parts)
export const eitherOf = (parts: readonly Tree[]): Tree => joinedBy('or', parts)

/** What is said twice is said once. */
function joinedBy(kind: 'and' | 'or', parts: readonly Tree[]): Tree {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.parts : [part]))
  const seen = new Set<string>()
  const kept = flat.filter((part) => {
    const text = part.kind === 'atom' ? part.atom.text : null
    return text === null || (!seen.has(text) && seen.add(text))
  })
  const [first] = kept
  return first && kept.length === 1 ? first : { kind, parts: kept }
}

/** @throws Unreadable where the policies of what is looked into cannot be told */
function searchOf(lookups: readonly Lookup[], conditions: readonly Tree[], place: Place): Search {
  const { context } = place
  const instances = lookups.flatMap((lookup) => lookup.instances)
  const parts = [
    ...lookups.flatMap(({ where }) => (where ? [place.expand(where, true, place)] : [])),
    ...conditions,
    ...instances.flatMap((instance) => place.secured(instance, place) ?? []),
  ]
  return {
    instances: instances.map(({ alias, relation }) => ({ alias, relation })),
    condition: bothOf(parts),
    definer: instances.some(({ role }) => role !== context.caller),
  }
}

/** The atom that holds where such rows are found. `node` is the condition in its own words. */
export function searchTree(
  node: Node,
  lookups: readonly Lookup[],
  conditions: readonly Tree[],
  place: Place,
): Tree {
  try {
    const search = searchOf(lookups, conditions, place)
    const atom = makeAtom(node)
    if (atom.text !== null) return { kind: 'atom', atom: { ...atom, search } }
    return { kind: 'atom', atom: { ...atom, opaque: 'it cannot be written back', hints: [search] } }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    return { kind: 'atom', atom: { ...makeAtom(node), opaque: error.message } }
  }
}

/** What is not looked into, with the searches that are seen in it. */
export function opaqueTree(written: Node, why: string, place: Place): Tree {
  const { context } = place
  const node = asCalled(written, context)
  const parts = outermost(written, context)
  const closed = parts.flatMap((part) => context.closed.get(part.fields) ?? [])
  const lookups = parts.flatMap((part) => lookupOf(part, context) ?? [])
  const hints = [...closed.flatMap(({ hints }) => hints), ...lookups].flatMap((lookup) =>
    hintOf(lookup, place),
  )
  const atom = makeAtom(node)
  // as the caller, what a security definer function reads would be under the caller's policies
  const isOther = outermost(node, context)
    .flatMap((part) => lookupOf(part, context)?.instances ?? [])
    .some(({ role }) => role !== context.caller)
  const opaque: Atom = { ...atom, text: isOther ? null : atom.text, opaque: why }
  return { kind: 'atom', atom: hints.length > 0 ? { ...opaque, hints } : opaque }
}

/** The expression with calls of functions as they stood there. */
function asCalled(node: Node, context: Context): Node {
  const call = context.calls.get(node.fields)
  return call
    ? asCalled(call, context)
    : node.kind === 'SubLink'
      ? node
      : rebuilt(node, (part) => asCalled(part, context))
}

function hintOf(lookup: Lookup, place: Place): readonly Search[] {
  try {
    return [searchOf([lookup], [], place)]
  } catch (error) {
    if (error instanceof Unreadable) return []
    throw error
  }
}

/** The parts of an expression, without what stands inside of the subqueries that can be looked into. */
export const outermost = (node: Node, context: Context): readonly Node[] => [
  ...walk(node, (part) => lookupOf(part, context) === null),
]

/** Why a part of the expression cannot be looked into. */
export function closedIn(node: Node, context: Context): Closed | null {
  for (const part of outermost(node, context)) {
    const found = context.closed.get(part.fields)
    if (found) return found
  }
  return null
}
