import { DatabaseError } from '../../database/connection.ts'
import type { Connection, StatementResult } from '../../database/connection.ts'
import { BECOME_SUPERUSER, sessionSql } from '../../database/impersonate.ts'
import type { CallObservation, RowChange } from '../../domain/call.ts'
import type { Relation, Routine } from '../../domain/catalog.ts'
import type { Outcome } from '../../domain/probe.ts'
import type { RoutineFacts } from '../../domain/routine-facts.ts'
import type { ServerError } from '../../domain/server-error.ts'
import type { Crew } from '../crew.ts'
import type { Scene } from '../scene.ts'
import type { Sender } from '../sender.ts'
import type { After, Knowledge } from '../understand.ts'
import { changesIn } from './changes.ts'
import { digestOf } from './digest.ts'
import { indexValues, shownBy } from './evidence.ts'
import type { ValueIndex } from './evidence.ts'
import { Looks } from './looks.ts'
import { furtherCalls, nobodysCall, planCalls } from './plan.ts'
import type { Call } from './plan.ts'
import { FILES, FORGET_COUNTS, touchedSql, watchedBy } from './written.ts'

export interface CallOptions extends Scene {
  readonly crew: Crew
  readonly lookup: Knowledge['lookup']
  readonly routines: readonly Routine[]
  readonly facts: ReadonlyMap<number, RoutineFacts>
}

/** Calls that are under way at once: what hangs costs their time together. */
const BATCH = 8
/** A function is given less time than a statement: it is called often. */
const TIMEOUT = "set local statement_timeout = '1500ms'"
const TIMED_OUT = '57014'

/** Calls every function as everybody who may, each call in a transaction that is rolled back. */
export async function probeFunctions(options: CallOptions): Promise<readonly CallObservation[]> {
  if (options.routines.length === 0) return []
  const index = indexValues(options)
  const observations = new Map<number, readonly CallObservation[]>()
  const watched = watchedBy(options)
  const touches = new Map<Connection, Promise<string>>()
  // a call that hangs holds up those that were sent after it
  const call = async (routine: Routine, { connection }: Sender): Promise<void> => {
    const facts = options.facts.get(routine.oid)
    if (!facts || facts.reachesOut !== null) return
    const touched = touches.get(connection) ?? touchedOn(connection, watched)
    touches.set(connection, touched)
    const caller = new Caller(connection, options, facts, index, await touched)
    observations.set(routine.oid, await caller.observe(routine))
  }
  await options.crew.share({ name: 'functions', atOnce: 1 }, options.routines, call)
  return options.routines.flatMap(({ oid }) => observations.get(oid) ?? [])
}

async function touchedOn(connection: Connection, watched: readonly Relation[]): Promise<string> {
  const [{ files } = { files: '{}' }] = await connection.rows<{ readonly files: string }>(FILES)
  return touchedSql(watched, files)
}

/** The calls of one function. */
class Caller {
  readonly #connection: Connection
  readonly #options: CallOptions
  readonly #facts: RoutineFacts
  readonly #index: ValueIndex
  readonly #touched: string
  readonly #looks: Looks

  constructor(
    connection: Connection,
    options: CallOptions,
    facts: RoutineFacts,
    index: ValueIndex,
    touched: string,
  ) {
    this.#connection = connection
    this.#options = options
    this.#facts = facts
    this.#index = index
    this.#touched = touched
    this.#looks = new Looks(connection, options)
  }

