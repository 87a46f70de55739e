import type { Actor } from '../domain/population.ts'
import type { Observation } from '../domain/probe.ts'
import { knownFrom } from './follow.ts'
import type { Shown } from './observe.ts'
import { asks, planActor } from './plan.ts'
import type { Sender } from './sender.ts'
import { Session } from './session.ts'
import type { ProbeOptions } from './options.ts'
import type { Probed } from './probe.ts'
import type { Knowledge } from './understand.ts'

/** What one actor did to one relation in the plain battery. */
interface Bout {
  readonly observations: readonly Observation[]
  readonly openings: readonly Shown[]
}

/**
 * What the plain battery showed, actor by actor. Where a relation was not tried in full, because another shard does,
 * what is asked for is tried now: an answer is the same whoever asks, since every trial is rolled back.
 */
export class Battery {
  readonly #options: ProbeOptions
  readonly #knowledge: Knowledge
  readonly #full: ReadonlySet<number>
  readonly #first = new Map<string, { readonly observations: Observation[]; readonly openings: Shown[] }>()
  readonly #bouts = new Map<string, Promise<Bout>>()
  readonly #known = new Map<string, Promise<ReadonlySet<string>>>()
  readonly #later: Observation[] = []

  constructor(options: ProbeOptions, { observations, openings, full }: Probed) {
    this.#options = options
    this.#knowledge = { ...options, attributions: new Map() }
    this.#full = full
    for (const one of observations)
      this.#firstOf(keyOf(one.probe.relation, one.probe.actor)).observations.push(one)
    for (const one of openings)
      this.#firstOf(keyOf(one.trial.probe.relation, one.trial.actor.name)).openings.push(one)
  }

  /** What was tried on demand, in the order of relations and actors: who asked first does not matter. */
  get later(): readonly Observation[] {
    const { relations, population } = this.#options
    const of = new Map(relations.map(({ oid }, index) => [oid, index]))
    const by = new Map(population.actors.map(({ name }, index) => [name, index]))
    const rank = (ranks: ReadonlyMap<unknown, number>, key: unknown): number => ranks.get(key) ?? ranks.size
    return this.#later.toSorted(
      ({ probe: a }, { probe: b }) =>
        rank(of, a.relation) - rank(of, b.relation) || rank(by, a.actor) - rank(by, b.actor),
    )
  }

  /** Writes of the actor that got through. */
  async openings(sender: Sender, relation: number, actor: Actor): Promise<readonly Shown[]> {
    return (await this.#bout(sender, relation, actor)).openings
  }

  /** Tries what was not tried yet of these actors on these relations. */
  async tryAll(wanted: readonly { readonly relation: number; readonly actor: Actor }[]): Promise<void> {
    const missing = wanted.filter(
      ({ relation }) =>
        !this.#full.has(relation) && this.#options.relations.some(({ oid }) => oid === relation),
    )
    if (missing.length === 0) return
    await this.#options.crew.share({ name: 'relations' }, missing, async ({ relation, actor }, sender) => {
      await this.#bout(sender, relation, actor)
    })
  }

  /** What the actor was seen to reach. */
  known(sender: Sender, relation: number, actor: Actor): Promise<ReadonlySet<string>> {
    const key = keyOf(relation, actor.name)
    const known =
      this.#known.get(key) ??
      this.#bout(sender, relation, actor).then(({ observations }) => knownFrom(observations, actor.name))
    this.#known.set(key, known)
    return known
  }

  #firstOf(key: string): { readonly observations: Observation[]; readonly openings: Shown[] } {
    const first = this.#first.get(key) ?? { observations: [], openings: [] }
    this.#first.set(key, first)
    return first
  }

  #bout(sender: Sender, relation: number, actor: Actor): Promise<Bout> {
    const key = keyOf(relation, actor.name)
    const bout = this.#bouts.get(key) ?? this.#whole(sender, relation, actor)
    this.#bouts.set(key, bout)
    return bout
  }

  async #whole(sender: Sender, oid: number, actor: Actor): Promise<Bout> {
    const first = this.#firstOf(keyOf(oid, actor.name))
    const relation = this.#options.relations.find((one) => one.oid === oid)
    if (this.#full.has(oid) || !relation || !asks(this.#options, relation, actor)) return first
    const session = new Session(sender, this.#options, this.#knowledge)
    const expectations = this.#options.expectationsOf(oid)
    const observations = await session.tryAll(planActor(this.#options, relation, expectations, actor, WRITES))
    this.#later.push(...observations)
    return { observations: [...first.observations, ...observations], openings: session.openings }
  }
}

/** What is read is asked of everybody everywhere. */
const WRITES = ['insert', 'update', 'delete'] as const

const keyOf = (relation: number, actor: string): string => `${relation} ${actor}`
