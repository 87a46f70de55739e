import { DatabaseError } from '../database/connection.ts'
import { choosesRole, transactionStep } from './classify.ts'
import { isOfPlatform } from './dump.ts'
import {
  alterExtension,
  concernsSkipped,
  createExtension,
  isAlterExtension,
  isCreateExtension,
} from './extension.ts'
import { statementFailed, statementRefused } from './failure.ts'
import type { PassedInFile } from './lenient.ts'
import { SAVED, type MigrationSession } from './session.ts'
import type { Step } from './steps.ts'

/** SQL that tells the server where the next statement stands. */
export type Recorder = (location: { readonly file: string; readonly line: number }) => string

const INSUFFICIENT_PRIVILEGE = '42501'
const UNDEFINED_OBJECT = '42704'

/**
 * Three errors that depend on how a file is run: not allowed in a transaction block (25001), a new enum value used
 * in the transaction that adds it (55P04), COMMIT in a DO block (2D000).
 */
export const TRANSACTION_IN_THE_WAY: ReadonlySet<string> = new Set(['25001', '55P04', '2D000'])

export interface FileRunOptions {
  readonly record: Recorder | undefined
  /** where it is given, what fails is kept there, and the next statement runs */
  readonly passed?: PassedInFile | undefined
  /** of a schema file: what is there before it; its data are left out */
  readonly platformSchemas?: readonly string[] | undefined
}

/** One pass over a file's statements, in a transaction of ours or as the file says. */
export class FileRun {
  readonly notes: string[] = []
  readonly #session: MigrationSession
  readonly #record: Recorder | undefined
  readonly #passed: PassedInFile | undefined
  readonly #platformSchemas: readonly string[] | undefined
  #leftOut = 0
  #dataOf = 0
  #inTransaction = false
  /** the transaction is the harness's, not one of the file's own */
  #isOurs = false
  /** of a transaction of the file's own what ran in it, beginning with what began it */
  #opened: Step[] = []

  constructor(session: MigrationSession, { record, passed, platformSchemas }: FileRunOptions) {
    this.#session = session
    this.#record = record
    this.#passed = passed
    this.#platformSchemas = platformSchemas
  }

  /** @throws HarnessError MIGRATION_FAILED; its cause is the DatabaseError */
  async inTransaction(steps: readonly Step[]): Promise<void> {
    await this.#session.connection.run('begin')
    this.#inTransaction = true
    this.#isOurs = true
    for (const step of steps) await this.#run(step)
    await this.#session.connection.run('commit')
    this.#inTransaction = false
    this.#isOurs = false
  }

