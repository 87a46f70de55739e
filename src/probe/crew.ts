import { Connection } from '../database/connection.ts'
import { PREPARE_CONNECTION } from '../database/impersonate.ts'
import type { Isolation } from '../domain/config.ts'
import type { Actor } from '../domain/population.ts'
import type { ConnectionTarget } from '../domain/server.ts'
import { Sender } from './sender.ts'

/** Pieces of work that are under way on a connection, so that the server need not wait for our next question. */
const AT_ONCE = 4

/** What a piece of work before may have left in a session: rollback alone does not take it back. */
const TIDY = 'rollback;\nselect pg_catalog.pg_advisory_unlock_all();\ndiscard sequences'

export interface CrewOptions {
  readonly isolation: Isolation
  readonly actors: readonly Actor[]
  readonly signal: AbortSignal
  /** called whenever a piece of some work is done */
  readonly onPiece?: (work: string, done: number, total: number) => void
}

export interface Work {
  /** what is done, for who watches */
  readonly name: string
  /** pieces that are under way on a connection */
  readonly atOnce?: number
}

/**
 * Pipelined connections, one for each copy of the database, from the first probe to the last: a session that has read
 * the catalog once is several times as fast as a new one. Whoever uses one leaves nothing behind.
 */
export class Crew implements AsyncDisposable {
  readonly #senders: readonly Sender[]
  readonly #options: CrewOptions

  private constructor(senders: readonly Sender[], options: CrewOptions) {
    this.#senders = senders
    this.#options = options
  }

  /** @param targets databases with the same content: each has a connection of its own, so that nobody waits for another's locks */
  static async on(targets: readonly ConnectionTarget[], options: CrewOptions): Promise<Crew> {
    const opened = await Promise.allSettled(targets.map((target) => senderOn(target, options)))
    const senders = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const crew = new Crew(senders, options)
    const failure = opened.find((one) => one.status === 'rejected')
    if (!failure) return crew
    await crew[Symbol.asyncDispose]()
    throw failure.reason
  }

  /** Shares pieces of work out over the connections; on each, several are under way at once. */
  async share<Piece>(
    { name, atOnce = AT_ONCE }: Work,
    pieces: readonly Piece[],
    work: (piece: Piece, sender: Sender) => Promise<void>,
  ): Promise<void> {
    const { signal, onPiece } = this.#options
    const queue = [...pieces]
    let done = 0
    const next = async (sender: Sender): Promise<void> => {
      for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) {
        signal.throwIfAborted()
        await work(piece, sender)
        done += 1
        onPiece?.(name, done, pieces.length)
      }
    }
    await Promise.all(
      this.#senders.map(async (sender) => {
        await Promise.all(Array.from({ length: atOnce }, () => next(sender)))
        await sender.results(TIDY)
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#senders.map(({ connection }) => connection.close()))
  }
}

async function senderOn(target: ConnectionTarget, { isolation, actors }: CrewOptions): Promise<Sender> {
  const connection = await Connection.open(target, { pipelined: true })
  try {
    await connection.run(PREPARE_CONNECTION)
    return await Sender.on(connection, isolation, actors)
  } catch (error) {
    await connection.close()
    throw error
  }
}
