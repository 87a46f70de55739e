import type { Connection } from '../database/connection.ts'
import type { Relation } from '../domain/catalog.ts'
import type { Actor } from '../domain/population.ts'
import type { Scenario, ScenarioCount } from '../domain/scenario.ts'
import type { Command } from '../domain/vocabulary.ts'
import { waysOut } from '../ownership/lapses.ts'
import type { PolicyTerm } from '../policy/terms.ts'
import { nameParts, walk } from '../sql/parse.ts'
import type { Draft, DraftRow } from './draft.ts'
import { valueAt, withSlot } from './draft.ts'
import type { Meanings } from './invert.ts'
import { proposalsFor } from './propose.ts'
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
}

/** Scenarios of one relation. */
const MOST_SCENARIOS = 60

export interface Made {
  readonly scenarios: readonly Scenario[]
  readonly count: ScenarioCount
}

/** Makes the scenarios of one relation. The connection is a superuser's, in a transaction that is rolled back. */
export class ScenarioMaker {
  readonly #world: World
  readonly #connection: Connection
  readonly #meanings: Meanings

  constructor(world: World, connection: Connection, meanings: Meanings) {
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
    const scenarios: Scenario[] = []
    const scenes = new Set<string>()
    let unsolved = 0
    let left = ways.reduce((sum, one) => sum + one.left, 0)
    for (const { commands, terms } of ways)
      for (const proposal of terms.flatMap(({ policy, literals }) => proposalsFor(`"${policy}"`, literals))) {
        if (scenarios.length >= MOST_SCENARIOS) {
          left += 1
          continue
        }
        const made = await this.#fromProposal(relation, commands, proposal)
        if (made.length === 0) unsolved += 1
        for (const one of made) {
          const key = JSON.stringify([one.actor.scene, one.actor.claims, one.row.values, one.commands])
          if (scenes.has(key)) continue
          scenes.add(key)
          scenarios.push({ ...one, actor: { ...one.actor, name: nameOf(relation, one, scenarios.length) } })
        }
      }
    return { scenarios, count: { made: scenarios.length, unsolved, left } }
  }

  async #fromProposal(
    relation: Relation,
    commands: readonly Command[],
    proposal: Proposal,
  ): Promise<readonly Scenario[]> {
    const inserts = commands.every((command) => command === 'insert')
    const start = await this.#start(relation, proposal, inserts)
    const solver = await this.#solverFor(relation)
    const solved = start && (await solve(solver, start, proposal.wishes))
    const draft = solved && (await repair(solver, solved))
    if (!draft) return []
    const lapses =
      proposal.opaque.length > 0 || proposal.instances.length > 0 ? this.#lapses(draft, proposal) : []
    const drafts: readonly (readonly [Draft, Lapsed | null])[] = [[draft, null], ...lapses]
    const made: Scenario[] = []
    for (const [one, lapsed] of drafts) {
      const label = labelOf(proposal, draft, lapsed)
      made.push(...(await this.#staged(relation, commands, one, lapsed, label, inserts)))
    }
    return made
  }

  async #start(relation: Relation, proposal: Proposal, inserts: boolean): Promise<Draft | null> {
    const own = inserts ? this.#world.newVictim(relation) : await this.#world.victim(relation)
    if (!own) return null
    const rows = new Map<string, DraftRow>([['r0', own]])
    for (const [index, instance] of proposal.instances.entries()) {
      const made = await this.#world.related(instance.relation, index + 1)
      if (!made) return null
      rows.set(instance.alias, made)
    }
    return { rows, actor: this.#world.actor, locked: new Set() }
  }

  /** The same with one row out of force that names the actor, in a column that the policy does not ask for. */
  #lapses(draft: Draft, { wishes }: Proposal): readonly (readonly [Draft, Lapsed])[] {
    const asked = new Set(
      wishes.flatMap(({ atom }) =>
        [...walk(atom.node)].flatMap((node) =>
          node.kind === 'ColumnRef' ? [nameParts(node, 'fields').join('.')] : [],
        ),
      ),
    )
    return [...draft.rows].flatMap(([alias, { relation, values }]) => {
      // accounts are the platform's: a sign-in that is locked out never gets to ask
      const isOurs = this.#world.orderOf(relation) >= 0
      if (alias === 'r0' || !isOurs || !Object.values(values).includes(this.#world.stranger.key)) return []
      return waysOut(relation, this.#world.model.literals)
        .filter(({ column }) => !asked.has(`${alias}.${column}`))
        .flatMap(({ column, value }) => {
          const next = withSlot(draft, { kind: 'column', alias, column }, value, (oid) =>
            this.#world.standing(oid),
          )
          return next ? [[next, { alias, column, value }] as const] : []
        })
    })
  }

  async #staged(
    relation: Relation,
    commands: readonly Command[],
    draft: Draft,
    lapsed: Lapsed | null,
    label: string,
    inserts: boolean,
  ): Promise<readonly Scenario[]> {
    if (isAsItStands(draft, inserts)) return []
    const scene = await stageScene(this.#world, this.#connection, draft, inserts)
    if (!scene) return []
    const own = draft.rows.get('r0')
    const stands: Draft = own
      ? { ...draft, rows: new Map([...draft.rows, ['r0', { ...own, values: scene.values }]]) }
      : draft
    const point = standpointOf(this.#world, stands, lapsed)
    if (!point) return []
    const common = {
      relation: relation.oid,
      commands,
      label,
      row: { ...point.row, place: '' },
      inserts,
    }
    const actor: Actor = {
      ...point.actor,
      scene: scene.sql,
      purpose: point.entitled ? 'control' : 'judged',
      ...forgeryIn(draft),
    }
    const anon = this.#anonIn(draft, scene.sql)
    return [{ ...common, actor }, ...(anon ? [{ ...common, actor: anon }] : [])]
  }

  /** Whoever is not signed in, where nothing of the scene is about who is. */
  #anonIn(draft: Draft, scene: string): Actor | null {
    const { anon, stranger } = this.#world
    const isAboutActor =
      [...draft.locked].some((key) => /^(claim|setting) /.test(key)) ||
      [...draft.rows.values()].some(({ values }) => JSON.stringify(values).includes(stranger.key))
    return anon && !isAboutActor ? { ...anon, scene } : null
  }
}

const nameOf = ({ qualified }: Relation, { actor }: Scenario, index: number): string =>
  `${actor.name} (${qualified} ${index + 1})`

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

/** A scenario in words: columns by the names of their relations, literals without their types. */
function labelOf({ label }: Proposal, { rows }: Draft, lapsed: Lapsed | null): string {
  const named = (alias: string): string => `${rows.get(alias)?.relation.name ?? alias}.`
  const plain = label
    .replaceAll(/\br0\./g, '')
    .replaceAll(/\b(s\d+)\./g, (_, alias: string) => named(alias))
    .replaceAll(/('(?:[^']|'')*')::[\w. "]+/g, '$1')
  if (!lapsed) return plain
  const value = typeof lapsed.value === 'string' ? `'${lapsed.value}'` : String(lapsed.value)
  return `${plain}, with ${named(lapsed.alias)}${lapsed.column} = ${value}`
}
