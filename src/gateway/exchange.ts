import type { Wire } from '../database/wire.ts'
import { HarnessError } from '../errors.ts'
import type { Plain } from './command.ts'
import { Answering, ask, errorText, tell, type Answer } from './conversation.ts'
import {
  codeOf,
  copyFail,
  notice,
  noticeFields,
  query,
  readyForQuery,
  SYNC,
  textAt,
  type Notice,
} from './messages.ts'
import { leftOrFailed, observe } from './leave.ts'
import { LostTransaction } from './lost-transaction.ts'
import type { Output, Passing } from './passing.ts'
import { enterSql, leaveSql, undoSql } from './session-sql.ts'
import type { ClientSession } from './session.ts'

const SMALL = 65_536

/** What one client does with the line while it has it: from its message to ReadyForQuery. */
export class Exchange {
  readonly session: ClientSession
  readonly wire: Wire
  readonly output: Output
  /** the server waits for data of a COPY */
  copying = false
  /** several statements of one message, which are a transaction block though nobody began one */
  block = false
  /** called when it begins to */
  onCopy: () => void = () => {}
  /** a statement of the client is under way: what may be cancelled */
  running = false
  /** a request to cancel that must be over before the next statement */
  cancelling: Promise<void> | undefined

  readonly #parameters = new Map<string, string>()

  constructor(session: ClientSession, wire: Wire, output: Output) {
    this.session = session
    this.wire = wire
    this.output = output
  }

  /**
   * Sends the client's messages in its session, and hands on what the server says.
   *
   * @returns false where it failed; then its savepoint is undone, and the client knows
   */
  async pass(messages: Buffer, commands: readonly Plain[], how: Passing): Promise<boolean> {
    const { session } = this
    const read = [...session.settings.base.keys(), ...this.#unknownSettings(commands)]
    const entered = new Answering()
    const enter = query(this.#enter(read))
    if (messages.length > SMALL) {
      this.wire.send(enter)
      this.wire.send(messages)
    } else this.wire.send(Buffer.concat([enter, messages]))
    const ready = this.wire.untilReady(entered.take)
    const failed = await this.#answers(entered, ready, how)
    if (failed) {
      this.#parameters.clear()
      await this.undo()
      return false
    }
    const values = entered.rows[0] ?? []
    read.forEach((name, index) => session.settings.learn(name, values[index] ?? ''))
    return this.#leave(commands, how)
  }

  #unknownSettings(commands: readonly Plain[]): readonly string[] {
    const { settings } = this.session
    const named = commands
      .flatMap(({ assignments }) => assignments)
      .flatMap(({ name }) => (name.kind === 'constant' ? [name.text.toLowerCase()] : []))
    return [...new Set(named)].filter((name) => name !== 'role' && !settings.base.has(name))
  }

  #enter(read: readonly string[]): string {
    const { session } = this
    const opens = session.step === null
    session.step ??= session.newSavepoint()
    return enterSql(session.identity, session.settings, {
      savepoint: opens ? session.step : null,
      readOnly:
        opens &&
        session.status === 'I' &&
        session.settings.current.get('default_transaction_read_only') === 'on',
      read,
      flush: opens && session.status === 'I',
    })
  }

