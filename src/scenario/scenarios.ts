import type { QueryRunner } from '../database/connection.ts'
import type { Relation } from '../domain/catalog.ts'
import type { Actor } from '../domain/population.ts'
import type { Scenario, ScenarioCount } from '../domain/scenario.ts'
import type { Command } from '../domain/vocabulary.ts'
import type { PolicyTerm } from '../policy/terms.ts'
import type { Draft, DraftRow } from './draft.ts'
import { valueAt } from './draft.ts'
import type { Meanings } from './invert.ts'
import { labelOf } from './label.ts'
import { lapsesOf } from './lapses.ts'
import { leftOf, proposalsFor } from './propose.ts'
import type { Lapsed, Proposal } from './propose.ts'
import { repair } from './repair.ts'
import { stageScene } from './scene.ts'
import { solve } from './solve.ts'
import type { Solver } from './solve.ts'
import { standpointOf } from './ties.ts'
import type { World } from './world.ts'

/** What scenarios are made from: ways through the policies of a relation, and for which commands they are. */
export interface Ways {
  readonly commands: readonly Command[]
  readonly terms: readonly PolicyTerm[]
  /** ways that were cut off */
  readonly left: number
  /** they are for who is not signed in */
  readonly isForAnon?: boolean
}

/** What is proposed, for which commands, and who is to ask. */
interface Aim {
  readonly commands: readonly Command[]
  readonly proposal: Proposal
  readonly asker: Actor
}

const isInsert = ({ commands }: Aim): boolean => commands.every((command) => command === 'insert')

/** Scenarios of one relation. */
const MOST_SCENARIOS = 60
/** Proposals that are worked on at once, so that the server need not wait for our next question. */
const AT_ONCE = 8

export interface Made {
  readonly scenarios: readonly Scenario[]
  readonly count: Omit<ScenarioCount, 'failed'>
}

/** Makes the scenarios of one relation. The connection is a superuser's on which nothing lasts. */
export class ScenarioMaker {
  readonly #world: World
  readonly #connection: QueryRunner
  readonly #meanings: Meanings

  constructor(world: World, connection: QueryRunner, meanings: Meanings) {
    this.#world = world
    this.#connection = connection
    this.#meanings = meanings
  }

  async #solverFor(relation: Relation): Promise<Solver> {
    const world = this.#world
    return {
      connection: this.#connection,
      meanings: this.#meanings,
      standing: (oid) => world.standing(oid),
      identity: (await world.benchOf(relation)).identity,
      benchOf: (one) => world.benchOf(one),
    }
  }

  async make(relation: Relation, ways: readonly Ways[]): Promise<Made> {
    const made = new Collected(relation)
    const aims = this.#aimsOf(ways)
    for (let at = 0; at < aims.length && !made.isFull; at += AT_ONCE) {
      const some = aims.slice(at, at + AT_ONCE)
      // none of them depends on another
      const found = await Promise.all(some.map((aim) => this.#fromProposal(relation, aim)))
      for (const [index, { proposal }] of some.entries()) made.add(proposal, found[index] ?? null)
    }
    const beyond = ways.reduce(
      (sum, one) => sum + one.left + one.terms.reduce((all, { literals }) => all + leftOf(literals), 0),
      0,
    )
    return {
      scenarios: made.scenarios,
      count: {
        tried: made.scenarios.length,
        unsolved: [...made.unsolved],
        left: beyond + aims.length - made.seen,
      },
    }
  }

  #aimsOf(ways: readonly Ways[]): readonly Aim[] {
    const { actor: eve, anon = eve } = this.#world
    return ways.flatMap(({ commands, terms, isForAnon = false }) =>
      terms.flatMap(({ policy, literals }) =>
        proposalsFor(`"${policy}"`, literals).map((proposal): Aim => ({
          commands,
          proposal,
          asker: isForAnon ? anon : eve,
        })),
      ),
    )
  }

  async #fromProposal(relation: Relation, aim: Aim): Promise<readonly Scenario[] | null> {
    const inserts = isInsert(aim)
    const own = inserts ? this.#world.newVictim(relation) : await this.#world.victim(relation)
    const found = own && (await this.#fromRow(relation, own, aim))
    if (found || inserts || own?.standing === null || aim.proposal.misses) return found
    // what stands keeps its key: a row that is to have another one is new
    const made = await this.#world.madeVictim(relation)
    return made && this.#fromRow(relation, made, aim)
  }

  async #fromRow(relation: Relation, own: DraftRow, aim: Aim): Promise<readonly Scenario[] | null> {
    const { proposal } = aim
    const start = await this.#start(own, aim)
    const solver = await this.#solverFor(relation)
    const solved = start && (await solve(solver, start, proposal.wishes))
    const draft = solved && (await repair(solver, solved))
    if (!draft) return null
    const lapses =
      proposal.opaque.length > 0 || proposal.instances.length > 0
        ? await lapsesOf(this.#world, solver, draft, proposal)
        : []
    const drafts: readonly (readonly [Draft, Lapsed | null])[] = [[draft, null], ...lapses]
    const made: Scenario[] = []
    let isStaged = false
    for (const [one, lapsed] of drafts) {
      const label = labelOf(relation, proposal, lapsed)
      const staged = await this.#staged(relation, aim, one, lapsed, label)
      isStaged ||= staged !== null
      made.push(...(staged ?? []))
    }
    return isStaged ? made : null
  }

  async #start(own: DraftRow, { proposal, asker }: Aim): Promise<Draft | null> {
    const rows = new Map<string, DraftRow>([['r0', own]])
    for (const [index, instance] of proposal.instances.entries()) {
      const made = await this.#world.related(instance.relation, index + 1)
      if (!made) return null
      rows.set(instance.alias, made)
    }
    return { rows, actor: asker, locked: new Set() }
  }

  async #staged(
    relation: Relation,
    aim: Aim,
    draft: Draft,
    lapsed: Lapsed | null,
    label: string,
  ): Promise<readonly Scenario[] | null> {
    const { commands } = aim
    const inserts = isInsert(aim)
    if (isAsItStands(draft, inserts)) return []
    const scene = await stageScene(this.#world, this.#connection, draft, inserts)
    if (!scene) return null
    const own = draft.rows.get('r0')
    const stands: Draft = own
      ? { ...draft, rows: new Map([...draft.rows, ['r0', { ...own, values: scene.values }]]) }
      : draft
    const point = standpointOf(this.#world, stands, lapsed)
    if (!point) return null
    const row = { ...point.row, place: this.#world.placeOf(own?.standing) ?? '' }
    const common = { relation: relation.oid, commands, label, row, inserts }
    const places = this.#standsBehind(draft)
    const actor: Actor = {
      ...point.actor,
      scene: scene.sql,
      staged: row,
      stands: places,
      purpose: point.entitled ? 'control' : 'judged',
      ...forgeryIn(draft),
    }
    const anon = this.#anonIn(draft, { scene: scene.sql, staged: row, stands: places })
    return [{ ...common, actor }, ...(anon ? [{ ...common, actor: anon }] : [])]
  }

  /** Where rows stand that the scene changes, and those that its new rows refer to. */
  #standsBehind({ rows }: Draft): readonly string[] {
    const world = this.#world
    const standing = [...rows.values()].flatMap(({ relation, values, standing: known }) => [
      known,
      ...relation.foreignKeys.map(({ columns, target, targetColumns }) =>
        world.lookup(
          target,
          targetColumns,
          columns.map((name) => values[name]),
        ),
      ),
    ])
    return [...new Set(standing.flatMap((one) => world.placeOf(one) ?? []))]
  }

  /** Whoever is not signed in, where nothing of the scene is about who is. */
  #anonIn(draft: Draft, staging: Pick<Actor, 'scene' | 'staged' | 'stands'>): Actor | null {
    const { anon, stranger } = this.#world
    const isAboutActor =
      [...draft.locked].some((key) => /^(claim|setting) /.test(key)) ||
      [...draft.rows.values()].some(({ values }) => JSON.stringify(values).includes(stranger.key))
    return anon && draft.actor.user !== null && !isAboutActor ? { ...anon, ...staging } : null
  }
}

