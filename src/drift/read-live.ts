import { Connection } from '../database/connection.ts'
import type { Snapshot } from '../domain/drift.ts'
import type { ConnectionTarget } from '../domain/server.ts'
import { HarnessError } from '../errors.ts'
import { readSnapshot } from './rebuild.ts'
import type { ReadOptions } from './rebuild.ts'

/**
 * What is the project's in a database that somebody uses. Nothing is written there: the session is read-only from its
 * start, and so is the one transaction that asks the catalogs. No row of any table is read.
 *
 * @throws HarnessError DATABASE_UNREACHABLE, DATABASE_REFUSED
 */
export async function readLive(
  target: ConnectionTarget,
  options: Omit<ReadOptions, 'buckets'>,
): Promise<Snapshot> {
  await using connection = await openReadOnly(target)
  try {
    return await readSnapshot(connection, { ...options, buckets: false })
  } catch (error) {
    if (error instanceof HarnessError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new HarnessError(
      'DATABASE_REFUSED',
      `cannot read the catalogs of database "${target.database}" on ${target.host}:${target.port}: ${reason}`,
      { hint: 'Compare with a dump of its schema instead: rls-harness drift schema.sql', cause: error },
    )
  }
}

/** The words with which PgBouncer refuses settings at the start of a session; it does not translate them. */
const REFUSED_BY_POOLER = /unsupported startup parameter/i

/** Behind a pooler that takes no settings, the transaction alone is read-only: nothing is sent outside of it. */
export async function openReadOnly(target: ConnectionTarget): Promise<Connection> {
  try {
    return await Connection.open(target, { readOnly: true })
  } catch (error) {
    if (!(error instanceof HarnessError) || !REFUSED_BY_POOLER.test(error.message)) throw error
    return await Connection.open(target)
  }
}