  /** Hands on the answers to the client's messages. */
  async #answers(entered: Answer, ready: Promise<unknown>, { watch }: Passing): Promise<boolean> {
    let failed = false
    this.running = true
    const passed = this.wire.untilReady((message) => {
      if (entered.error) return
      failed ||= codeOf(message) === 'E'
      if (!watch?.(message)) this.#hand(message)
      if (this.copying && this.output.gone) this.wire.send(copyFail('the client is gone'))
    })
    await Promise.all([ready, passed])
    this.running = false
    this.copying = false
    await this.cancelling
    if (entered.error) this.#cannotEnter(entered.error)
    return failed || entered.error !== undefined
  }

  #hand(message: Buffer): void {
    switch (codeOf(message)) {
      case 'S':
        return this.#holdParameter(message)
      case 'G':
        this.copying = true
        this.output.send(message)
        return this.onCopy()
      case 'E':
        this.copying = false
        return this.output.send(this.session.names.restore(message))
      case 'A':
        return
      default:
        return this.output.send(message)
    }
  }

  /** A server tells of settings when it is ready; by then it may have been for nothing. */
  #holdParameter(message: Buffer): void {
    const name = textAt(message, 5)
    this.#parameters.set(name.text, textAt(message, name.end).text)
  }

  #cannotEnter(error: Buffer): void {
    const who = this.session.identity.name
    const sqlstate = noticeFields(error).get('C') ?? 'XX000'
    const message = `the session of ${who} cannot be taken: ${errorText(error)}`
    this.output.send(notice({ severity: 'ERROR', sqlstate, message }))
  }

  async #leave(commands: readonly Plain[], { final, commits }: Passing): Promise<boolean> {
    const { session } = this
    const ends = commits ?? (final && session.status === 'I')
    const release = final ? session.step : null
    const answer = await ask(this.wire, leaveSql(session.identity, session.settings, { release, ends }))
    if (answer.error) {
      this.output.send(leftOrFailed(session.identity, answer.error))
      await this.undo()
      return false
    }
    observe(session, commands, answer)
    this.checkSuperuser(answer)
    if (final) session.step = null
    return true
  }

  /** The last row says who the line is: anything but its superuser would make the test speak as somebody else. */
  checkSuperuser(answer: Answer): void {
    const { superuser, name } = this.session.identity
    const who = answer.rows.at(-1) ?? []
    if (who[0] === superuser && who[1] === superuser) return
    throw new HarnessError(
      'DATABASE_REFUSED',
      `the connection did not come back from the session of ${name}`,
      {
        hint: `It is ${who.join(', ')} instead of ${superuser}. The connection is closed.`,
      },
    )
  }

  /** Undoes what the step did; a transaction of the client has failed with it. */
  async undo(): Promise<void> {
    const { session } = this
    if (session.step !== null) {
      const { step } = session
      session.step = null
      await this.undoTo(step, true)
    }
    if (session.status === 'T') session.fail()
    if (session.status === 'I') {
      await this.closePortals()
      session.end('rolled back')
    }
  }

  /** Makes savepoints, as the superuser: nothing that could fail. */
  async make(...statements: readonly string[]): Promise<void> {
    if (statements.length === 0) return
    const { error } = await ask(this.wire, statements.join(';\n'))
    if (error) throw new Error(errorText(error))
  }

  /** Ends savepoints that were made before, as the superuser. @throws LostTransaction where somebody took them away */
  async must(...statements: readonly string[]): Promise<Answer> {
    const guard = `rls_gateway_guard`
    // a savepoint that is not there would be an error, and fail the test's whole transaction
    const guarded = this.wire.status === 'T'
    const answer = await ask(
      this.wire,
      [...(guarded ? [`savepoint ${guard}`] : []), ...statements].join(';\n'),
    )
    if (!answer.error) return answer
    if (guarded) await ask(this.wire, undoSql(guard, true))
    this.session.end('rolled back')
    throw new LostTransaction(this.session.identity.name, errorText(answer.error))
  }

  async undoTo(savepoint: string, release: boolean): Promise<void> {
    this.checkSuperuser(await this.must(undoSql(savepoint, release)))
  }

  async closePortals(): Promise<void> {
    const { names, cursors } = this.session
    const closes = names.closeAll('portal', [...cursors])
    if (closes.length > 0) await tell(this.wire, [...closes, SYNC])
  }

  /** An error of the gateway's own. */
  async fail(error: Omit<Notice, 'severity'>): Promise<false> {
    this.output.send(notice({ severity: 'ERROR', ...error }))
    await this.undo()
    return false
  }

  warn(sqlstate: string, message: string): void {
    this.output.send(notice({ severity: 'WARNING', sqlstate, message }))
  }

  /** The client's message is over: its savepoint goes, and outside of a transaction what it set is kept or forgotten. */
  async finish(): Promise<void> {
    const { session } = this
    if (session.step !== null) await this.pass(SYNC, [], { final: true })
    if (session.status !== 'I') return
    await this.closePortals()
    session.end('committed')
  }

  /** The client may go on. */
  ready(): void {
    for (const change of this.session.changes(this.#parameters)) this.output.send(change)
    this.output.send(readyForQuery(this.session.status))
  }
}
