import { Socket } from 'node:net'

/**
 * A socket for answers that may come from anything that listens: the driver's parser throws at what is not PostgreSQL's
 * protocol, inside an event handler, where nobody could catch it. Here it ends the connection with that error.
 */
export class GuardedSocket extends Socket {
  #isCorked = false

  /** What is written until the next turn of the event loop goes out at once. */
  gather(): void {
    if (this.#isCorked) return
    this.#isCorked = true
    this.cork()
    setImmediate(() => {
      this.#isCorked = false
      this.uncork()
    })
  }

  override emit(event: string | symbol, ...values: unknown[]): boolean {
    if (event !== 'data') return super.emit(event, ...values)
    try {
      return super.emit(event, ...values)
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)))
      return true
    }
  }
}
