import { Connection } from '../database/connection.ts'
import { PREPARE_CONNECTION } from '../database/impersonate.ts'
import type { ProbeOptions } from './options.ts'
import { Sender } from './sender.ts'

/** Pieces of work that are under way on a connection, so that the server need not wait for our next question. */
const AT_ONCE = 4

/** Shares pieces of work out over pipelined connections, one for each copy of the database. */
export async function share<Piece>(
  { targets, isolation, signal }: Pick<ProbeOptions, 'targets' | 'isolation' | 'signal'>,
  pieces: readonly Piece[],
  work: (piece: Piece, sender: Sender) => Promise<void>,
): Promise<void> {
  const queue = [...pieces]
  const onTarget = async (target: (typeof targets)[number]): Promise<void> => {
    await using connection = await Connection.open(target, { pipelined: true })
    await connection.run(PREPARE_CONNECTION)
    const sender = new Sender(connection, isolation)
    const next = async (): Promise<void> => {
      for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) {
        signal.throwIfAborted()
        await work(piece, sender)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, next))
    await connection.run('rollback')
  }
  await Promise.all(targets.map(onTarget))
}
