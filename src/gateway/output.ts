import type { Socket } from 'node:net'
import type { Wire } from '../database/wire.ts'
import type { Output } from './passing.ts'

/**
 * A client's answers. Where it does not read them, the server is not read either; not for longer than `patienceMs`, for
 * the test waits for the same line.
 */
export class ClientOutput implements Output {
  readonly #socket: Socket
  readonly #patienceMs: number
  readonly #onStall: () => void
  #wire: Wire | undefined
  #corked = false

  constructor(socket: Socket, patienceMs: number, onStall: () => void) {
    this.#socket = socket
    this.#patienceMs = patienceMs
    this.#onStall = onStall
  }

  get gone(): boolean {
    return !this.#socket.writable
  }

  /** The line that fills this output; none between exchanges. */
  attach(wire: Wire | undefined): void {
    this.#wire = wire
  }

  send(message: Buffer): void {
    if (this.gone) return
    if (!this.#corked) {
      this.#corked = true
      this.#socket.cork()
      process.nextTick(() => {
        this.#corked = false
        this.#socket.uncork()
      })
    }
    if (!this.#socket.write(message)) this.#wait()
  }

  #wait(): void {
    const wire = this.#wire
    if (!wire) return
    this.#wire = undefined // once at a time
    wire.pause()
    const timer = setTimeout(() => this.#onStall(), this.#patienceMs)
    const go = (): void => {
      clearTimeout(timer)
      this.#socket.off('drain', go).off('close', go)
      this.#wire = wire
      wire.resume()
    }
    this.#socket.on('drain', go).on('close', go)
  }
}
