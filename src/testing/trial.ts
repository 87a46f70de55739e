import { BECOME_SUPERUSER, sessionSql } from '../database/impersonate.ts'
import { DatabaseError } from '../database/connection.ts'
import type { Connection, StatementResult } from '../database/connection.ts'
import type { Actor } from '../domain/population.ts'
import type { ServerError } from '../domain/server-error.ts'
import { HarnessError } from '../errors.ts'
import type { Row } from './attempt.ts'

/** A statement of an actor between looks of the superuser, all of it rolled back. */
export interface Trial {
  readonly actor: Actor
  readonly statement: string
  readonly values?: readonly unknown[]
  /** run as superuser before; the rows of the last statement are given back */
  readonly before?: string
  /** run as superuser after, where the statement succeeded */
  readonly after?: string
}

export interface Tried {
  readonly before: readonly Row[]
  readonly result: readonly StatementResult[]
  readonly error?: ServerError
  readonly after: readonly Row[]
}

export const SAVEPOINT = 'rls_harness_attempt'
/** Takes an attempt back; who acts then is set, too, for ROLLBACK TO does not reliably restore it. */
export const UNDO = `rollback to savepoint ${SAVEPOINT};\nrelease savepoint ${SAVEPOINT};\n${BECOME_SUPERUSER}`

/**
 * Tries the statement and takes it back. Errors of the server are answers; a lost connection is not and rejects.
 *
 * Everything is sent at once and answered in this order: an error ends its own message and what follows up to the last one,
 * which takes all of it back. The savepoint and the look have messages of their own: one that the grammar refuses does
 * nothing at all.
 */
export async function runTrial(connection: Connection, trial: Trial): Promise<Tried> {
  const [opened, looked, tried, undone] = await Promise.allSettled([
    connection.run(`savepoint ${SAVEPOINT}`),
    trial.before === undefined ? [] : connection.results(trial.before),
    (trial.values ?? []).length === 0 ? inOne(connection, trial) : inSteps(connection, trial),
    connection.run(UNDO),
  ])
  if (opened.status === 'rejected') throw opened.reason
  if (undone.status === 'rejected') throw undone.reason
  const before = looked.status === 'fulfilled' ? (looked.value.at(-1)?.rows ?? []) : []
  if (looked.status === 'fulfilled' && tried.status === 'fulfilled') return { before, ...tried.value }
  // the statement could not be tried after a look that failed
  const reason: unknown =
    looked.status === 'rejected' ? looked.reason : (tried as PromiseRejectedResult).reason
  if (!(reason instanceof DatabaseError)) throw reason
  return { before, result: [], error: reason.error, after: [] }
}

/** Who acts in the end; deferred keys and constraint triggers must fire while the actor is still the actor. */
const CLOSING = 'set constraints all immediate;\nselect session_user as login, current_user as role'

/** Without parameters everything goes in one message. */
async function inOne(
  connection: Connection,
  { actor, statement, after = 'select' }: Trial,
): Promise<Pick<Tried, 'result' | 'after'>> {
  const results = await connection.results(
    [sessionSql(actor), statement, CLOSING, BECOME_SUPERUSER, after].join(';\n'),
  )
  requireSession(actor, statement, results.at(-4)?.rows[0])
  return { result: results.slice(0, -5), after: results.at(-1)?.rows ?? [] }
}

async function inSteps(
  connection: Connection,
  { actor, statement, values = [], after = 'select' }: Trial,
): Promise<Pick<Tried, 'result' | 'after'>> {
  const [, result, closing] = await Promise.all([
    connection.run(sessionSql(actor)),
    connection.execute(statement, values),
    connection.results([CLOSING, BECOME_SUPERUSER, after].join(';\n')),
  ])
  requireSession(actor, statement, closing[1]?.rows[0])
  return { result, after: closing.at(-1)?.rows ?? [] }
}

/** What there is to be seen; nothing where the question itself is wrong. */
export async function lookOn(connection: Connection, sql: string): Promise<readonly Row[]> {
  try {
    return (await connection.results(sql)).at(-1)?.rows ?? []
  } catch (error) {
    if (error instanceof DatabaseError) return []
    throw error
  }
}

function requireSession(actor: Actor, statement: string, who: Row | undefined): void {
  if (who?.['login'] !== actor.login || who['role'] !== actor.role) throw leftSession(actor, statement)
}

function leftSession(actor: Actor, statement: string): HarnessError {
  return new HarnessError(
    'PROBE_FAILED',
    `the statement of ${actor.name} changed the session that it ran in: ${statement}`,
    {
      hint: 'SET ROLE, RESET ROLE and SET SESSION AUTHORIZATION would make the rest of the test somebody else’s. Use `as` for another actor.',
    },
  )
}
