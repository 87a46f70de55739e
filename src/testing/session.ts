import { AsyncLocalStorage } from 'node:async_hooks'
import { BECOME_SUPERUSER, clearSettingsSql, sessionSql, settingsSql } from '../database/impersonate.ts'
import { DatabaseError } from '../database/connection.ts'
import type { Connection, StatementResult } from '../database/connection.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import type { Actor } from '../domain/population.ts'
import type { ServerError } from '../domain/server-error.ts'
import type { Outcome } from '../domain/probe.ts'
import { turnOf } from '../gateway/host.ts'
import type { Definition } from '../judge/blame.ts'
import { HarnessError } from '../errors.ts'
import { quoteLiteral } from '../sql/quote.ts'
import { resultOutcome } from './attempt.ts'
import type { Attempt, Row } from './attempt.ts'
import { endTransaction, MARK } from './ending.ts'
import { isEmpty, withValues } from './inline.ts'
import type { Completed, RowWishes } from './seeding.ts'
import { lookOn, runTrial, SAVEPOINT, UNDO } from './trial.ts'
import type { Trial, Tried } from './trial.ts'
import { endedTransaction, isOver, occupied, OUTSIDE } from './session-errors.ts'
import { describeStatement, readRefusal } from './statement.ts'

/** What is known of the database that a test runs in. */
export interface Knowledge {
  readonly catalog: Catalog
  readonly model: Model
  /** where policies, views and functions were defined */
  readonly definitions: readonly Definition[]
  /** sessions of the cast */
  readonly actors: readonly Actor[]
}

const OUTER = 'rls_harness_passing'
/** Milliseconds that an assertion waits for a client's transaction. */
const PATIENCE_MS = 3000

/**
 * Which session has its connection to itself for what is running. One for all: every storage costs time with each promise from
 * its first use on.
 */
const inside = new AsyncLocalStorage<TestSession>()

/**
 * The transaction of one test. Whoever acts in it is set explicitly, before and after: what ROLLBACK TO restores of role
 * and session authorization is not relied upon.
 */
export class TestSession {
  readonly #connection: Connection
  readonly #id: string
  /** the last thing that was asked for; the next one waits for it */
  #last: Promise<unknown> = Promise.resolve()
  #underWay = 0
  /** its transaction is over: what is still asked for would happen in that of another test */
  #isOver = false
  /** what the test did to the database and kept, as SQL */
  readonly #log: string[] = []
  readonly knowledge: Knowledge
  /** clients of the application speak in the same transaction */
  hasClients = false
  /** told of statements that may have changed rows */
  onChange: () => void = () => {}
  /** completes the values of a row that somebody is to insert */
  complete: (actor: Actor, relation: Relation, wishes: RowWishes) => Promise<Completed> = () =>
    Promise.reject(new Error('nobody makes rows in this session'))

  constructor(connection: Connection, id: string, knowledge: Knowledge) {
    this.#connection = connection
    this.#id = id
    this.knowledge = knowledge
  }

  async begin(): Promise<void> {
    await this.#connection.run(`begin; select set_config('${MARK}', ${quoteLiteral(this.#id)}, true)`)
  }

