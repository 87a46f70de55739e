import { randomInt } from 'node:crypto'
import type { Socket } from 'node:net'
import { Frames, ProtocolError } from '../database/frames.ts'
import { greet, noticeOf } from './greet.ts'
import type { Host } from './host.ts'
import {
  AUTHENTICATION_OK,
  backendKeyData,
  codeOf,
  negotiateVersion,
  notice,
  parameterStatus,
  readyForQuery,
} from './messages.ts'
import { ClientOutput } from './output.ts'
import { Speaker } from './speaker.ts'
import { readOpening, type Opening } from './startup.ts'

/** More than this is not read from a client whose messages wait for their turn. */
const QUEUED = 16 * 1024 * 1024

/** One client's connection: from its first byte to its end, whoever ends it. */
export class Client {
  readonly #socket: Socket
  readonly #host: Host
  readonly #number: number
  readonly #output: ClientOutput
  readonly #frames = new Frames()
  readonly #secret = randomInt(2 ** 31)
  #start: Buffer | undefined = Buffer.alloc(0)
  #speaker: Speaker | undefined
  #queue: Buffer[] = []
  #queued = 0
  #working: Promise<void> | undefined
  /** resolves when nothing of it is left on the line */
  readonly over: Promise<void>

  constructor(socket: Socket, host: Host, number: number) {
    this.#socket = socket
    this.#host = host
    this.#number = number
    this.#output = new ClientOutput(socket, host.patienceMs, () => this.#stalled())
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#guarded(() => this.#read(chunk)))
    socket.on('error', () => {}) // 'close' follows
    this.over = new Promise((resolve) => {
      socket.on('close', () => {
        this.#leave().then(resolve, resolve)
      })
    })
  }

  /** It said who it is, and was let in. */
  get started(): boolean {
    return this.#speaker !== undefined
  }

  /** Asks the server to give up this client's statement; nothing happens where none is under way. */
  cancel(secret: number): void {
    if (secret === this.#secret) this.#speaker?.cancel()
  }

  /** Ends it from this side. */
  end(): Promise<void> {
    this.#socket.destroy()
    this.#speaker?.cancel()
    return this.over
  }

  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#die(error)
    }
  }

  #die(error: unknown): void {
    this.#queue = []
    if (this.#socket.writable) this.#socket.end(notice(noticeOf(error)))
    this.#socket.destroySoon()
  }

  #read(chunk: Buffer): void {
    if (this.#start) {
      this.#start = Buffer.concat([this.#start, chunk])
      this.#open()
    } else this.#take(chunk)
  }

  #open(): void {
    const read = this.#start && readOpening(this.#start)
    if (!read) return
    this.#start = read.rest
    switch (read.opening.kind) {
      case 'encryption':
        if (read.rest.length > 0) throw new ProtocolError('a client that does not wait for its answer')
        this.#socket.write('N')
        return
      case 'cancel':
        this.#host.cancel(read.opening.process, read.opening.secret)
        this.#socket.destroy()
        return
      case 'start': {
        this.#start = undefined
        this.#working = this.#greet(read.opening).then(() => this.#work())
        if (read.rest.length > 0) this.#take(read.rest)
      }
    }
  }

  async #greet({ minor, parameters: start }: Extract<Opening, { kind: 'start' }>): Promise<void> {
    try {
      const { session, parameters } = await greet(this.#host, this.#number, start)
      this.#speaker = new Speaker(this.#host, session, this.#output)
      const options = [...start.keys()].filter((name) => name.startsWith('_pq_.'))
      const told = [...parameters].filter(([, value]) => value !== '')
      if (minor > 0 || options.length > 0) this.#output.send(negotiateVersion(options))
      this.#output.send(AUTHENTICATION_OK)
      for (const [name, value] of told) this.#output.send(parameterStatus(name, value))
      this.#output.send(parameterStatus('is_superuser', 'off'))
      this.#output.send(parameterStatus('session_authorization', this.#host.identity.login))
      this.#output.send(backendKeyData(this.#number, this.#secret))
      this.#output.send(readyForQuery('I'))
    } catch (error) {
      this.#die(error)
    }
  }

  #take(chunk: Buffer): void {
    for (const message of this.#frames.push(chunk)) {
      if (this.#queue.length === 0 && this.#speaker?.feed(message)) {
        this.#slowDown()
        continue
      }
      this.#queue.push(message)
      this.#queued += message.length
    }
    if (this.#queued > QUEUED && this.#working) this.#socket.pause()
    // without a message it would be over before it is remembered
    if (this.#queue.length > 0) this.#working ??= this.#work()
  }

  /** Data of a COPY that the server does not take as fast as they come. */
  #slowDown(): void {
    const drained = this.#speaker?.drained()
    if (!drained) return
    this.#socket.pause()
    void drained.then(() => this.#socket.resume())
  }

  /** Does what the client sent, one message after the other. */
  async #work(): Promise<void> {
    try {
      for (let message = this.#next(); message; message = this.#next()) {
        if (codeOf(message) === 'X') {
          this.#socket.end()
          break
        }
        await this.#speaker?.take(message, () => this.#feed())
        if (this.#socket.isPaused()) this.#socket.resume()
      }
    } catch (error) {
      this.#die(error)
    } finally {
      this.#working = undefined
    }
  }

  #next(): Buffer | undefined {
    const message = this.#queue.shift()
    if (message) this.#queued -= message.length
    return message
  }

  /** What was sent ahead of the server's asking for it. */
  #feed(): void {
    while (this.#queue[0] && this.#speaker?.feed(this.#queue[0])) this.#next()
  }

  /** It has not read, or not sent, what the line waits for. */
  #stalled(): void {
    this.#socket.destroy()
  }

  async #leave(): Promise<void> {
    this.#queue = []
    this.#speaker?.abandon()
    await this.#working
    await this.#speaker?.leave()
  }
}
