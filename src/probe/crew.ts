import { Connection } from '../database/connection.ts'
import { PREPARE_CONNECTION } from '../database/impersonate.ts'
import type { ConnectionTarget } from '../domain/server.ts'
import type { ProbeOptions } from './options.ts'
import { Sender } from './sender.ts'

/** Pieces of work that are under way on a connection, so that the server need not wait for our next question. */
const AT_ONCE = 4

/** Opens a pipelined connection to a copy of the database for some work, which leaves nothing behind. */
export async function sendTo<Result>(
  target: ConnectionTarget,
  { isolation, population }: Pick<ProbeOptions, 'isolation' | 'population'>,
  work: (sender: Sender) => Promise<Result>,
): Promise<Result> {
  await using connection = await Connection.open(target, { pipelined: true })
  await connection.run(PREPARE_CONNECTION)
  const result = await work(await Sender.on(connection, isolation, population.actors))
  await connection.run('rollback')
  return result
}

/** Shares pieces of work out over pipelined connections, one for each copy of the database. */
export async function share<Piece>(
  options: Pick<ProbeOptions, 'targets' | 'isolation' | 'signal' | 'population'>,
  pieces: readonly Piece[],
  work: (piece: Piece, sender: Sender) => Promise<void>,
): Promise<void> {
  const queue = [...pieces]
  const next = async (sender: Sender): Promise<void> => {
    for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) {
      options.signal.throwIfAborted()
      await work(piece, sender)
    }
  }
  const several = (sender: Sender): Promise<unknown> =>
    Promise.all(Array.from({ length: AT_ONCE }, () => next(sender)))
  await Promise.all(options.targets.map((target) => sendTo(target, options, several)))
}
