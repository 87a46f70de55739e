import type { Connection, StatementResult } from '../database/connection.ts'
import { DatabaseError } from '../database/connection.ts'
import { BECOME_SUPERUSER, roleSql, sessionSql } from '../database/impersonate.ts'
import type { Relation } from '../domain/catalog.ts'
import { holdsRows } from '../domain/catalog.ts'
import type { Isolation } from '../domain/config.ts'
import type { Actor } from '../domain/population.ts'
import { allRowsSql, answerTo, messageFor } from './send.ts'
import type { Answer } from './send.ts'
import type { Trial } from './trial.ts'

/** What a trial is sent behind, beside what is its own. */
export interface Behind {
  /** places of all rows that stand in the relation */
  readonly places: readonly string[]
  readonly actor: Actor
  /** SQL that many trials come after, which ends as the superuser; '' where there is none */
  readonly prefix: string
}

/**
 * Sends trials over one connection. Those of one actor behind the same prefix share a transaction: after each, everything
 * goes back to the savepoint, the session's settings among it. Whatever else goes over the connection must go through here.
 */
export class Sender {
  readonly connection: Connection
  readonly isolation: Isolation
  /** what the open transaction began with; null where it is none that trials share */
  #context: string | null = null
  readonly #prepared = new Map<number, { readonly name: string; readonly places: readonly string[] }>()

  private constructor(connection: Connection, isolation: Isolation) {
    this.connection = connection
    this.isolation = isolation
  }

  /** Trials share transactions only where the server is seen to bring an actor back. */
  static async on(connection: Connection, wanted: Isolation, actors: readonly Actor[]): Promise<Sender> {
    const actor = actors.find(({ login, role }) => login !== role) ?? actors[0]
    const isKept = wanted === 'savepoint' && actor !== undefined && (await bringsBack(connection, actor))
    return new Sender(connection, isKept ? 'savepoint' : 'transaction')
  }

  /** Anything else, which begins with a rollback. */
  results(text: string): Promise<readonly StatementResult[]> {
    this.#context = null
    return this.connection.results(text)
  }

  /** Errors of the server are answers; a lost connection is not and rejects. */
  async send(trial: Trial, behind: Behind): Promise<Answer> {
    if (this.isolation === 'transaction' || (trial.before !== null && behind.actor.scene !== undefined))
      return this.sendAlone(trial, behind)
    const answer = await this.#answer(trial, this.#sharedMessage(trial, behind))
    return answer.kind === 'error' && UNSHARED.has(answer.error.sqlstate)
      ? this.sendAlone(trial, behind)
      : answer
  }

