import { Connection, DatabaseError } from '../../database/connection.ts'
import type { StatementResult } from '../../database/connection.ts'
import { BECOME_SUPERUSER, PREPARE_CONNECTION, sessionSql } from '../../database/impersonate.ts'
import type { CallObservation, RowChange } from '../../domain/call.ts'
import { relationByOid } from '../../domain/catalog.ts'
import type { Routine } from '../../domain/catalog.ts'
import type { Outcome } from '../../domain/probe.ts'
import type { RoutineFacts } from '../../domain/routine-facts.ts'
import type { ConnectionTarget } from '../../domain/server.ts'
import type { ServerError } from '../../domain/server-error.ts'
import type { Scene } from '../scene.ts'
import { allRowsSql } from '../send.ts'
import type { After, Knowledge } from '../understand.ts'
import { changesIn, indexValues, shownBy } from './evidence.ts'
import type { ValueIndex } from './evidence.ts'
import { planCalls } from './plan.ts'
import type { Call } from './plan.ts'

export interface CallOptions extends Scene {
  /** databases that hold the same: the functions are shared out over them */
  readonly targets: readonly ConnectionTarget[]
  readonly lookup: Knowledge['lookup']
  readonly routines: readonly Routine[]
  readonly facts: ReadonlyMap<number, RoutineFacts>
  readonly signal: AbortSignal
}

/** Calls that are under way at once: what hangs costs their time together. */
const BATCH = 24
/** A function is given less time than a statement: it is called often. */
const TIMEOUT = "set local statement_timeout = '1500ms'"
const TIMED_OUT = '57014'

/** Calls every function as everybody who may, each call in a transaction that is rolled back. */
export async function probeFunctions(options: CallOptions): Promise<readonly CallObservation[]> {
  if (options.routines.length === 0) return []
  const index = indexValues(options.population)
  const observations = new Map<number, readonly CallObservation[]>()
  const queue = [...options.routines]
  const work = async (target: ConnectionTarget): Promise<void> => {
    await using connection = await Connection.open(target, { pipelined: true })
    await connection.run(PREPARE_CONNECTION)
    for (let routine = queue.shift(); routine; routine = queue.shift()) {
      options.signal.throwIfAborted()
      const facts = options.facts.get(routine.oid)
      if (facts && facts.reachesOut === null)
        observations.set(routine.oid, await new Caller(connection, options, facts, index).observe(routine))
    }
    await connection.run('rollback')
  }
  await Promise.all(options.targets.map(work))
  return options.routines.flatMap(({ oid }) => observations.get(oid) ?? [])
}

/** The calls of one function. */
class Caller {
  readonly #connection: Connection
  readonly #options: CallOptions
  readonly #facts: RoutineFacts
  readonly #index: ValueIndex
  readonly #touched: string

  constructor(connection: Connection, options: CallOptions, facts: RoutineFacts, index: ValueIndex) {
    this.#connection = connection
    this.#options = options
    this.#facts = facts
    this.#index = index
    this.#touched = touchedSql([...options.population.rows.keys()])
  }