  async observe(routine: Routine): Promise<readonly CallObservation[]> {
    const first = await this.#planned(routine)
    if (first.some(isLate)) return first.map(({ observation }) => observation)
    const guesses = onePerAnswer(first.filter(isAnswer)).flatMap(
      ({ call }) => nobodysCall(call, this.#options) ?? [],
    )
    const missing = this.#facts.elevated && !first.some(isTelling)
    const further = await this.#all([
      ...guesses,
      ...(missing ? furtherCalls(this.#options, routine, this.#facts) : []),
    ])
    return [...first, ...further].map(({ observation }) => observation)
  }

  /** Who only serves as control is needed where nobody else got an answer. */
  async #planned(routine: Routine): Promise<readonly Seen[]> {
    const calls = planCalls(this.#options, routine, this.#facts)
    const isControl = ({ actor }: Call): boolean => actor.purpose === 'control'
    const judged = await this.#all(calls.filter((call) => !isControl(call)))
    if (judged.some(isLate) || judged.some(isTelling)) return judged
    return [...judged, ...(await this.#all(calls.filter(isControl)))]
  }

  /** In small batches, the first of them a single call: whoever does not come back from it does not from any. */
  async #all(calls: readonly Call[]): Promise<readonly Seen[]> {
    const done: Seen[] = []
    for (let at = 0; at < calls.length; at += at === 0 ? 1 : BATCH) {
      const batch = await Promise.all(
        calls.slice(at, at === 0 ? 1 : at + BATCH).map((call) => this.#one(call)),
      )
      const settled = await Promise.all(batch.map((seen) => this.#settle(seen)))
      done.push(...settled)
      if (settled.some(isLate)) break
    }
    return done
  }

  /** What wrote where nobody had looked is repeated with a look; what a foreign key stopped, without foreign keys. */
  async #settle(seen: Seen): Promise<Seen> {
    if (seen.unseen) return this.#one(seen.call)
    if (!FOREIGN_KEYS.has(seen.observation.error?.sqlstate ?? '')) return seen
    const eased = await this.#one(seen.call, WITHOUT_KEYS)
    if (eased.observation.error) return seen
    return eased.unseen ? this.#one(seen.call, WITHOUT_KEYS) : eased
  }

  async #one(call: Call, before = ''): Promise<Seen> {
    const looked = mayWrite(call) ? this.#looks.all : []
    const looks = looked.map(([, text]) => text)
    try {
      const results = await this.#send(call, [this.#touched, ...looks], before)
      const after = results.slice(results.length - looks.length)
      const touched = mayWrite(call) ? (results.at(-1 - looks.length)?.rows ?? []) : []
      const changed = looked.flatMap(([{ oid }], at) =>
        touched.some(({ relid }) => Number(relid) === oid)
          ? changesIn(oid, (after[at]?.rows ?? []) as unknown as readonly After[], this.#options)
          : [],
      )
      const fresh = touched.filter(({ relid }) => !looked.some(([{ oid }]) => oid === Number(relid)))
      await Promise.all(fresh.map(({ relid }) => this.#looks.into(Number(relid))))
      return {
        call,
        observation: this.#answered(call, results, changed, looks.length),
        unseen: fresh.length > 0,
      }
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      return { call, observation: this.#refused(call, error.error), unseen: false }
    }
  }

  /** What the session had written before counts for nothing: it is told to the statistics of the server first. */
  async #send(call: Call, looks: readonly string[], before: string): Promise<readonly StatementResult[]> {
    const message = messageFor(call, looks, before)
    if (!mayWrite(call)) return this.#connection.results(message)
    const [, results] = await Promise.all([
      this.#connection.run(FORGET_COUNTS),
      this.#connection.results(message),
    ])
    return results
  }

  #answered(
    call: Call,
    results: readonly StatementResult[],
    changed: readonly RowChange[],
    looks: number,
  ): CallObservation {
    const result = mayWrite(call) ? results.at(-(3 + 1 + 1 + looks)) : results.at(-1)
    const answers = (result?.rows ?? []).map((row) => ('row' in row ? row['row'] : row))
    const telling = answers.filter((answer) => answer !== null && answer !== '' && !isEmpty(answer))
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
      digest: digestOf(call, answers),
      shown: this.#shown(call, telling),
      changed,
    }
  }

  /** What a refusal says is an answer, too: message, detail and hint reach the client. */
  #refused(call: Call, error: ServerError): CallObservation {
    const { message, detail, hint } = error
    return {
      ...this.#common(call),
      outcome: { kind: 'broken', sqlstate: error.sqlstate, message },
      error,
      answered: false,
      digest: '',
      shown: this.#shown(
        call,
        [message, detail, hint].filter((text) => text !== undefined),
      ),
      changed: [],
    }
  }

  #shown(call: Call, answers: readonly unknown[]): CallObservation['shown'] {
    return shownBy(call, answers, this.#facts, this.#options.population, this.#index)
  }

  #common({ routine, actor, attempt, of, choice, statement }: Call) {
    return { routine: routine.oid, actor: actor.name, attempt, of, choice, statement }
  }
}

interface Seen {
  readonly call: Call
  readonly observation: CallObservation
  /** it wrote to a table that was not looked into */
  readonly unseen: boolean
}

const isLate = ({ observation }: Seen): boolean => observation.error?.sqlstate === TIMED_OUT

/** Something came back about somebody else that is no row of theirs: what would be answered about nobody? */
const isAnswer = ({ observation }: Seen): boolean =>
  observation.attempt === 'call with another’s keys' &&
  observation.answered &&
  observation.shown.length === 0 &&
  observation.changed.length === 0

/** The same answer about the same person is held against a guess once. */
const onePerAnswer = (seen: readonly Seen[]): readonly Seen[] => [
  ...new Map(
    seen.map((one) => {
      const { actor, of, digest } = one.observation
      return [JSON.stringify([actor, of, digest]), one] as const
    }),
  ).values(),
]

const isTelling = ({ observation }: Seen): boolean =>
  observation.outcome.kind === 'affected' || observation.answered

const isEmpty = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && Object.values(answer).every((value) => value === null)

/** PostgreSQL lets only volatile functions write. */
const mayWrite = ({ routine }: Call): boolean =>
  routine.volatility === 'volatile' || routine.kind === 'procedure'

/** Foreign keys and RESTRICT: the next row may have nothing that stands in the way. */
const FOREIGN_KEYS: ReadonlySet<string> = new Set(['23001', '23503'])
const WITHOUT_KEYS = 'set local session_replication_role = replica'

function messageFor(call: Call, looks: readonly string[], easing: string): string {
  const before = ['rollback', 'begin', TIMEOUT, ...(easing === '' ? [] : [easing]), sessionSql(call.actor)]
  // deferred keys and constraint triggers must fire while the actor is still the actor
  const after = ['set constraints all immediate', BECOME_SUPERUSER, ...looks]
  return [...before, call.statement, ...(mayWrite(call) ? after : [])].join(';\n')
}
