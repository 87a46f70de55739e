import type { Trait } from '../domain/trait.ts'
import { changesBetween, tell, traitOf, type Change } from './changes.ts'
import { graphOf, reached, type Graph } from './graph.ts'
import { nameOf, thingOf, type Thing } from './thing.ts'

/** What is known of a project's database before anything is put into it. */
export interface State {
  readonly traits: readonly Trait[]
  /** relations that say who is who: who is made up to ask, and whose rows there are, follows from them */
  readonly cast: readonly string[]
}

/** What has to be judged again after a change, and why. */
export type Affected =
  | { readonly kind: 'all'; readonly reason: string }
  | {
      readonly kind: 'some'
      readonly reasons: ReadonlyMap<Thing, string>
      /** relations from which something that is affected may be opened */
      readonly openers: ReadonlySet<string>
    }

/**
 * What of the second state may be judged otherwise than in the first: everything of which something that its verdict
 * can depend on differs. Where that cannot be told, everything.
 */
export function affectedBy(before: State, after: State): Affected {
  const changes = changesBetween(before.traits, after.traits)
  const reason = whyAll(changes, new Set([...before.cast, ...after.cast]))
  if (reason !== undefined) return { kind: 'all', reason }
  if (changes.size === 0) return { kind: 'some', reasons: new Map(), openers: new Set() }
  const traits = [...before.traits, ...after.traits]
  const judge = new Reasons(graphOf(traits), changes, isForced(traits))
  if (judge.spoken === 'everything')
    return { kind: 'all', reason: 'what changed finds out what it reads while it runs' }
  const things = new Set(after.traits.filter(({ kind }) => kind !== 'global').map(thingOf))
  const reasons = new Map<Thing, string>()
  for (const thing of things) {
    const why = judge.why(thing)
    if (why !== undefined) reasons.set(thing, why)
  }
  for (const thing of reasons.keys()) {
    for (const opener of judge.lookedInto(thing))
      if (things.has(opener) && !reasons.has(opener))
        reasons.set(opener, `opens ${nameOf(thing)}, which is judged again`)
  }
  const openers = new Set([...reasons.keys()].flatMap((thing) => judge.usedBy(thing)))
  return { kind: 'some', reasons, openers }
}

function whyAll(
  changes: ReadonlyMap<Thing, readonly Change[]>,
  cast: ReadonlySet<string>,
): string | undefined {
  for (const [thing, list] of changes) {
    const [first] = list
    if (thing.startsWith('global ') && first)
      return `${nameOf(thing)}: ${traitOf(first)?.aspect ?? ''} changed`
    const about = list.find((one) => traitOf(one)?.access === false)
    if (about && cast.has(nameOf(thing))) return `${nameOf(thing)} says who is who, and ${tell(about)}`
  }
  return undefined
}

/** Row security that binds owners binds what the server does in their name: keys, triggers. */
const isForced = (traits: readonly Trait[]): boolean =>
  traits.some(({ aspect, text }) => aspect === 'row security' && text.endsWith('true]'))

type Mode = 'access' | 'rows'

interface Visit {
  readonly thing: Thing
  readonly mode: Mode
  /** how it was come to; empty at the start */
  readonly how: string
}

class Reasons {
  readonly #graph: Graph
  readonly #changes: ReadonlyMap<Thing, readonly Change[]>
  readonly #forced: boolean
  readonly #changesRows: boolean
  /** what changed texts speak of */
  readonly spoken: ReadonlyMap<Thing, string> | 'everything'

  constructor(graph: Graph, changes: ReadonlyMap<Thing, readonly Change[]>, forced: boolean) {
    this.#graph = graph
    this.#changes = changes
    this.#forced = forced
    this.#changesRows = [...changes.values()].flat().some((one) => traitOf(one)?.access === false)
    this.spoken = this.#spokenOf()
  }

  why(thing: Thing): string | undefined {
    for (const visit of this.#walk(thing)) {
      const reason = this.#reasonAt(visit)
      if (reason !== undefined) return reason
    }
    return this.spoken === 'everything' ? undefined : this.spoken.get(thing)
  }

  lookedInto(thing: Thing): ReadonlySet<Thing> {
    return this.#graph.lookedInto(thing)
  }

  /** Names of the relations that the verdict of a thing depends on. */
  usedBy(thing: Thing): readonly string[] {
    return [...this.#walk(thing)].map((visit) => nameOf(visit.thing))
  }

  #reasonAt({ thing, mode, how }: Visit): string | undefined {
    const changes = this.#changes
      .get(thing)
      ?.filter((one) => mode === 'access' || traitOf(one)?.access === false)
    // what is inferred follows from what the migrations say: people look for that
    const change = changes?.find((one) => !traitOf(one)?.inferred) ?? changes?.[0]
    if (change) return how === '' ? tell(change) : `${how} ${nameOf(thing)}: ${tell(change)}`
    const matters = mode === 'access' || this.#changesRows
    if (!matters || !this.#graph.isOpaque(thing)) return undefined
    const what = 'what it reads is found out while it runs'
    return how === '' ? what : `${how} ${nameOf(thing)}: ${what}`
  }

  /** Everything that the verdict of a thing can depend on, the nearest first. */
  *#walk(start: Thing): Generator<Visit> {
    const seen = new Set<string>()
    const rows: Mode = this.#forced ? 'access' : 'rows'
    const queue: Visit[] = [{ thing: start, mode: 'access', how: '' }]
    for (const thing of this.#graph.referring(start))
      queue.push({ thing, mode: rows, how: 'is referred to by' })
    for (let visit = queue.shift(); visit; visit = queue.shift()) {
      const key = `${visit.mode} ${visit.thing}`
      if (seen.has(key)) continue
      seen.add(key)
      yield visit
      const { mode, how } = visit
      for (const edge of this.#graph.uses(visit.thing)) {
        if (edge.byPolicy && mode === 'rows') continue
        queue.push({
          thing: edge.to,
          mode: edge.rowsOnly ? rows : mode,
          how: how === '' ? edge.how : 'depends on',
        })
      }
    }
  }

  #spokenOf(): ReadonlyMap<Thing, string> | 'everything' {
    const found = new Map<Thing, string>()
    for (const change of [...this.#changes.values()].flat()) {
      for (const trait of [change.before, change.after]) {
        if (!trait || trait.inferred || trait.aspect.startsWith('foreign key ')) continue
        const { things, everything } = this.#graph.mentions(trait)
        const all = reached(things, this.#graph.uses)
        if (everything || [...all].some((thing) => !isTable(thing) && this.#graph.isOpaque(thing)))
          return 'everything'
        const said = `is mentioned by ${trait.name}: ${tell(change)}`
        for (const thing of all) if (!found.has(thing)) found.set(thing, said)
      }
    }
    return found
  }
}

const isTable = (thing: Thing): boolean => thing.startsWith('relation ')
