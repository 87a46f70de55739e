import type { Policy, Relation } from '../domain/catalog.ts'
import type { Command } from '../domain/vocabulary.ts'
import { children, parseExpression } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { conditionTree } from './conditions.ts'
import { Unreadable } from './context.ts'
import type { Env, Seen } from './context.ts'
import { isBound, standsFor } from './reading.ts'
import { makeAtom } from './read.ts'
import { hasSubquery } from './rewriting.ts'
import { openContext, policyEnv } from './resolve.ts'
import { bothOf, eitherOf } from './searching.ts'
import type { Place } from './searching.ts'
import type { Tree } from './tree.ts'
import { booleanNode } from './nodes.ts'
import type { PolicyReading } from './reading.ts'

/** Where the policies of a relation are expanded; `caller` is the role that they are asked for. */
export const openPlace = (reading: PolicyReading, caller: string, relation: Relation): Place => ({
  context: openContext(reading, caller),
  inside: [relation.oid],
  expand: conditionTree,
  secured,
})

/** Policies that the server asks for this command of this role (CREATE POLICY, "Policies Applied by Command Type"). */
export function policiesOf(
  reading: PolicyReading,
  relation: Relation,
  command: Command,
  role: string,
): readonly Policy[] {
  const names = standsFor(reading, role)
  return relation.policies.filter(
    (policy) =>
      (policy.command === command || policy.command === 'all') &&
      policy.roles.some((name) => name === 'public' || names.has(name)),
  )
}

/** A policy's condition about the row that `alias` stands for, with its searches. */
export function policyTree(
  text: string,
  relation: Relation,
  alias: string,
  role: string,
  place: Place,
): Tree {
  const node = parseExpression(text)
  if (!node) return unreadTree(booleanNode(false), 'it does not parse')
  return partTree(node, policyEnv(place.context, relation, alias, role), place)
}

/** Where a part cannot be read, the others are nevertheless. */
function partTree(node: Node, env: Env, place: Place): Tree {
  try {
    return conditionTree(env.context.resolve(node, env), true, place)
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    const operator = node.kind === 'BoolExpr' ? node.fields['boolop'] : null
    const parts = operator === 'NOT_EXPR' ? [] : children(node, 'args')
    if (operator === 'AND_EXPR') return bothOf(parts.map((part) => partTree(part, env, place)))
    if (operator === 'OR_EXPR') return eitherOf(parts.map((part) => partTree(part, env, place)))
    return unreadTree(node, error.message)
  }
}

const unreadTree = (node: Node, why: string): Tree => ({
  kind: 'atom',
  atom: { ...makeAtom(node), text: null, opaque: why },
})

const DEEPEST = 6

/** What the SELECT policies let through of a row that is looked for. @throws Unreadable where they ask themselves again */
function secured({ alias, relation, role }: Seen, place: Place): Tree | null {
  const { reading } = place.context
  if (!isBound(reading, relation, role)) return null
  const policies = policiesOf(reading, relation, 'select', role)
  if (place.inside.includes(relation.oid) && policies.some(({ using }) => looksAround(using)))
    throw new Unreadable(`the policies of ${relation.qualified} look into it again`)
  if (place.inside.length > DEEPEST)
    throw new Unreadable('policies that look into tables with policies too deeply')
  const inner: Place = { ...place, inside: [...place.inside, relation.oid] }
  const trees = (permissive: boolean): readonly Tree[] =>
    policies.flatMap((policy) =>
      policy.permissive === permissive && policy.using !== null
        ? [policyTree(policy.using, relation, alias, role, inner)]
        : [],
    )
  const open = trees(true)
  if (open.length === 0) return constantTree(false)
  return bothOf([eitherOf(open), ...trees(false)])
}

/** The server refuses policies with subqueries that lead back to them; one without ends the round (fireRIRrules). */
function looksAround(text: string | null): boolean {
  const node = text === null ? null : parseExpression(text)
  return node !== null && hasSubquery(node)
}

export const constantTree = (value: boolean): Tree => ({ kind: 'atom', atom: makeAtom(booleanNode(value)) })