/** Scenarios of one relation as they are found, each once. */
class Collected {
  readonly #relation: Relation
  readonly #made = new Map<string, Scenario>()
  /** proposals of which nothing could be made, by their labels */
  readonly unsolved = new Set<string>()
  /** proposals that were looked at */
  seen = 0

  constructor(relation: Relation) {
    this.#relation = relation
  }

  get scenarios(): readonly Scenario[] {
    return [...this.#made.values()]
  }

  get isFull(): boolean {
    return this.#made.size >= MOST_SCENARIOS
  }

  add(proposal: Proposal, found: readonly Scenario[] | null): void {
    if (this.isFull) return
    this.seen += 1
    // what is not to get through may well be impossible: that nobody is signed in, that a row is not there
    if (found === null && !proposal.misses) this.unsolved.add(labelOf(this.#relation, proposal, null))
    for (const one of found ?? []) {
      const { scene, claims, settings } = one.actor
      const key = JSON.stringify([scene, claims, settings, one.row.values, one.commands])
      const known = this.#made.get(key)
      // what stands there already may be out of force, which only a later look tells
      if (!known) this.#made.set(key, named(this.#relation, one, this.#made.size))
      else if (known.actor.purpose === 'control' && one.actor.purpose === 'judged')
        this.#made.set(key, { ...one, actor: { ...one.actor, name: known.actor.name } })
    }
  }
}

/** The actor under a name of its own: sessions differ from scenario to scenario. */
const named = ({ qualified }: Relation, scenario: Scenario, index: number): Scenario => ({
  ...scenario,
  actor: { ...scenario.actor, name: `${scenario.actor.name} (${qualified} ${index + 1})` },
})

/** What the actor writes into the own token for the condition to hold. */
function forgeryIn({ locked, actor }: Draft): Pick<Actor, 'forged'> {
  const paths = [...locked].flatMap((key) =>
    key.startsWith('claim user_metadata.') ? [key.slice('claim '.length).split('.')] : [],
  )
  if (paths.length === 0) return {}
  const what = paths
    .map((path) => `${path.join('.')} = ${JSON.stringify(valueAt(actor.claims, path))}`)
    .join(', ')
  return { forged: { source: 'user_metadata', what } }
}

/** Nothing is there that was not there before: the usual sessions have tried it. */
const isAsItStands = ({ rows, locked }: Draft, inserts: boolean): boolean =>
  !inserts &&
  [...rows.values()].every(({ values, standing }) => JSON.stringify(values) === JSON.stringify(standing)) &&
  ![...locked].some((key) => /^(claim|setting) /.test(key))
