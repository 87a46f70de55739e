import { Connection } from '../database/connection.ts'
import { PREPARE_CONNECTION } from '../database/impersonate.ts'
import type { Relation } from '../domain/catalog.ts'
import { relationByName, relationByOid } from '../domain/catalog.ts'
import type { Ascent } from '../domain/ascent.ts'
import type { Actor } from '../domain/population.ts'
import type { Step } from '../domain/report.ts'
import type { Battery } from './battery.ts'
import { candidatesFor, plansFor, trialsAfter } from './climbs.ts'
import type { ClimbOptions, ClimbStart, Plans } from './climbs.ts'
import { asPrefix, isNew, keysOf, newIn, reachesBehind, unique } from './follow.ts'
import type { Known } from './follow.ts'
import { probedOpening } from './openings.ts'
import type { Opening } from './openings.ts'
import { Session } from './probe.ts'
import type { ProbeOptions } from './probe.ts'
import { secondSteps } from './second-steps.ts'
import { accountSteps } from './sign-up.ts'
import type { Trial } from './trial.ts'
import type { Knowledge } from './understand.ts'

export interface AscendOptions extends ClimbOptions {
  readonly battery: Battery
  /** what is to be tried, actor by actor */
  readonly climbs: readonly ClimbStart[]
  /** whether accounts that lie about themselves are to be tried */
  readonly accounts: boolean
}

/** One row of one's own choosing first, then everything that it may have opened: as often as somebody got through. */
export async function ascend(options: AscendOptions): Promise<readonly Ascent[]> {
  const queue = [...options.climbs]
  const plans = plansFor(options)
  const found = new Map<ClimbStart, readonly Ascent[]>()
  const accounts: Ascent[] = []
  const work = async (target: ProbeOptions['targets'][number]): Promise<void> => {
    await using connection = await Connection.open(target, { pipelined: true })
    await connection.run(PREPARE_CONNECTION)
    if (options.accounts && target === options.targets[0])
      accounts.push(...(await new Climb(options, connection, plans).accounts()))
    for (let start = queue.shift(); start; start = queue.shift()) {
      options.signal.throwIfAborted()
      found.set(start, await new Climb(options, connection, plans).from(start))
    }
    await connection.run('rollback')
  }
  await Promise.all(options.targets.map(work))
  return [...options.climbs.flatMap((start) => found.get(start) ?? []), ...accounts]
}

const MOST_PROBED = 8
const MOST_OPENINGS = 8

/** The openings of one relation for one actor. */
class Climb {
  readonly #options: AscendOptions
  readonly #connection: Connection
  readonly #session: Session
  readonly #plans: Plans

  constructor(options: AscendOptions, connection: Connection, plans: Plans) {
    this.#options = options
    this.#plans = plans
    this.#connection = connection
    const knowledge: Knowledge = { ...options, attributions: new Map() }
    this.#session = new Session(connection, options, knowledge)
  }

  async from({ relation, actor }: ClimbStart): Promise<readonly Ascent[]> {
    const plain = await this.#options.battery.openings(this.#connection, relation.oid, actor)
    const ascents: Ascent[] = []
    for (const opening of plain.slice(0, MOST_PROBED).map((shown) => probedOpening(this.#options, shown)))
      ascents.push(...(await this.#follow(relation, [opening])))
    // where one row of the plain battery opens the door, a choice of others says nothing new
    if (ascents.some(isDoor)) return ascents
    ascents.push(...(await this.#grants(relation, actor)))
    return ascents
  }

  /** Rows made for the purpose: what opens only with one value of a gate passed that gate. */
  async #grants(relation: Relation, actor: Actor): Promise<readonly Ascent[]> {
    const through = await this.#through(candidatesFor(this.#options, relation, actor))
    const ascents: Ascent[] = []
    const shut = new Set<string>()
    const open: Ascent[] = []
    const groups: string[] = []
    for (const opening of through.slice(0, MOST_OPENINGS * 2)) {
      const found = await this.#follow(relation, [opening])
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
    return [...ascents, ...(await this.#secondSteps(relation, actor, first))]
  }

  async #secondSteps(
    relation: Relation,
    actor: Actor,
    first: readonly Opening[],
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
        ascents.push(...(await this.#follow(relation, [opening, second])))
        if (ascents.length > 0) return ascents
      }
    }
    return ascents
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

  async #follow(relation: Relation, openings: readonly Opening[]): Promise<readonly Ascent[]> {
    const last = openings.at(-1)
    if (!last) return []
    const { actor } = last.trial
    const written = openings.flatMap(({ trial }) => [trial.probe.relation, trial.target.base.oid])
    const touched = new Set(
      [relation.oid, ...written].flatMap((oid) => [oid, ...this.#options.touchedBy(oid)]),
    )
    const trials = trialsAfter(this.#options, this.#plans, touched, actor)
    const known = await this.#known(actor, trials)
    const open = trials.filter((trial) => touched.has(trial.target.base.oid) || isNew(trial, known))
    const prefix = asPrefix(actor, last.trial)
    // what the steps themselves changed or took away was not reached by what came after
    const gone = await this.#gone(prefix, touched)
    const reaches = (await reachesBehind(this.#session, prefix, open)).flatMap(
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
      const trials = trialsAfter(this.#options, this.#plans, touched, actor)
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

  /** What nobody has to climb for, in what is tried next. */
  async #known(actor: Actor, trials: readonly Trial[]): Promise<Known> {
    const relations = [...new Set(trials.map(({ probe }) => probe.relation))]
    const known = await Promise.all(
      relations.map((oid) => this.#options.battery.known(this.#connection, oid, actor)),
    )
    return new Set(known.flatMap((some) => [...some]))
  }

  #stepOf({ trial: { probe } }: Opening): Step {
    const relation = relationByOid(this.#options.catalog, probe.relation)
    return { command: probe.command, relation: relation?.qualified ?? '' }
  }
}

const MOST_FIRST = 4

const isDoor = ({ kind, steps, reaches }: Ascent): boolean =>
  kind === 'probed' && steps[0]?.command === 'insert' && reaches.some(({ command }) => command === 'select')
