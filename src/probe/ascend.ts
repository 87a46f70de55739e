import type { Relation } from '../domain/catalog.ts'
import { relationByName, relationByOid } from '../domain/catalog.ts'
import type { Ascent } from '../domain/ascent.ts'
import type { Actor } from '../domain/population.ts'
import type { Step } from '../domain/report.ts'
import type { Battery } from './battery.ts'
import { candidatesFor, likenessOf, mayOpen, plansFor, touchedThrough, trialsAfter } from './climbs.ts'
import type { ClimbOptions, ClimbStart, Plans } from './climbs.ts'
import { asPrefix, isNew, joined, keysOf, reachesBehind, unique } from './follow.ts'
import type { Known } from './follow.ts'
import { probedOpening } from './openings.ts'
import type { Opening } from './openings.ts'
import type { Sender } from './sender.ts'
import { Session } from './session.ts'
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
  const plans = plansFor(options)
  const found = new Map<ClimbStart, readonly Ascent[]>()
  const accounts: Ascent[] = []
  const starts = [...(options.accounts ? [null] : []), ...options.climbs]
  await options.crew.share({ name: 'steps of one’s own' }, starts, async (start, sender) => {
    const climb = new Climb(options, sender, plans)
    if (start === null) accounts.push(...(await climb.accounts()))
    else found.set(start, await climb.from(start))
  })
  return [...options.climbs.flatMap((start) => found.get(start) ?? []), ...accounts]
}

const MOST_PROBED = 8
const MOST_OPENINGS = 8

/** The openings of one relation for one actor. */
class Climb {
  readonly #options: AscendOptions
  readonly #sender: Sender
  readonly #session: Session
  readonly #plans: Plans

  constructor(options: AscendOptions, sender: Sender, plans: Plans) {
    this.#options = options
    this.#plans = plans
    this.#sender = sender
    const knowledge: Knowledge = { ...options, attributions: new Map() }
    this.#session = new Session(sender, options, knowledge)
  }

  async from({ relation, actor }: ClimbStart): Promise<readonly Ascent[]> {
    const plain = await this.#options.battery.openings(this.#sender, relation.oid, actor)
    const ascents: Ascent[] = []
    const tried = new Set<string>()
    for (const opening of plain.map((shown) => probedOpening(this.#options, shown)).slice(0, MOST_PROBED)) {
      const likeness = likenessOf(this.#options, opening)
      if (likeness !== null && tried.has(likeness)) continue
      if (likeness !== null) tried.add(likeness)
      ascents.push(...(await this.#follow(relation, [opening])))
    }
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
    const dependents = new Set(this.#options.dependentsOf(relation.oid))
    const others = this.#options.relations.filter(({ oid }) => oid !== relation.oid && dependents.has(oid))
    for (const opening of first.slice(0, MOST_FIRST)) {
      const prefix = asPrefix(actor, opening.trial)
      const candidates = secondSteps(this.#options, relation, others, opening, actor)
      for (const second of (await this.#through(candidates, prefix)).slice(0, MOST_OPENINGS)) {
        ascents.push(...(await this.#follow(relation, [opening, second])))
        if (ascents.length > 0) return ascents
      }
    }
    return ascents
  }

  async #through(candidates: readonly Opening[], prefix = ''): Promise<readonly Opening[]> {
    const shown = await Promise.all(candidates.map(({ trial }) => this.#session.glance(trial, prefix)))
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
    const touched = touchedThrough(this.#options, [...new Set([relation.oid, ...written])])
    if (!mayOpen(this.#options, last, touched)) return []
    const trials = trialsAfter(this.#options, this.#plans, touched, actor)
    const known = await this.#known(actor, trials)
    const open = trials.filter((trial) => touched.all.has(trial.target.base.oid) || isNew(trial, known))
    const prefix = asPrefix(actor, last.trial)
    // what the steps themselves changed or took away was not reached by what came after
    const gone = await this.#gone(prefix, actor, touched.all)
    const reaches = await reachesBehind(this.#session, prefix, open, joined(known, gone))
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

  async #gone(
    prefix: string,
    actor: Actor,
    touched: ReadonlySet<number>,
  ): Promise<readonly (readonly [relation: number, key: string])[]> {
    const tables = this.#options.relations.filter(({ oid, kind }) => touched.has(oid) && kind === 'table')
    const gone = await Promise.all(
      tables.map(async (table) => [table.oid, await this.#session.goneAfter(prefix, actor, table)] as const),
    )
    return gone.flatMap(([oid, places]) =>
      places.flatMap((place) => [[oid, `update ${place}`] as const, [oid, `delete ${place}`] as const]),
    )
  }

  /** What an account opens by metadata alone, beyond what any account of the kind does. */
  async accounts(): Promise<readonly Ascent[]> {
    const accounts = relationByName(this.#options.catalog, 'auth.users')
    const ascents: Ascent[] = []
    for (const step of accounts ? accountSteps(this.#options) : []) {
      if (!accounts || !(await this.#session.runs(step.sql))) continue
      const { actor, command, detail, sql, plain } = step
      const touched = touchedThrough(this.#options, [accounts.oid])
      const trials = trialsAfter(this.#options, this.#plans, touched, actor)
      const usual = (await this.#session.runs(plain))
        ? await reachesBehind(this.#session, plain, trials, NOTHING)
        : []
      const known = joined(NOTHING, [
        ...usual.flatMap((reach) => keysOf(reach).map((key) => [reach.relation, key] as const)),
        ...(await this.#gone(sql, actor, touched.all)),
      ])
      const reaches = await reachesBehind(this.#session, sql, trials, known)
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
      relations.map(
        async (oid) => [oid, await this.#options.battery.known(this.#sender, oid, actor)] as const,
      ),
    )
    return new Map(known)
  }

  #stepOf({ trial: { probe } }: Opening): Step {
    const relation = relationByOid(this.#options.catalog, probe.relation)
    return { command: probe.command, relation: relation?.qualified ?? '' }
  }
}

const MOST_FIRST = 4
const NOTHING: Known = new Map()

const isDoor = ({ kind, steps, reaches }: Ascent): boolean =>
  kind === 'probed' && steps[0]?.command === 'insert' && reaches.some(({ command }) => command === 'select')
