import { DatabaseError } from '../database/connection.ts'
import type { Relation } from '../domain/catalog.ts'
import { tieOf } from '../domain/population.ts'
import type { Actor, SeededRow } from '../domain/population.ts'
import type { Observation } from '../domain/probe.ts'
import { COMMANDS } from '../domain/vocabulary.ts'
import { quoteQualified } from '../sql/quote.ts'
import { attributionFor, tablesBehind } from './attribute.ts'
import { unmarkedIn, withDifferences } from './difference.ts'
import { merge, understand } from './observe.ts'
import type { Shown } from './observe.ts'
import type { ProbeOptions } from './options.ts'
import { planRelation } from './plan.ts'
import { readTrial } from './read.ts'
import { isQuiet } from './quiet.ts'
import { makeRoom } from './room.ts'
import { seesAnythingNew } from './send.ts'
import type { Sender } from './sender.ts'
import { isSurprising } from './surprise.ts'
import { targetOf } from './target.ts'
import type { Trial } from './trial.ts'
import type { Knowledge } from './understand.ts'

/** The trials of one relation on one connection. */
export class Session {
  sent = 0
  readonly openings: Shown[] = []
  readonly #sender: Sender
  readonly #options: ProbeOptions
  readonly #knowledge: Knowledge

  constructor(sender: Sender, options: ProbeOptions, knowledge: Knowledge) {
    this.#sender = sender
    this.#options = options
    this.#knowledge = knowledge
  }