  async observe(routine: Routine): Promise<readonly CallObservation[]> {
    const calls = planCalls(this.#options, routine, this.#facts)
    const isJudged = ({ actor }: Call): boolean => actor.purpose === 'judged'
    const observations = await this.#wave(calls.filter(isJudged))
    // who only serves as control is needed where nobody else got an answer
    if (!observations.some(isProof))
      observations.push(...(await this.#wave(calls.filter((call) => !isJudged(call)))))
    const again = new Set(observations.filter(({ changed }) => changed.length > 0).map(keyOf))
    return observations.filter((one) => one.changed.length > 0 || !again.has(keyOf(one)))
  }

  /** Some of the calls, in batches. */
  async #wave(calls: readonly Call[]): Promise<CallObservation[]> {
    const observations: CallObservation[] = []
    // one call first: whoever does not come back from it does not from any
    for (let at = 0; at < calls.length; at += at === 0 ? 1 : BATCH) {
      const batch = calls.slice(at, at === 0 ? 1 : at + BATCH)
      const seen = await Promise.all(batch.map((call) => this.#one(call)))
      observations.push(...seen.map(({ observation }) => observation))
      for (const { call, touched } of seen.filter((one) => one.touched.length > 0))
        observations.push(await this.#again(call, touched))
      if (seen.some(({ observation }) => observation.error?.sqlstate === TIMED_OUT)) break
    }
    return observations
  }

  async #one(call: Call): Promise<{
    readonly call: Call
    readonly observation: CallObservation
    readonly touched: readonly number[]
  }> {
    try {
      const results = await this.#connection.results(messageFor(call, this.#touched))
      const touched = mayWrite(call) ? (results.at(-1)?.rows ?? []).map(({ relid }) => Number(relid)) : []
      return { call, observation: this.#answered(call, results, []), touched }
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      return { call, observation: this.#refused(call, error.error), touched: [] }
    }
  }

  /** The same call once more, with a look at the tables that it wrote to. */
  async #again(call: Call, touched: readonly number[]): Promise<CallObservation> {
    const { catalog, population } = this.#options
    const relations = touched.flatMap((oid) => relationByOid(catalog, oid) ?? [])
    const looks = relations.map((relation) =>
      allRowsSql(
        relation,
        (population.rows.get(relation.oid) ?? []).map(({ place }) => place),
      ),
    )
    try {
      const results = await this.#connection.results(messageFor(call, looks.join(';\n') || 'select 1'))
      const after = looks.length > 0 ? results.slice(-looks.length) : []
      const changed = relations.flatMap(({ oid }, at) =>
        changesIn(oid, (after[at]?.rows ?? []) as unknown as readonly After[], this.#options),
      )
      return this.#answered(call, results, changed, looks.length)
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      return this.#refused(call, error.error)
    }
  }

  #answered(
    call: Call,
    results: readonly StatementResult[],
    changed: readonly RowChange[],
    looks = 1,
  ): CallObservation {
    const result = mayWrite(call) ? results.at(-(3 + 1 + Math.max(1, looks))) : results.at(-1)
    const answers = (result?.rows ?? []).map((row) => ('row' in row ? row['row'] : row))
    const telling = answers.filter((answer) => answer !== null && answer !== '' && !isEmpty(answer))
    const shown = shownBy(call, telling, this.#facts, this.#options.population, this.#index)
    const outcome: Outcome =
      changed.length > 0
        ? { kind: 'affected', rows: changed.length }
        : { kind: 'returned', rows: telling.length }
    const scalar = call.routine.returnsSet || answers.length !== 1 ? undefined : answers[0]
    return {
      ...this.#common(call),
      outcome,
      answered: telling.length > 0,
      ...(typeof scalar === 'object' ? {} : { scalar }),
      shown,
      changed,
    }
  }

  #refused(call: Call, error: ServerError): CallObservation {
    return {
      ...this.#common(call),
      outcome: { kind: 'broken', sqlstate: error.sqlstate, message: error.message },
      error,
      answered: false,
      shown: [],
      changed: [],
    }
  }

  #common({ routine, actor, attempt, of, choice, statement }: Call) {
    return { routine: routine.oid, actor: actor.name, attempt, of, choice, statement }
  }
}

/** Something came back, or was changed, for keys that are somebody's. */
const isProof = ({ answered, outcome, of, attempt }: CallObservation): boolean =>
  of !== null && attempt !== 'call with nobody’s keys' && (answered || outcome.kind === 'affected')

const keyOf = ({ actor, attempt, of, choice }: CallObservation): string =>
  JSON.stringify([actor, attempt, of, choice])

const isEmpty = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && Object.values(answer).every((value) => value === null)

/** PostgreSQL lets only volatile functions write. */
const mayWrite = ({ routine }: Call): boolean =>
  routine.volatility === 'volatile' || routine.kind === 'procedure'

/**
 * Which of these tables this transaction has written to so far (manual, "The Cumulative Statistics System"). The view
 * pg_stat_xact_all_tables says the same and goes through the whole catalog, after every call.
 */
const touchedSql = (relations: readonly number[]): string =>
  `select relid::int8 as relid from unnest('{${relations.join(',')}}'::oid[]) as relid where pg_stat_get_xact_tuples_inserted(relid) + pg_stat_get_xact_tuples_updated(relid) + pg_stat_get_xact_tuples_deleted(relid) > 0`

function messageFor(call: Call, look: string): string {
  const before = ['rollback', 'begin', TIMEOUT, sessionSql(call.actor), call.statement]
  // deferred keys and constraint triggers must fire while the actor is still the actor
  const after = ['set constraints all immediate', BECOME_SUPERUSER, look]
  return [...before, ...(mayWrite(call) ? after : [])].join(';\n')
}
