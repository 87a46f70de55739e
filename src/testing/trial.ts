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
/** Tries the statement and takes it back. Errors of the server are answers; a lost connection is not and rejects. */
export async function runTrial(connection: Connection, trial: Trial): Promise<Tried> {
  // in a message of its own: one that the grammar refuses does nothing at all
  await connection.run(`savepoint ${SAVEPOINT}`)
  try {
    return await ((trial.values ?? []).length === 0 ? inOne(connection, trial) : inSteps(connection, trial))
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    // the look went with the message that failed
    await connection.run(`${UNDO};\nsavepoint ${SAVEPOINT}`)
    const before = trial.before === undefined ? [] : await lookOn(connection, trial.before)
    return { before, result: [], error: error.error, after: [] }
  } finally {
    await connection.run(UNDO)
  }
}

/** Who acts in the end; deferred keys and constraint triggers must fire while the actor is still the actor. */
const CLOSING = 'set constraints all immediate;\nselect session_user as login, current_user as role'

/** Without parameters everything goes in one message. */
async function inOne(
  connection: Connection,
  { actor, statement, before = 'select', after = 'select' }: Trial,
): Promise<Tried> {
  const results = await connection.results(
    [before, sessionSql(actor), statement, CLOSING, BECOME_SUPERUSER, after].join(';\n'),
  )
  // the statement may be several; the looks are one each
  const [first] = results
  requireSession(actor, statement, results.at(-4)?.rows[0])
  return {
    before: first?.rows ?? [],
    result: results.slice(0, -5),
    after: results.at(-1)?.rows ?? [],
  }
}

async function inSteps(
  connection: Connection,
  { actor, statement, values = [], before = 'select', after = 'select' }: Trial,
): Promise<Tried> {
  const looks = await connection.results(`${before};\n${sessionSql(actor)}`)
  const result = await connection.execute(statement, values)
  const closing = await connection.results([CLOSING, BECOME_SUPERUSER, after].join(';\n'))
  requireSession(actor, statement, closing[1]?.rows[0])
  return { before: looks[0]?.rows ?? [], result, after: closing.at(-1)?.rows ?? [] }
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
