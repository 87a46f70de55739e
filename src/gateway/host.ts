import type { Connection } from '../database/connection.ts'
import { Turn } from './turn.ts'
import type { Identity } from './identity.ts'

/** What the clients of one gateway share. */
export interface Host {
  readonly connection: Connection
  readonly identity: Identity
  readonly turn: Turn
  /** how long one waits for another, in milliseconds */
  readonly patienceMs: number
  cancel(process: number, secret: number): void
}

const turns = new WeakMap<Connection, Turn>()

/** Gateways for several actors on one connection take turns, too: their savepoints lie in one transaction. */
export function turnOf(connection: Connection): Turn {
  const known = turns.get(connection)
  if (known) return known
  const turn = new Turn()
  turns.set(connection, turn)
  return turn
}
