import { DatabaseError } from '../database/connection.ts'
import { choosesRole, transactionStep } from './classify.ts'
import {
  alterExtension,
  concernsSkipped,
  createExtension,
  isAlterExtension,
  isCreateExtension,
} from './extension.ts'
import { statementFailed, statementRefused } from './failure.ts'
import { SAVED, type MigrationSession } from './session.ts'
import type { Step } from './steps.ts'

/** SQL that tells the server where the next statement stands. */
export type Recorder = (location: { readonly file: string; readonly line: number }) => string

const INSUFFICIENT_PRIVILEGE = '42501'

/** One pass over a file's statements, in a transaction of ours or as the file says. */
export class FileRun {
  readonly notes: string[] = []
  readonly #session: MigrationSession
  readonly #record: Recorder | undefined
  #inTransaction = false
  #opened: Step | undefined

  constructor(session: MigrationSession, record: Recorder | undefined) {
    this.#session = session
    this.#record = record
  }

  /** @throws HarnessError MIGRATION_FAILED; its cause is the DatabaseError */
  async inTransaction(steps: readonly Step[]): Promise<void> {
    await this.#session.connection.run('begin')
    this.#inTransaction = true
    for (const step of steps) await this.#run(step)
    await this.#session.connection.run('commit')
    this.#inTransaction = false
  }

  async inAutocommit(steps: readonly Step[]): Promise<void> {
    for (const step of steps) await this.#run(step)
    if (this.#opened) throw statementRefused(this.#opened, 'the file begins a transaction and never ends it')
  }

  async #run(step: Step): Promise<void> {
    try {
      if (concernsSkipped(step, this.#session.skippedExtensions)) return
      if (transactionStep(step) !== 'none') await this.#control(step)
      else if (isCreateExtension(step)) await this.#extension(step, createExtension)
      else if (isAlterExtension(step)) await this.#extension(step, alterExtension)
      else await this.#execute(step)
    } catch (error) {
      if (error instanceof DatabaseError) throw statementFailed(step, error.error, error)
      throw error
    }
  }

  /** Sent alone: a savepoint around it would change what it means. */
  async #control(step: Step): Promise<void> {
    await this.#session.connection.run(step.text)
    const effect = transactionStep(step)
    if (effect === 'begins') this.#opened ??= step
    if (effect === 'ends') this.#opened = undefined
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

function lacksRights(error: unknown): boolean {
  return error instanceof DatabaseError && error.error.sqlstate === INSUFFICIENT_PRIVILEGE
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
