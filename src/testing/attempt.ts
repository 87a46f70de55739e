import type { StatementResult } from '../database/connection.ts'
import type { Actor } from '../domain/population.ts'
import type { Outcome } from '../domain/probe.ts'
import type { ServerError } from '../domain/server-error.ts'
import type { TestSession } from './session.ts'

export type Row = Readonly<Record<string, unknown>>

/** One statement of one actor, rolled back, and what the server did with it. */
export interface Attempt {
  readonly actor: Actor
  /** the transaction that it was made in */
  readonly session: TestSession
  readonly statement: string
  readonly values: readonly unknown[]
  readonly outcome: Outcome
  /** rows that came back */
  readonly rows: readonly Row[]
  readonly error?: ServerError
  /**
   * rows that the same statement reaches where no row security stands in the way; null where it was not asked. Nobody is
   * proven to be kept from rows that are not there.
   */
  readonly control: number | null
  /** a psql script that repeats it after the migrations and the cast, with what the test did before */
  readonly reproduction: string
}

/** What a statement's results say: rows that came back, or the number of those that were written. */
export function resultOutcome(results: readonly StatementResult[], isRead: boolean): Outcome {
  const last = results.at(-1)
  const rows = last?.count ?? last?.rows.length ?? 0
  return isRead ? { kind: 'returned', rows } : { kind: 'affected', rows }
}