  async inAutocommit(steps: readonly Step[]): Promise<void> {
    for (const step of steps) await this.#run(step)
    const [opened] = this.#opened
    if (!opened) return
    const reason = 'the file begins a transaction and never ends it'
    if (!this.#passed) throw statementRefused(opened, reason)
    await this.#session.connection.run('rollback')
    this.#passed.undone(opened, this.#opened, { sqlstate: null, message: `${reason}: it was rolled back` })
    this.#opened = []
  }

  async #run(step: Step): Promise<void> {
    if (concernsSkipped(step, this.#session.skippedExtensions)) return
    try {
      await (this.#passed ? this.#guarded(step) : this.#one(step))
      this.#passed?.ran(step)
      if (this.#opened.length > 0) this.#opened.push(step)
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      const { error: reason } = error
      if (!this.#passed || (this.#isOurs && TRANSACTION_IN_THE_WAY.has(reason.sqlstate)))
        throw statementFailed(step, reason, error)
      if (transactionStep(step) !== 'ends') return this.#passed.failed(step, reason)
      // a COMMIT that fails has ended the transaction, too
      this.#passed.undone(step, this.#opened, reason)
      this.#opened = []
      this.#inTransaction = false
    }
  }

  /** In a transaction a failure undoes the statement alone. */
  #guarded(step: Step): Promise<void> {
    const effect = transactionStep(step)
    if (effect === 'begins' || effect === 'ends') return this.#one(step)
    return this.#session.guarded(this.#inTransaction, effect === 'within', () => this.#one(step))
  }

  async #one(step: Step): Promise<void> {
    if (this.#platformSchemas) return this.#ofSchema(step, this.#platformSchemas)
    await this.#plain(step)
  }

  /** A dump makes what is there already, and holds rows of real people. */
  async #ofSchema(step: Step, platformSchemas: readonly string[]): Promise<void> {
    if (step.part.kind === 'copy') {
      this.#dataOf += 1
      return
    }
    if (transactionStep(step) !== 'none') return this.#plain(step)
    try {
      await this.#session.guarded(this.#inTransaction, false, () => this.#plain(step))
    } catch (error) {
      if (!isOfPlatform(step, error, platformSchemas)) throw error
      this.#leftOut += 1
    }
  }

  /** What a schema file held and was left out, as notes. */
  schemaNotes(): readonly string[] {
    return [
      ...(this.#leftOut > 0
        ? [`${this.#leftOut} of its statements make what the platform has already: left out`]
        : []),
      ...(this.#dataOf > 0
        ? [
            `the data of ${this.#dataOf} table${this.#dataOf === 1 ? '' : 's'}: left out, only the schema counts`,
          ]
        : []),
    ]
  }

  async #plain(step: Step): Promise<void> {
    if (transactionStep(step) !== 'none') await this.#control(step)
    else if (isCreateExtension(step)) await this.#extension(step, createExtension)
    else if (isAlterExtension(step)) await this.#extension(step, alterExtension)
    else await this.#execute(step)
  }

  /** Sent alone: a savepoint around it would change what it means. */
  async #control(step: Step): Promise<void> {
    await this.#session.connection.run(step.text)
    const effect = transactionStep(step)
    if (effect === 'begins' && this.#opened.length === 0) this.#opened = [step]
    if (effect === 'ends') this.#opened = []
    if (effect !== 'within') this.#inTransaction = effect === 'begins'
  }

  async #extension(step: Step, work: typeof createExtension): Promise<void> {
    const record = this.#recordSql(step)
    if (record !== '') await this.#session.connection.run(record)
    const note = await work(this.#session, step, this.#inTransaction)
    if (note !== undefined) this.#note(step, note)
  }

  async #execute(step: Step): Promise<void> {
    try {
      await this.#send(step, this.#session.role !== null)
    } catch (error) {
      if (isUnknownIndex(step, error))
        return this.#skip(step, 'skipped: an index of a kind that is not available here')
      if (isPreambleOfDump(step, error)) return this.#skip(step)
      if (!lacksRights(error) || this.#session.role === null || choosesRole(step)) throw error
      if (this.#inTransaction) await this.#session.undo()
      await this.#session.elevated(this.#inTransaction, () => this.#send(step, false))
      this.#note(step, `needed more rights than role ${this.#session.role} has: ran as superuser`)
    }
  }

  async #skip(step: Step, note?: string): Promise<void> {
    if (this.#inTransaction) await this.#session.undo()
    if (note !== undefined) this.#note(step, note)
  }

  /** In a transaction everything goes out as one message; outside, a statement must be alone in its message. */
  async #send(step: Step, undoable: boolean): Promise<void> {
    const { connection } = this.#session
    const saved = undoable && this.#inTransaction
    const before = `${saved ? SAVED.before : ''}${this.#recordSql(step)}`
    const after = saved ? SAVED.after : ''
    if (this.#inTransaction && step.part.kind === 'statement')
      return this.#sendWithin(before, step.text, after)
    if (before !== '') await connection.run(before)
    if (step.part.kind === 'copy') await connection.copyIn(step.text, step.part.data)
    else await connection.run(step.text)
    if (after !== '') await connection.run(after)
  }

  async #sendWithin(before: string, text: string, after: string): Promise<void> {
    try {
      await this.#session.connection.run(`${before}${text}${after}`)
    } catch (error) {
      throw shifted(error, Array.from(before).length)
    }
  }

  #recordSql({ file, part: { line } }: Step): string {
    return this.#record ? `${this.#record({ file, line })}; ` : ''
  }

  #note(step: Step, text: string): void {
    this.notes.push(`${step.file}:${step.part.line}: ${text}`)
  }
}

/** Or is bound by policies that want a setting of the application's sessions: whoever migrates is above them. */
function lacksRights(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false
  const { sqlstate, routine } = error.error
  return sqlstate === INSUFFICIENT_PRIVILEGE || (sqlstate === UNDEFINED_OBJECT && routine === 'find_option')
}

/** The server counts from the start of the message; people count from the start of their statement. */
function shifted(error: unknown, prefix: number): unknown {
  if (!(error instanceof DatabaseError) || error.error.position === undefined) return error
  return new DatabaseError({ ...error.error, position: error.error.position - prefix }, error.cause)
}

/**
 * An index decides nothing about rows, and its access method or options may be an extension's that has only a stub here.
 * 22023 unrecognized parameter, 42704 no such access method or operator class. A unique index is a rule and stays an error.
 */
function isUnknownIndex(step: Step, error: unknown): boolean {
  const words = step.part.kind === 'statement' ? step.part.words : []
  return (
    words[0] === 'create' &&
    words[1] === 'index' &&
    error instanceof DatabaseError &&
    ['22023', '42704'].includes(error.error.sqlstate)
  )
}

/**
 * `pg_dump --schema=public` makes the schema that every database has, and a newer one sets what an older server does
 * not know. psql goes on after both. 42P06 duplicate schema, 42704 unrecognized setting.
 */
function isPreambleOfDump({ part, script }: Step, error: unknown): boolean {
  if (!(error instanceof DatabaseError) || !/^-- PostgreSQL database dump$/m.test(script)) return false
  const [first, second] = part.kind === 'statement' ? part.words : []
  if (error.error.sqlstate === '42P06')
    return first === 'create' && second === 'schema' && /\bpublic\b/.test(part.text)
  return error.error.sqlstate === '42704' && first === 'set' && second === 'transaction_timeout'
}
