import type { Node } from '../sql/parse.ts'
import type { PolicyReading } from './reading.ts'
import type { Scope, Source, Value } from './scope.ts'
import type { Instance } from './tree.ts'

/** What is met that cannot be looked into; `message` says why, for people. */
export class Unreadable extends Error {}

/** A row that is looked for, and whose policies it is read under. */
export interface Seen extends Instance {
  readonly role: string
}

/** What FROM and WHERE say, with joins, views and derived tables written out. */
export interface Found {
  readonly instances: readonly Seen[]
  readonly items: readonly Node[]
  readonly where: Node | null
  readonly sources: readonly Source[]
}

export interface Target {
  readonly name: string
  readonly node: Node
}

/** A SELECT over tables alone: what is found, and what is returned of it. */
export interface Lookup extends Found {
  readonly targets: readonly Target[]
  /** LIMIT, or the first row alone: which row it is matters where there are several */
  readonly limited: boolean
}

/** Why a function was left as it is, and what can be read in it nevertheless. */
export interface Closed {
  readonly why: string
  readonly hints: readonly Lookup[]
}

/** What the expansion of one predicate shares. */
export interface Context {
  readonly reading: PolicyReading
  /** the role that reads or writes */
  readonly caller: string
  readonly counts: { aliases: number; steps: number }
  /** by the fields of a SELECT that was written anew */
  readonly lookups: WeakMap<object, Lookup>
  /** by the fields of the call */
  readonly closed: WeakMap<object, Closed>
  /** calls by the fields of what was written in their place */
  readonly calls: WeakMap<object, Node>
  /** the same rows under the same name, wherever they are looked for */
  readonly same: Map<string, Found>
  readonly resolve: (node: Node, env: Env) => Node
  readonly valueOf: (node: Node, env: Env) => Value
}

/** Where an expression stands. */
export interface Env {
  readonly context: Context
  /** whose policies what is read is under */
  readonly role: string
  /** whom `current_user` means, where that is not the caller */
  readonly user: string | null
  /** innermost first */
  readonly scopes: readonly Scope[]
  readonly path: readonly string[]
  /** functions that it stands in, outermost first */
  readonly calls: readonly number[]
  /** takes what can be read and leaves the rest out: good for hints alone */
  readonly lenient: boolean
}

export function nextAlias({ context: { counts } }: Env): string {
  counts.aliases++
  return `s${counts.aliases}`
}

const MOST_STEPS = 2000

/** @throws Unreadable where functions call functions without an end in sight */
export function step({ context: { counts } }: Env): void {
  counts.steps++
  if (counts.steps > MOST_STEPS) throw new Unreadable('too much to write out')
}