  /**
   * Sends several trials of one actor in one message, where nothing is to come of any of them (`isQuiet`).
   *
   * @returns answers up to the first of them that did get through, and null for what must be asked by itself
   */
  async sendTogether(
    trials: readonly Trial[],
    behind: Pick<Behind, 'actor' | 'prefix'>,
  ): Promise<readonly (Answer | null)[]> {
    const nothing = trials.map(() => null)
    if (this.isolation === 'transaction') return nothing
    try {
      const message = [this.#start(behind), ...trials.map(({ statement }) => statement)].join(';\n')
      const results = (await this.connection.results(message)).slice(-trials.length)
      const isThrough = (index: number): boolean =>
        trials[index]?.probe.command !== 'select' && results[index]?.count !== 0
      const first = trials.findIndex((_, index) => isThrough(index))
      return trials.map((trial, index) => {
        const result = results[index]
        if (!result || (first !== -1 && index >= first)) return null
        return trial.probe.command === 'select' ? answerTo(trial, [result]) : { kind: 'untouched' }
      })
    } catch (error) {
      if (error instanceof DatabaseError) return nothing
      throw error
    }
  }

  /** In a transaction of its own: what was done before is rolled back, and so will be what this does. */
  sendAlone(trial: Trial, { places, actor, prefix }: Behind): Promise<Answer> {
    this.#context = null
    const before = [prefix, trial.before ?? ''].filter((text) => text !== '').join(';\n')
    return this.#answer(trial, messageFor({ ...trial, before: before === '' ? null : before }, places, actor))
  }

  /** Rows that the superuser finds behind a prefix, in the transaction of the actor's trials; null where it fails. */
  async look(
    query: string,
    behind: Pick<Behind, 'actor' | 'prefix'>,
  ): Promise<StatementResult['rows'] | null> {
    const shared = [this.#start(behind), BECOME_SUPERUSER, query].join(';\n')
    const alone = ['rollback', 'begin', behind.prefix, query].join(';\n')
    try {
      const results = await this.connection.results(shared).catch((error: unknown) => {
        if (error instanceof DatabaseError && UNSHARED.has(error.error.sqlstate)) return this.results(alone)
        throw error
      })
      return results.at(-1)?.rows ?? []
    } catch (error) {
      if (error instanceof DatabaseError) return null
      throw error
    }
  }

  async #answer(trial: Trial, message: string): Promise<Answer> {
    try {
      return answerTo(trial, await this.connection.results(message))
    } catch (error) {
      if (error instanceof DatabaseError) return { kind: 'error', error: error.error }
      throw error
    }
  }

  /** Back to where the actor's trials begin; there for the first time, the transaction is begun. */
  #start({ actor, prefix }: Pick<Behind, 'actor' | 'prefix'>, preparation = ''): string {
    const context = `${prefix}\n${sessionOf(actor)}`
    if (context === this.#context && preparation === '') return 'rollback to before_trial'
    this.#context = context
    const parts = ['rollback', preparation, 'begin', prefix, sessionOf(actor), 'savepoint before_trial']
    return parts.filter((text) => text !== '').join(';\n')
  }

  #sharedMessage(trial: Trial, behind: Behind): string {
    const { actor, places } = behind
    const { base } = trial.target
    // what was set for the actor stays set
    const own = trial.before === null ? [] : [BECOME_SUPERUSER, trial.before, roleSql(actor)]
    if (trial.probe.command === 'select') return [this.#start(behind), ...own, trial.statement].join(';\n')
    const isPrepared = !holdsRows(base) || this.#prepared.get(base.oid)?.places === places
    const start = this.#start(behind, isPrepared ? '' : this.#prepare(base, places))
    const { name } = this.#prepared.get(base.oid) ?? {}
    return [
      start,
      ...own,
      trial.statement,
      // deferred keys and constraint triggers must fire while the actor is still the actor
      'set constraints all immediate',
      BECOME_SUPERUSER,
      name === undefined ? allRowsSql(base, places) : `execute ${name}`,
    ].join(';\n')
  }

  /** The look at a table is the same after every trial: parsed and planned once. */
  #prepare(base: Relation, places: readonly string[]): string {
    const known = this.#prepared.get(base.oid)
    const name = known?.name ?? `rows_of_${base.oid}`
    this.#prepared.set(base.oid, { name, places })
    return [...(known ? [`deallocate ${name}`] : []), `prepare ${name} as ${allRowsSql(base, places)}`].join(
      ';\n',
    )
  }
}

/**
 * A transaction, a savepoint or a prepared statement that is not there: a statement before has ended or forgotten it.
 */
const UNSHARED: ReadonlySet<string> = new Set(['25P01', '25P02', '3B001', '26000'])

/**
 * Whether ROLLBACK TO restores who the session is: before 15.9, 16.5 and 17.1 servers forgot the role, having restored the
 * login role after it (CVE-2024-10978).
 */
async function bringsBack(connection: Connection, actor: Actor): Promise<boolean> {
  const who =
    "select current_user || ' ' || session_user || ' ' || coalesce(current_setting('request.jwt.claims', true), '') as who"
  const back = 'rollback to before_trial'
  const changes = [
    BECOME_SUPERUSER,
    `${BECOME_SUPERUSER};\n${roleSql(actor)};\n${BECOME_SUPERUSER}`,
    "select set_config('role', 'none', true), set_config('request.jwt.claims', '', true)",
  ]
  const text = [
    `rollback;\nbegin;\n${sessionOf(actor)};\nsavepoint before_trial;\n${who}`,
    ...changes.map((change) => `${change};\n${back};\n${who}`),
    'rollback',
  ].join(';\n')
  const results = await connection.results(text).catch((error: unknown) => {
    if (error instanceof DatabaseError) return []
    throw error
  })
  const seen = results.flatMap(({ rows }) => rows.flatMap((row) => ('who' in row ? [row['who']] : [])))
  return seen.length === 4 && new Set(seen).size === 1
}

const sessions = new WeakMap<Actor, string>()

/** The same text for the same actor: it is compared before every trial. */
function sessionOf(actor: Actor): string {
  const session = sessions.get(actor) ?? sessionSql(actor)
  sessions.set(actor, session)
  return session
}
