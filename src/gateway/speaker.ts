import { HarnessError } from '../errors.ts'
import { closeStatements } from './deallocate.ts'
import { Exchange } from './exchange.ts'
import { LostTransaction } from './lost-transaction.ts'
import { Batch } from './extended-query.ts'
import type { Host } from './host.ts'
import { codeOf, copyFail, notice, readyForQuery } from './messages.ts'
import { operate } from './operate.ts'
import type { ClientOutput } from './output.ts'
import type { ClientSession } from './session.ts'
import { runQuery } from './simple-query.ts'
import { ProtocolError } from '../database/frames.ts'

const EXTENDED: ReadonlySet<string> = new Set(['P', 'B', 'D', 'E', 'C'])
const COPY: ReadonlySet<string> = new Set(['d', 'c', 'f'])

/** Turns a client's messages into exchanges on the shared line. */
export class Speaker {
  readonly #host: Host
  readonly #session: ClientSession
  readonly #output: ClientOutput
  readonly #batch: Buffer[] = []
  #exchange: Exchange | undefined
  /** in this exchange, the server has asked for data */
  #copied = false
  #extended = false
  #onCopy: () => void = () => {}
  #stall: NodeJS.Timeout | undefined

  constructor(host: Host, session: ClientSession, output: ClientOutput) {
    this.#host = host
    this.#session = session
    this.#output = output
  }

  /** One message; what the extended protocol gathers is done at its end. `onCopy`: the server asks for data now. */
  async take(message: Buffer, onCopy: () => void): Promise<void> {
    const code = codeOf(message)
    this.#onCopy = onCopy
    if (this.#session.skipping && code !== 'S') return
    if (EXTENDED.has(code)) this.#batch.push(message)
    else if (code === 'H') await this.#flush()
    else if (code === 'S') await this.#sync()
    else if (code === 'Q') await this.#query(message)
    else if (code === 'F') await this.#refuseCall()
    // data of a COPY that failed are skipped
    else if (!COPY.has(code)) throw new ProtocolError(`a client does not send "${code}" here`)
  }

  async #query(message: Buffer): Promise<void> {
    await this.#flush()
    if (this.#session.skipping) return
    if (!(await this.#exchanged(false, (exchange) => runQuery(exchange, message)))) this.#ready()
  }

  async #flush(): Promise<void> {
    if (this.#batch.length === 0) return
    const messages = this.#batch.splice(0)
    const passed = await this.#exchanged(true, async (exchange) => {
      this.#session.skipping = !(await new Batch(exchange).run(messages, 'flush'))
    })
    this.#session.skipping ||= !passed
  }

  async #sync(): Promise<void> {
    const { skipping } = this.#session
    this.#session.skipping = false
    const messages = this.#batch.splice(0)
    if (skipping || (messages.length === 0 && this.#session.step === null)) return this.#ready()
    const done = await this.#exchanged(true, async (exchange) => {
      await new Batch(exchange).run(messages, 'sync')
      await exchange.finish()
      exchange.ready()
    })
    if (!done) this.#ready()
  }

  #ready(): void {
    for (const change of this.#session.changes(new Map())) this.#output.send(change)
    this.#output.send(readyForQuery(this.#session.status))
  }