  /** One after the other: an attempt takes several messages, and another's must not come in between. What it does itself may. */
  alone<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    if (this.#isOver) return Promise.reject(isOver(this.#id))
    if (inside.getStore() === this) return work(this.#connection)
    this.#underWay++
    const result = this.#last
      .then(() => inside.run(this, () => this.#inTurn(work)))
      .finally(() => this.#underWay--)
    this.#last = result.catch(() => {})
    return result
  }

  /** Clients of a gateway speak on the same connection: while one is inside of a transaction, nobody else does. */
  async #inTurn<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const turn = turnOf(this.#connection)
    const who = {}
    if (!(await turn.take(who, 'an assertion of the test', PATIENCE_MS))) throw occupied(turn.description)
    try {
      return await work(this.#connection)
    } finally {
      turn.release(who)
    }
  }

  /** Keeps what was done as superuser for the reproduction of what comes after it. */
  note(sql: string): void {
    this.#log.push(sql)
  }

  /** Tries a statement of an actor. Errors of the server are answers; a lost connection is not and rejects. */
  try(trial: Trial): Promise<Tried> {
    return this.alone((connection) => runTrial(connection, trial))
  }

  /** Runs work of several steps and takes all of it back, rows that were made for it among them. */
  passing<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.alone(async (connection) => {
      const before = this.#log.length
      await connection.run(`savepoint ${OUTER}`)
      try {
        return await work()
      } finally {
        await connection.run(`rollback to savepoint ${OUTER};\nrelease savepoint ${OUTER}`)
        if (this.#log.length > before) this.onChange()
        this.#log.length = before
      }
    })
  }

  /** What the superuser, or somebody, gets to see; the rows of the last statement. */
  look(sql: string, as: Actor | null = null): Promise<readonly Row[]> {
    return this.alone(async (connection) => {
      const session = as ? `;\n${sessionSql(as)}` : ''
      try {
        await connection.run(`savepoint ${SAVEPOINT}${session}`)
        return await lookOn(connection, sql)
      } finally {
        await connection.run(UNDO)
      }
    })
  }

  /** A statement that the test wrote, and what the server did with it. */
  async attempt(actor: Actor, statement: string, values: readonly unknown[] = []): Promise<Attempt> {
    const { catalog, model } = this.knowledge
    if (isEmpty(statement))
      throw new HarnessError('USAGE', `there is no statement in ${JSON.stringify(statement)}`)
    const described = describeStatement(catalog, statement)
    const isRead = described.command === null || described.command === 'select'
    const { result, error } = await this.try({ actor, statement, values })
    const outcome: Outcome = error
      ? readRefusal(error, described, { catalog, model, role: actor.role })
      : resultOutcome(result, isRead)
    const isNone = (outcome.kind === 'returned' || outcome.kind === 'affected') && outcome.rows === 0
    return {
      actor,
      session: this,
      statement,
      values,
      outcome,
      rows: result.at(-1)?.rows ?? [],
      ...(error ? { error } : {}),
      control: isNone ? await this.#unfiltered(actor, statement, values) : null,
      reproduction: this.reproductionOf(actor, statement, values),
    }
  }

  /** Rows that the statement reaches with the same claims where row security does not apply; null where it fails. */
  async #unfiltered(actor: Actor, statement: string, values: readonly unknown[]): Promise<number | null> {
    const answer = await this.#bypass(actor, statement, values)
    return typeof answer === 'number' ? answer : null
  }

  /** Whether a write reaches rows where row security does not apply: a constraint stops it after it has. */
  async wouldReach(actor: Actor, statement: string): Promise<boolean> {
    const answer = await this.#bypass(actor, statement, [])
    return typeof answer === 'number' ? answer > 0 : answer.sqlstate.startsWith('23')
  }

  #bypass(actor: Actor, statement: string, values: readonly unknown[]): Promise<number | ServerError> {
    return this.alone(async (connection) => {
      await connection.run(`savepoint ${SAVEPOINT};\n${settingsSql(actor)}`)
      try {
        const last = (await connection.execute(statement, values)).at(-1)
        return last?.count ?? last?.rows.length ?? 0
      } catch (error) {
        if (error instanceof DatabaseError) return error.error
        throw error
      } finally {
        await connection.run(UNDO)
      }
    })
  }

  /**
   * Runs a statement whose effects stay until the end of the test; as the superuser where there is no actor.
   *
   * @throws DatabaseError where the server refuses it; the transaction goes on as if it had not been sent
   */
  keep(actor: Actor | null, statement: string, values: readonly unknown[] = []): Promise<StatementResult> {
    return this.alone(async (connection) => {
      await connection.run(`savepoint ${SAVEPOINT}`)
      try {
        if (actor) await connection.run(sessionSql(actor))
        const last = (await connection.execute(statement, values)).at(-1)
        const back = actor ? `${BECOME_SUPERUSER};\n${clearSettingsSql(actor)};\n` : ''
        await connection.run(`${back}release savepoint ${SAVEPOINT}`)
        this.#log.push(
          ...(actor
            ? [sessionSql(actor), withValues(statement, values), BECOME_SUPERUSER]
            : [withValues(statement, values)]),
        )
        this.onChange()
        return last ?? { rows: [], count: null }
      } catch (error) {
        if (!(error instanceof DatabaseError)) throw error
        if (OUTSIDE.has(error.error.sqlstate)) throw endedTransaction(statement)
        await connection.run(UNDO)
        throw error
      }
    })
  }

  /** A psql script for a database with the migrations and the cast: what the test did so far, then the statement. */
  reproductionOf(actor: Actor, statement: string, values: readonly unknown[] = []): string {
    const steps = [...this.#log, sessionSql(actor), withValues(statement, values)]
    const clients = this.hasClients ? ['-- what clients did through databaseUrl() is not repeated here'] : []
    return [
      'begin;',
      ...clients,
      ...steps.map((step) => `${step.trimEnd().replace(/;$/, '')};`),
      'rollback;',
    ].join('\n')
  }

  /**
   * Takes back everything that the test did.
   *
   * @returns what the test left behind that it should not have: sentences for a person
   */
  async end(): Promise<readonly string[]> {
    const waiting = this.#underWay
    let last: Promise<unknown> | undefined
    // what was waited for may have asked for more
    while (last !== this.#last) {
      last = this.#last
      await last
    }
    this.#isOver = true
    const problems =
      waiting > 0 ? ['it ended while statements of its were under way: an await is missing'] : []
    return [...problems, ...(await endTransaction(this.#connection, this.#id))]
  }
}
