import type { Duplex } from 'node:stream'
import type { Connection as DriverConnection } from 'pg'
import { Frames } from './frames.ts'

/** What ReadyForQuery says: idle, in a transaction, in one that failed. */
export type TransactionStatus = 'I' | 'T' | 'E'

const READY_FOR_QUERY = 0x5a

/** A connection's line to the server, lent: bytes in PostgreSQL's protocol go out and messages come in. */
export interface Wire {
  /** what the server said last */
  readonly status: TransactionStatus
  /** @returns false where more should wait for drained() */
  send(bytes: Uint8Array): boolean
  drained(): Promise<void>
  /**
   * Gives `take` every message up to the next ReadyForQuery that is not awaited yet, and resolves with what that says.
   * Rejects when the connection is lost.
   */
  untilReady(take: (message: Buffer) => void): Promise<TransactionStatus>
  /** Nothing more is read from the server until resume(). */
  pause(): void
  resume(): void
}

interface Awaited {
  readonly take: (message: Buffer) => void
  readonly resolve: (status: TransactionStatus) => void
  readonly reject: (error: Error) => void
}

class LentWire implements Wire {
  readonly #stream: Duplex
  readonly #frames = new Frames()
  readonly #awaited: Awaited[] = []
  #lost: Error | undefined
  status: TransactionStatus

  constructor(stream: Duplex, status: TransactionStatus) {
    this.#stream = stream
    this.status = status
  }

  send(bytes: Uint8Array): boolean {
    return this.#stream.writable ? this.#stream.write(bytes) : true
  }

  drained(): Promise<void> {
    if (!this.#stream.writableNeedDrain) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        this.#stream.off('drain', done).off('close', done)
        resolve()
      }
      this.#stream.on('drain', done).on('close', done)
    })
  }

  untilReady(take: (message: Buffer) => void): Promise<TransactionStatus> {
    if (this.#lost) return Promise.reject(this.#lost)
    return new Promise((resolve, reject) => this.#awaited.push({ take, resolve, reject }))
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }

  take(chunk: Buffer): void {
    for (const message of this.#frames.push(chunk)) {
      if (message[0] !== READY_FOR_QUERY) this.#awaited[0]?.take(message)
      else {
        this.status = String.fromCharCode(message[5] ?? 0) as TransactionStatus
        this.#awaited.shift()?.resolve(this.status)
      }
    }
  }

  fail(error: Error): void {
    this.#lost = error
    for (const { reject } of this.#awaited.splice(0)) reject(error)
  }
}

/**
 * A turn in the driver's queue of queries (its `Submittable`). While it lasts, the driver's parser is off the line and
 * its other queries wait; afterwards the driver is told that the server is ready, and goes on with the next.
 */
export class Loan<Result> {
  readonly result: Promise<Result>
  readonly #work: (wire: Wire) => Promise<Result>
  readonly #statusOf: () => TransactionStatus
  #wire: LentWire | undefined
  #resolve!: (result: Result) => void
  #reject!: (error: unknown) => void

  constructor(work: (wire: Wire) => Promise<Result>, statusOf: () => TransactionStatus) {
    this.#work = work
    this.#statusOf = statusOf
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** The driver calls it when the queries before it are answered. */
  submit(connection: DriverConnection): void {
    const { stream } = connection
    const wire = new LentWire(stream, this.#statusOf())
    this.#wire = wire
    const parser = stream.listeners('data') as ((chunk: Buffer) => void)[]
    const take = (chunk: Buffer): void => wire.take(chunk)
    for (const listener of parser) stream.off('data', listener)
    stream.on('data', take)
    this.#work(wire).then(
      (result) => {
        stream.off('data', take)
        for (const listener of parser) stream.on('data', listener)
        stream.resume()
        connection.emit('readyForQuery', { status: wire.status })
        this.#resolve(result)
      },
      (error: unknown) => {
        // nobody knows what the server is about to say: the session cannot go on
        this.#reject(error)
        stream.destroy(error instanceof Error ? error : new Error(String(error)))
      },
    )
  }

  /** The driver calls it when the connection is lost, or was never there. */
  handleError(error: Error): void {
    if (this.#wire) this.#wire.fail(error)
    else this.#reject(error)
  }

  handleReadyForQuery(): void {}
}
