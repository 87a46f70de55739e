import { PLAIN, type Command, type Plain } from './command.ts'
import type { Exchange } from './exchange.ts'
import { bindValues, closePortal, closeStatement, codeOf, SYNC, textAt } from './messages.ts'
import { targetOf } from './names.ts'
import { ABORTED, endsFailure, operate } from './operate.ts'
import { bindCommand, refusalOf } from './resolve.ts'
import { onlyInBlock } from './simple-query.ts'

/** An unnamed statement lasts until the next one, or the next simple query. */
const NO_UNNAMED = { sqlstate: '26000', message: 'unnamed prepared statement does not exist' } as const

/** What happens when the server has answered a message: nothing before, for it may skip it after an error. */
interface Awaited {
  readonly code: '1' | '2' | '3'
  readonly hidden: boolean
  readonly done: () => void
}

/**
 * Messages of the extended protocol up to Sync or Flush. What the client has the server prepare and bind goes to the
 * server, BEGIN and COMMIT included; they are just not executed there.
 */
export class Batch {
  readonly #exchange: Exchange
  readonly #pending: Buffer[] = []
  readonly #commands: Plain[] = []
  readonly #awaited: Awaited[] = []
  /** what statements and portals will be if the server takes them */
  readonly #statements = new Map<string, Command>()
  readonly #portals = new Map<string, Command>()
  #executed = false

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  /** @returns false where the client was told of an error: it skips to its next Sync */
  async run(messages: readonly Buffer[], end: 'sync' | 'flush'): Promise<boolean> {
    for (const message of messages) if (!(await this.#take(message))) return false
    const { session } = this.#exchange
    // what was executed may have to be undone with what comes before Sync
    const final = end === 'sync' || session.status !== 'I' || !(this.#executed || session.step !== null)
    return this.#flush(final)
  }

  async #take(message: Buffer): Promise<boolean> {
    switch (codeOf(message)) {
      case 'P':
        return this.#parse(message)
      case 'B':
        return this.#bind(message)
      case 'E':
        return this.#execute(message)
      case 'C':
        return this.#close(message)
      default:
        return this.#describe(message)
    }
  }

  async #parse(message: Buffer): Promise<boolean> {
    const { session } = this.#exchange
    const name = textAt(message, 5)
    const statements = session.reader.read(textAt(message, name.end).text)
    // several statements are the server's to refuse
    const command = statements?.length === 1 ? (statements[0]?.command ?? PLAIN) : PLAIN
    const refusal = refusalOf(command, session.identity)
    if (refusal) return this.#fail(refusal)
    // what cannot be read is an error of its own, and comes first; nothing at all is none
    if (statements?.length && session.status === 'E' && !endsFailure(command)) {
      const failed = await this.#fail(ABORTED)
      if (name.text === '') session.statements.delete('')
      return failed
    }
    if (name.text === '')
      this.#hide(closeStatement(session.names.of('statement', '')), () => session.statements.delete(''))
    this.#statements.set(name.text, command)
    this.#pending.push(session.names.rename(message))
    this.#await('1', () => session.statements.set(name.text, command))
    return true
  }

  async #bind(message: Buffer): Promise<boolean> {
    const { session } = this.#exchange
    const portal = textAt(message, 5)
    const statement = textAt(message, portal.end)
    const known = this.#statements.get(statement.text) ?? session.statements.get(statement.text)
    if (!known && statement.text === '') return this.#fail(NO_UNNAMED)
    const prepared = known ?? PLAIN // the server says that it does not exist
    const command =
      prepared.kind === 'plain' && prepared.assignments.length > 0
        ? bindCommand(prepared, bindValues(message, statement.end))
        : prepared
    const refusal = refusalOf(command, session.identity)
    if (refusal) return this.#fail(refusal)
    if (known && session.status === 'E' && !endsFailure(command)) return this.#fail(ABORTED)
    if (portal.text === '') this.#hide(closePortal(session.names.of('portal', '')))
    this.#portals.set(portal.text, command)
    this.#pending.push(session.names.rename(message))
    this.#await('2', () => session.portals.set(portal.text, command))
    return true
  }

  async #execute(message: Buffer): Promise<boolean> {
    const { session } = this.#exchange
    const portal = textAt(message, 5).text
    const known = this.#portals.get(portal) ?? session.portals.get(portal)
    const command = known ?? PLAIN // the server says that it does not exist
    if (command.kind !== 'plain') {
      const done = (await this.#flush(false)) && (await operate(this.#exchange, command))
      if (session.portals.size === 0) this.#portals.clear() // they went with the transaction
      return done
    }
    if (known && session.status === 'E') return this.#fail(ABORTED)
    if (session.status === 'I' && command.blockOnly) return this.#fail(onlyInBlock(command.blockOnly))
    if (session.status === 'I' && command.vainOutside) {
      if (!(await this.#flush(false))) return false
      this.#exchange.warn('25P01', onlyInBlock(command.vainOutside).message)
    }
    this.#pending.push(session.names.rename(message))
    this.#commands.push(command)
    this.#executed = true
    return true
  }

  async #describe(message: Buffer): Promise<boolean> {
    const { names, statements } = this.#exchange.session
    const { kind, name } = targetOf(message)
    if (kind === 'statement' && name === '' && !this.#statements.has('') && !statements.has(''))
      return this.#fail(NO_UNNAMED)
    this.#pending.push(names.rename(message))
    return true
  }

  async #close(message: Buffer): Promise<boolean> {
    const { session } = this.#exchange
    const { kind, name } = targetOf(message)
    this.#pending.push(session.names.rename(message))
    this.#await('3', () => {
      const known = kind === 'statement' ? session.statements : session.portals
      known.delete(name)
    })
    return true
  }

  #hide(message: Buffer, done: () => void = () => {}): void {
    this.#pending.push(message)
    this.#awaited.push({ code: '3', hidden: true, done })
  }

  #await(code: '1' | '2' | '3', done: () => void): void {
    this.#awaited.push({ code, hidden: false, done })
  }

  async #fail(error: { readonly sqlstate: string; readonly message: string }): Promise<boolean> {
    return (await this.#flush(false)) && this.#exchange.fail(error)
  }

  /** Sends what has been gathered. Outside of a transaction, portals end with the message. */
  async #flush(final: boolean): Promise<boolean> {
    const { session } = this.#exchange
    if (this.#pending.length === 0 && !(final && session.step !== null)) return true
    const commands = this.#commands.splice(0)
    const ends = final && session.status === 'I' && this.#executed
    // a server that reads data takes nothing else
    const copies = commands.some((command) => command.copies)
    if (ends && !copies) for (const close of session.names.closeAll('portal')) this.#hide(close)
    const messages = Buffer.concat([...this.#pending.splice(0), SYNC])
    const watch = (message: Buffer): boolean => this.#watch(message)
    if (!(await this.#exchange.pass(messages, commands, { final, watch }))) return false
    if (ends && copies) await this.#exchange.closePortals()
    if (ends) {
      session.names.forget('portal')
      session.portals.clear()
    }
    return true
  }

  #watch(message: Buffer): boolean {
    const code = codeOf(message)
    if (code !== '1' && code !== '2' && code !== '3') return false
    const awaited = this.#awaited.shift()
    if (awaited?.code !== code) throw new Error(`the server answered ${code} to another message`)
    awaited.done()
    return awaited.hidden
  }
}
