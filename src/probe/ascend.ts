import { Connection } from '../database/connection.ts'
import { PREPARE_CONNECTION } from '../database/impersonate.ts'
import type { Relation } from '../domain/catalog.ts'
import { holdsRows, relationByName, relationByOid } from '../domain/catalog.ts'
import type { Ascent } from '../domain/ascent.ts'
import type { Actor } from '../domain/population.ts'
import type { Step } from '../domain/report.ts'
import { asPrefix, keysOf, knownFrom, newIn, planFollow, reachesBehind, unique } from './follow.ts'
import type { Known } from './follow.ts'
import type { Shown } from './observe.ts'
import { changes, grants, probedOpening } from './openings.ts'
import type { Opening } from './openings.ts'
import { Session } from './probe.ts'
import type { ProbeOptions, Probed } from './probe.ts'
import { secondSteps } from './second-steps.ts'
import { accountSteps } from './sign-up.ts'
import { targetOf } from './target.ts'
import type { Trial } from './trial.ts'
import type { Knowledge } from './understand.ts'

export interface AscendOptions extends ProbeOptions {
  readonly probed: Probed
  /** relations that look into one, at any depth, and the relation itself */
  readonly dependentsOf: (relation: number) => readonly number[]
  /** relations that triggers of one touch */
  readonly touchedBy: (relation: number) => readonly number[]
}

/** One row of one's own choosing first, then everything that it may have opened: as often as somebody got through. */
export async function ascend(options: AscendOptions): Promise<readonly Ascent[]> {
  const queue = options.relations.filter((relation) => canOpen(options, relation))
  const found = new Map<number, readonly Ascent[]>()
  const accounts: Ascent[] = []
  const work = async (target: ProbeOptions['targets'][number]): Promise<void> => {
    await using connection = await Connection.open(target, { pipelined: true })
    await connection.run(PREPARE_CONNECTION)
    if (target === options.targets[0]) accounts.push(...(await new Climb(options, connection).accounts()))
    for (let relation = queue.shift(); relation; relation = queue.shift()) {
      options.signal.throwIfAborted()
      found.set(relation.oid, await new Climb(options, connection).from(relation))
    }
    await connection.run('rollback')
  }
  await Promise.all(options.targets.map(work))
  return [...options.relations.flatMap(({ oid }) => found.get(oid) ?? []), ...accounts]
}

/** A row opens something where policies look the user up, or where others look into it. */
function canOpen({ dependentsOf, touchedBy, model }: AscendOptions, relation: Relation): boolean {
  if (!holdsRows(relation)) return relation.view !== null && dependentsOf(relation.oid).length > 1
  return (
    model.lookups.has(relation.oid) ||
    dependentsOf(relation.oid).length > 1 ||
    touchedBy(relation.oid).length > 0
  )
}

const MOST_PROBED = 8
const MOST_OPENINGS = 8

/** The openings of one relation, one actor after the other. */
class Climb {
  readonly #options: AscendOptions
  readonly #session: Session

  constructor(options: AscendOptions, connection: Connection) {
    this.#options = options
    const knowledge: Knowledge = { ...options, attributions: new Map() }
    this.#session = new Session(connection, options, knowledge)
  }