  async #refuseCall(): Promise<void> {
    const message = 'the gateway has no function calls by number'
    this.#output.send(notice({ severity: 'ERROR', sqlstate: '0A000', message }))
    if (this.#session.status === 'T') this.#session.status = 'E'
    return Promise.resolve(this.#ready())
  }

  /** Has the line for as long as `work` takes, or tells the client why not. @returns false where it did not get it */
  async #exchanged(extended: boolean, work: (exchange: Exchange) => Promise<void>): Promise<boolean> {
    const { turn, patienceMs, connection, identity } = this.#host
    if (!(await turn.take(this.#session, `a client of ${identity.name}`, patienceMs))) {
      this.#tellWhoHasIt()
      return false
    }
    this.#extended = extended
    try {
      const done = await connection.lend(async (wire) => {
        if (wire.status !== 'T') return this.#refuseLine(wire.status)
        this.#exchange = new Exchange(this.#session, wire, this.#output)
        this.#exchange.onCopy = () => this.#copy()
        this.#output.attach(wire)
        try {
          await work(this.#exchange)
        } catch (error) {
          if (error instanceof LostTransaction) return error // the line itself is as it should be
          throw error
        } finally {
          this.#output.attach(undefined)
          this.#exchange = undefined
          this.#copied = false
          clearTimeout(this.#stall)
        }
        return true
      })
      if (typeof done !== 'boolean') throw done
      return done
    } finally {
      if (!this.#session.busy) turn.release(this.#session)
    }
  }

  #tellWhoHasIt(): void {
    const { turn, patienceMs } = this.#host
    this.#output.send(
      notice({
        severity: 'ERROR',
        sqlstate: '55P03',
        message: `${turn.description} has been inside of a transaction for more than ${patienceMs} ms, and no other client can speak meanwhile`,
        hint: 'All clients share the one transaction of the test. End that transaction first, or do this inside of it, with its own client.',
      }),
    )
  }

  #refuseLine(status: 'I' | 'E'): false {
    const what = status === 'E' ? 'has failed: nothing can be done in it' : 'is not open any more'
    const message = `the transaction of the test ${what}`
    this.#output.send(notice({ severity: 'ERROR', sqlstate: status === 'E' ? '25P02' : '25P01', message }))
    return false
  }

  #copy(): void {
    this.#copied = true
    this.#watchStall()
    this.#onCopy()
  }

  /** The line waits for this client's data: not for ever. */
  #watchStall(): void {
    clearTimeout(this.#stall)
    this.#stall = setTimeout(() => {
      const { patienceMs } = this.#host
      if (this.#exchange?.copying) this.#exchange.wire.send(copyFail(`no data came for ${patienceMs} ms`))
    }, this.#host.patienceMs)
  }

  /** Data of a COPY under way, which go on at once. @returns false for everything else */
  feed(message: Buffer): boolean {
    const exchange = this.#exchange
    if (!exchange || !this.#copied) return false
    const code = codeOf(message)
    // Sync and Flush: the server may not have seen yet that the COPY is over
    if (!COPY.has(code) && !(this.#extended && (code === 'S' || code === 'H'))) return false
    if (exchange.copying || code !== 'd') exchange.wire.send(message)
    this.#watchStall()
    return true
  }

  /** Where the server is slower than the client's data. */
  drained(): Promise<void> | undefined {
    return this.#exchange?.wire.drained()
  }

  cancel(): void {
    const exchange = this.#exchange
    if (exchange?.running) exchange.cancelling ??= this.#host.connection.cancel()
  }

  /** The client is gone: what is under way is not waited for longer than it takes. */
  abandon(): void {
    if (this.#exchange?.copying) this.#exchange.wire.send(copyFail('the client is gone'))
  }

  /** Undoes what the client left open. */
  async leave(): Promise<void> {
    const { turn, connection } = this.#host
    const session = this.#session
    const left = session.busy || session.names.all('statement').length > 0 || session.prepared.size > 0
    try {
      if (left)
        await connection.lend(async (wire) => {
          const exchange = new Exchange(session, wire, this.#output)
          if (wire.status === 'T') await takeBack(exchange)
          await closeStatements(exchange)
        })
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error // the connection is lost, and the client's things with it
    } finally {
      turn.release(session)
    }
  }
}

async function takeBack(exchange: Exchange): Promise<void> {
  try {
    if (exchange.session.step !== null) await exchange.undo()
    if (exchange.session.status !== 'I') await operate(exchange, { kind: 'rollback', chain: false })
  } catch (error) {
    if (!(error instanceof LostTransaction)) throw error // somebody else has taken it back
  }
}