  observe(relation: Relation, isFull: boolean): Promise<readonly Observation[]> {
    const expectations = this.#options.expectationsOf(relation.oid)
    return this.tryAll(planRelation(this.#options, relation, expectations, isFull ? COMMANDS : ['select']))
  }

  async tryAll(trials: readonly Trial[]): Promise<readonly Observation[]> {
    const first = await this.#all(trials)
    const parts = await Promise.all(
      first.map((shown) => (shown.spread ? this.#oneByOne(shown) : Promise.resolve([]))),
    )
    const settled = await Promise.all(
      first.map(async (shown, index) => {
        const pieces = await Promise.all((parts[index] ?? []).map((piece) => this.#settle(piece)))
        const whole = pieces.length > 0 ? shown : await this.#settle(shown)
        const observation = merge(whole, pieces)
        const told =
          shown.trial.target.relation.view && unmarkedIn(observation) > 0
            ? await withDifferences(this.#sender, this.#options, shown.trial, observation)
            : observation
        return { openings: [whole, ...pieces].filter(isOpening), told }
      }),
    )
    // in the order of the trials, whichever was answered first
    this.openings.push(...settled.flatMap(({ openings }) => openings))
    return settled.map(({ told }) => told)
  }

  /** Trials of one actor of which only what they reach counts. */
  async glances(trials: readonly Trial[], prefix: string): Promise<readonly Shown[]> {
    const early = await this.#together(trials, prefix)
    return Promise.all(trials.map(async (trial) => early.get(trial) ?? (await this.glance(trial, prefix))))
  }

  /** One trial of which only what it reaches counts: why it is refused is nobody's question. */
  async glance(trial: Trial, prefix = ''): Promise<Shown> {
    const shown = await this.#one(trial, { prefix })
    return shown.outcome.kind === 'admitted' ? this.#withRoom(shown) : shown
  }

  /** What a trial showed that shared its transaction with others is a fact once it was seen alone. */
  async confirmed(shown: Shown): Promise<Shown> {
    return this.#sender.isolation === 'transaction' ? shown : this.#one(shown.trial, { alone: true })
  }

  /** Whether statements of the superuser get through. */
  async runs(script: string): Promise<boolean> {
    this.sent += 1
    const results = await this.#sender
      .results(['rollback', 'begin', script, 'set constraints all immediate'].join(';\n'))
      .catch(refusedOnly)
    return results !== null
  }

  /** Rows of a table that no longer stand where they stood once something was sent. */
  async goneAfter(prefix: string, actor: Actor, { oid, schema, name }: Relation): Promise<readonly string[]> {
    this.sent += 1
    const look = `select t.tableoid::int8 || ':' || t.ctid as place from ${quoteQualified(schema, name)} t`
    const rows = await this.#sender.look(look, { prefix, actor })
    if (rows === null) return []
    const left = new Set(rows.map(({ place }) => String(place)))
    const standing = this.#options.population.rows.get(oid) ?? []
    return standing.map(({ place }) => place).filter((place) => !left.has(place))
  }

  /** A statement that failed as a whole is tried row by row: what happens to one must not hide what happens to another. */
  async #oneByOne({ trial }: Shown): Promise<readonly Shown[]> {
    return this.#all(trial.aims.slice(-MOST_SINGLES).flatMap((row) => trial.single?.(row) ?? []))
  }

  async #all(trials: readonly Trial[]): Promise<readonly Shown[]> {
    const byActor = [...new Set(trials.map(({ actor }) => actor))].map((actor) =>
      trials.filter((trial) => trial.actor === actor),
    )
    const shown = await Promise.all(
      byActor.map(async (some) => {
        const early = await this.#together(some)
        return Promise.all(
          some.map(async (trial) => [trial, early.get(trial) ?? (await this.#one(trial))] as const),
        )
      }),
    )
    const all = new Map(shown.flat())
    return trials.flatMap((trial) => all.get(trial) ?? [])
  }

  /** What nothing is expected of is sent in few messages. */
  async #together(trials: readonly Trial[], prefix = ''): Promise<ReadonlyMap<Trial, Shown>> {
    // attempts in an area are several statements: what the servers tell policies about the request comes before
    const isInArea = this.#options.standing !== undefined
    const quiet = isInArea ? [] : trials.filter((trial) => isQuiet(trial, this.#options.catalog))
    const groups = Array.from({ length: Math.ceil(quiet.length / MOST_TOGETHER) }, (_, index) =>
      quiet.slice(index * MOST_TOGETHER, (index + 1) * MOST_TOGETHER),
    )
    const answered = await Promise.all(
      groups.map(async (group) => {
        const [first] = group
        if (!first || group.length < 2) return []
        this.sent += 1
        const answers = await this.#sender.sendTogether(group, { actor: first.actor, prefix })
        return group.flatMap((trial, index): readonly (readonly [Trial, Shown])[] => {
          const answer = answers[index]
          return answer ? [[trial, understand(after(prefix, trial), answer, this.#knowledge)]] : []
        })
      }),
    )
    return new Map(answered.flat())
  }

  async #one(trial: Trial, { actor = trial.actor, prefix = '', alone = false }: How = {}): Promise<Shown> {
    this.sent += 1
    const standing = this.#options.population.rows.get(trial.target.base.oid) ?? []
    const behind = { places: this.#options.standing ?? placesOf(standing), actor, prefix }
    const answer = alone
      ? await this.#sender.sendAlone(trial, behind)
      : await this.#sender.send(trial, behind)
    return understand(after(prefix, trial), answer, this.#knowledge)
  }

  /**
   * Doubtful and surprising answers are given a second hearing: one that only the neighbourhood explains (a lock, a
   * timeout) is repeated; an exception of the project's own code is a refusal if the same call gets through for others.
   */
  async #settle(first: Shown): Promise<Shown> {
    if (first.outcome.kind === 'admitted') return this.#withRoom(first)
    const shown = isSurprising(first) ? await this.confirmed(first) : first
    if (shown.trial.probe.below && shown.reached.length > 0)
      return { ...shown, shownToParent: await this.#isShownToParent(shown.trial) }
    if (shown.outcome.kind !== 'broken') return shown
    if (PASSING.has(shown.outcome.sqlstate)) return this.#one(shown.trial, { alone: true })
    if (!isUserCode(shown)) return shown
    for (const control of this.#controlsFor(shown.trial)) {
      const other = await this.#one(shown.trial, { actor: control })
      const { kind } = other.outcome
      const isThrough =
        kind === 'affected' || kind === 'admitted' || (kind === 'returned' && other.reached.length > 0)
      if (isThrough) return { ...shown, outcome: { kind: 'denied', by: 'code' } }
    }
    return shown
  }

  /** A row that met another with its key is tried once more without the other: only a row that stands can be read back. */
  async #withRoom(shown: Shown): Promise<Shown> {
    const roomy = shown.error?.sqlstate === '23505' ? makeRoom(shown.trial, shown.error.constraint) : null
    if (!roomy) return shown
    const again = await this.#one(roomy)
    return again.outcome.kind === 'affected' ? again : shown
  }

  /** Whether those whose row it was hung below get to see it: without that it is the actor's own affair. */
  async #isShownToParent(trial: Trial): Promise<boolean> {
    const { population } = this.#options
    const { below } = trial.probe
    const parent = population.rows.get(below?.relation ?? 0)?.find(({ place }) => place === below?.place)
    if (!parent) return false
    const known = population.rows.get(trial.target.base.oid) ?? []
    const readers = population.actors.filter(
      (actor) => actor.purpose === 'judged' && ['own', 'team'].includes(tieOf(parent, actor)),
    )
    for (const reader of readers) if (await seesAnythingNew(this.#sender, trial, reader, known)) return true
    return false
  }

  /** Who might do what this actor was refused: the server, then everybody else. */
  #controlsFor(trial: Trial): readonly Actor[] {
    const others = this.#options.population.actors.filter(({ name }) => name !== trial.actor.name)
    return [
      // whoever bypasses the policies shows nothing of how they judge a row
      ...others.filter(({ role }) => role === 'service_role' && trial.probe.command !== 'select'),
      ...others.filter(({ role, user }) => role !== 'service_role' && user !== null),
    ]
  }

  /** An empty view proves nothing: does the superuser see any seeded row in it? One that fails shows none. */
  async isBlind(relation: Relation): Promise<boolean> {
    const { catalog, model, population } = this.#options
    const target = targetOf(catalog, model, relation)
    const service = population.actors[0]
    if (!service || tablesBehind(catalog, relation).length === 0) return false
    const trial = readTrial(target, { ...service, role: 'none' })
    const results = await this.#sender.results(`rollback;\nbegin;\n${trial.statement}`).catch(refusedOnly)
    const rows = (results?.at(-1)?.rows ?? []) as readonly { readonly row: Record<string, unknown> | null }[]
    const attribution = attributionFor(catalog, population, relation)
    return !rows.some(({ row }) => row !== null && attribution.rowsShownBy(row).length > 0)
  }
}

interface How {
  /** somebody else in the actor's place */
  readonly actor?: Actor
  /** SQL that many trials come after, which ends as the superuser */
  readonly prefix?: string
  /** in a transaction of its own */
  readonly alone?: boolean
}

const after = (prefix: string, trial: Trial): Trial =>
  prefix === '' ? trial : { ...trial, before: trial.before === null ? prefix : `${prefix};\n${trial.before}` }

const places = new WeakMap<readonly SeededRow[], readonly string[]>()

/** The same list for the same rows: what is prepared for it is prepared once. */
function placesOf(rows: readonly SeededRow[]): readonly string[] {
  const known = places.get(rows) ?? rows.map(({ place }) => place)
  places.set(rows, known)
  return known
}

function refusedOnly(error: unknown): null {
  if (error instanceof DatabaseError) return null
  throw error
}

/** A write that changed something: more than to set a column to itself. */
const isOpening = ({ trial, outcome }: Shown): boolean =>
  outcome.kind === 'affected' &&
  outcome.rows > 0 &&
  trial.actor.purpose === 'judged' &&
  /^(insert|take over|give away|raise)/.test(trial.probe.attempt)

/** The rows that stand last are those that were seeded: in every state, for every owner. */
const MOST_SINGLES = 80

/** An error spoils the answers of all that was sent with it. */
const MOST_TOGETHER = 8

/** Locks, deadlocks, timeouts: they say something about the moment, not about the policies. */
const PASSING: ReadonlySet<string> = new Set(['40001', '40P01', '55P03', '57014'])

function isUserCode({ error }: Shown): boolean {
  return error !== undefined && (error.sqlstate.startsWith('P0') || (error.where ?? '') !== '')
}
