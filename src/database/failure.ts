import { DatabaseError as ServerMessage } from 'pg'
import type { ConnectionTarget } from '../domain/server.ts'
import type { ServerError } from '../domain/server-error.ts'
import { HarnessError } from '../errors.ts'

/** Seconds that a server has to answer the start of a session. */
export const CONNECT_TIMEOUT_S = 10

/** An error that the server sent about a statement. `error` holds its fields. */
export class DatabaseError extends Error {
  readonly error: ServerError

  constructor(error: ServerError, cause: unknown) {
    super(error.message, { cause })
    this.name = 'DatabaseError'
    this.error = error
  }
}

/** The server ended the session (admin_shutdown, crash_shutdown): that says nothing about the statement. */
const SESSION_ENDED: ReadonlySet<string> = new Set(['57P01', '57P02'])
const DISK_FULL = '53100'

/**
 * What a statement failed with: DatabaseError where the server refused it. Where it was not the statement's fault, a
 * HarnessError: a lost session or a full disk must neither pass for a denial nor for a broken policy.
 */
export function statementError(target: ConnectionTarget, error: unknown): unknown {
  if (!(error instanceof ServerMessage)) return lost(target, error)
  if (error.code === DISK_FULL) return diskFull(error)
  return SESSION_ENDED.has(error.code ?? '') ? lost(target, error) : new DatabaseError(fieldsOf(error), error)
}

/** Why no session began; the password is in no message. */
export function connectError(target: ConnectionTarget, error: unknown): HarnessError {
  // the driver's own words (pg/lib/client.js)
  const reason =
    textOf(error) === 'timeout expired' ? `no answer within ${CONNECT_TIMEOUT_S} s` : textOf(error)
  return new HarnessError(
    'DATABASE_UNREACHABLE',
    `cannot connect to database "${target.database}" on ${target.host}:${target.port} as "${target.user}": ${reason}`,
    {
      hint: 'Check that a PostgreSQL server, and nothing else, listens there, and that user and database are right.',
      cause: error,
    },
  )
}

function lost(target: ConnectionTarget, error: unknown): HarnessError {
  return new HarnessError(
    'DATABASE_UNREACHABLE',
    `lost the connection to database "${target.database}" on ${target.host}:${target.port}: ${textOf(error)}`,
    { hint: 'The server was stopped, or crashed: its log says why.', cause: error },
  )
}

function diskFull(error: ServerMessage): HarnessError {
  return new HarnessError('ENGINE_FAILED', `the disk of the server is full: ${error.message}`, {
    hint: 'Free some space there. For a server that the harness starts: or set RLS_TMPDIR to a folder on another disk.',
    cause: error,
  })
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message || ('code' in error ? String(error.code) : error.name)
}

function fieldsOf(error: ServerMessage): ServerError {
  return {
    sqlstate: error.code ?? 'XX000',
    message: error.message,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.position === undefined ? {} : { position: Number(error.position) }),
    ...(error.internalQuery === undefined ? {} : { internalQuery: error.internalQuery }),
    ...(error.where === undefined ? {} : { where: error.where }),
    ...(error.schema === undefined ? {} : { schema: error.schema }),
    ...(error.table === undefined ? {} : { table: error.table }),
    ...(error.column === undefined ? {} : { column: error.column }),
    ...(error.dataType === undefined ? {} : { dataType: error.dataType }),
    ...(error.constraint === undefined ? {} : { constraint: error.constraint }),
    ...(error.routine === undefined ? {} : { routine: error.routine }),
  }
}