  async from(relation: Relation): Promise<readonly Ascent[]> {
    const { population, probed } = this.#options
    const climbers = population.actors.filter(
      ({ name, purpose }) => purpose === 'judged' && ['bob', 'carol', 'dave'].includes(name),
    )
    const ascents: Ascent[] = []
    for (const actor of climbers) {
      const plain = probed.openings.filter(
        ({ trial }) => trial.probe.relation === relation.oid && trial.actor.name === actor.name,
      )
      ascents.push(...(await this.#climb(relation, actor, plain)))
    }
    return ascents
  }

  async #climb(relation: Relation, actor: Actor, plain: readonly Shown[]): Promise<readonly Ascent[]> {
    const known = knownFrom(this.#options.probed.observations, actor.name)
    const ascents: Ascent[] = []
    for (const opening of plain.slice(0, MOST_PROBED).map((shown) => probedOpening(this.#options, shown)))
      ascents.push(...(await this.#follow(relation, [opening], known)))
    // where one row of the plain battery opens the door, a choice of others says nothing new
    if (ascents.some(isDoor)) return ascents
    ascents.push(...(await this.#grants(relation, actor, known)))
    return ascents
  }

  /** Rows made for the purpose: what opens only with one value of a gate passed that gate. */
  async #grants(relation: Relation, actor: Actor, known: Known): Promise<readonly Ascent[]> {
    const through = await this.#through(this.#candidates(relation, actor))
    const ascents: Ascent[] = []
    const shut = new Set<string>()
    const open: Ascent[] = []
    const groups: string[] = []
    for (const opening of through.slice(0, MOST_OPENINGS * 2)) {
      const found = await this.#follow(relation, [opening], known)
      if (found.length === 0) shut.add(opening.group)
      open.push(...found)
      groups.push(...found.map(() => opening.group))
    }
    open.forEach((ascent, index) => {
      const gated = ascent.kind === 'grant' && shut.has(groups[index] ?? '')
      ascents.push(gated ? { ...ascent, kind: 'approval' } : ascent)
    })
    // a first row that only lets a second one in has opened nothing yet
    if (ascents.some(({ reaches }) => reaches.some(({ command }) => command !== 'insert'))) return ascents
    const first = through.filter(({ kind }) => kind === 'grant')
    return [...ascents, ...(await this.#secondSteps(relation, actor, first, known))]
  }

  async #secondSteps(
    relation: Relation,
    actor: Actor,
    first: readonly Opening[],
    known: Known,
  ): Promise<readonly Ascent[]> {
    const ascents: Ascent[] = []
    for (const opening of first.slice(0, MOST_FIRST)) {
      const prefix = asPrefix(actor, opening.trial)
      const others = this.#options.relations.filter(
        ({ oid }) => oid !== relation.oid && this.#options.dependentsOf(relation.oid).includes(oid),
      )
      const candidates = secondSteps(this.#options, relation, others, opening, actor)
      const behind = candidates.map((one) => ({ ...one, trial: { ...one.trial, before: prefix } }))
      for (const second of (await this.#through(behind)).slice(0, MOST_OPENINGS)) {
        ascents.push(...(await this.#follow(relation, [opening, second], known)))
        if (ascents.length > 0) return ascents
      }
    }
    return ascents
  }

  #candidates(relation: Relation, actor: Actor): readonly Opening[] {
    const { catalog, model, population } = this.#options
    const target = targetOf(catalog, model, relation)
    const victim = population.actors.find(({ name }) => name === 'alice')
    const mine = changes(this.#options, target, actor)
    // bob shares a tenant with the victim: what a stranger can take, carol takes
    return actor.name !== 'carol' || !victim
      ? mine
      : [...mine, ...grants(this.#options, target, actor, victim)]
  }

  async #through(candidates: readonly Opening[]): Promise<readonly Opening[]> {
    const shown = await Promise.all(candidates.map(({ trial }) => this.#session.glance(trial)))
    return shown.flatMap(({ outcome, trial }, index) => {
      const opening = candidates[index]
      // what the update of a row that did not stand before changed is not counted: what it opens is
      const counted = outcome.kind === 'affected' && (outcome.rows > 0 || opening?.kind === 'approval')
      return opening && counted ? [{ ...opening, trial }] : []
    })
  }

  async #follow(relation: Relation, openings: readonly Opening[], known: Known): Promise<readonly Ascent[]> {
    const last = openings.at(-1)
    if (!last) return []
    const { actor } = last.trial
    const written = openings.flatMap(({ trial }) => [trial.probe.relation, trial.target.base.oid])
    const touched = new Set(
      [relation.oid, ...written].flatMap((oid) => [oid, ...this.#options.touchedBy(oid)]),
    )
    const trials = this.#trialsAfter(touched, actor)
    const prefix = asPrefix(actor, last.trial)
    // what the steps themselves changed or took away was not reached by what came after
    const gone = await this.#gone(prefix, touched)
    const reaches = (await reachesBehind(this.#session, prefix, trials)).flatMap(
      (reach) => newIn(reach, new Set([...known, ...gone])) ?? [],
    )
    if (reaches.length === 0) return []
    return [
      {
        actor,
        kind: last.kind,
        steps: openings.map((one) => this.#stepOf(one)),
        detail: openings.map(({ detail }) => detail).join('; '),
        rights: last.rights,
        names: openings.flatMap(({ names }) => names),
        free: openings.every(({ free }) => free),
        reaches: unique(reaches),
        script: prefix,
      },
    ]
  }

  async #gone(prefix: string, touched: ReadonlySet<number>): Promise<readonly string[]> {
    const tables = this.#options.relations.filter(({ oid, kind }) => touched.has(oid) && kind === 'table')
    const gone = await Promise.all(
      tables.map(async (table) => [table.oid, await this.#session.goneAfter(prefix, table)] as const),
    )
    return gone.flatMap(([oid, places]) =>
      places.flatMap((place) => [`${oid} update ${place}`, `${oid} delete ${place}`]),
    )
  }

  /** What an account opens by metadata alone, beyond what any account of the kind does. */
  async accounts(): Promise<readonly Ascent[]> {
    const accounts = relationByName(this.#options.catalog, 'auth.users')
    const ascents: Ascent[] = []
    for (const step of accounts ? accountSteps(this.#options) : []) {
      if (!accounts || !(await this.#session.runs(step.sql))) continue
      const { actor, command, detail, sql, plain } = step
      const touched = new Set([accounts.oid, ...this.#options.touchedBy(accounts.oid)])
      const trials = this.#trialsAfter(touched, actor)
      const usual = (await this.#session.runs(plain)) ? await reachesBehind(this.#session, plain, trials) : []
      const known = new Set([...usual.flatMap(keysOf), ...(await this.#gone(sql, touched))])
      const reaches = (await reachesBehind(this.#session, sql, trials)).flatMap(
        (one) => newIn(one, known) ?? [],
      )
      const steps = [{ command, relation: accounts.qualified }]
      const common = { rights: false, names: [], free: false } as const
      if (reaches.length > 0)
        ascents.push({
          actor,
          kind: 'account',
          steps,
          detail,
          ...common,
          reaches: unique(reaches),
          script: sql,
        })
    }
    return ascents
  }

  #trialsAfter(touched: ReadonlySet<number>, actor: Actor): readonly Trial[] {
    const { dependentsOf, relations, expectationsOf } = this.#options
    const reachable = new Set([...touched].flatMap((oid) => dependentsOf(oid)))
    return relations
      .filter(({ oid }) => reachable.has(oid))
      .flatMap((one) => planFollow(this.#options, one, expectationsOf(one.oid), actor, touched.has(one.oid)))
  }

  #stepOf({ trial: { probe } }: Opening): Step {
    const relation = relationByOid(this.#options.catalog, probe.relation)
    return { command: probe.command, relation: relation?.qualified ?? '' }
  }
}

const MOST_FIRST = 4

const isDoor = ({ kind, steps, reaches }: Ascent): boolean =>
  kind === 'probed' && steps[0]?.command === 'insert' && reaches.some(({ command }) => command === 'select')
