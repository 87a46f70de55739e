import { readFileSync } from 'node:fs'
import { DatabaseError } from '../database/connection.ts'
import type { Connection } from '../database/connection.ts'
import { quoteLiteral } from '../sql/quote.ts'

/** A statement that made or changed an object of the database, in the order in which they ran. */
export interface BlameRecord {
  readonly file: string
  /** 1-based, of the statement's first word; 0 where a command made it, which is the file then */
  readonly line: number
  /** the command: "CREATE POLICY" */
  readonly tag: string
  /** "table", "policy", "function", …; for a GRANT what it is about: "TABLE" */
  readonly objectType: string
  /** as the server writes it: "public.chats", "own on public.chats"; null for GRANT, REVOKE and default privileges */
  readonly identity: string | null
  /** oid of the catalog that holds the object; null where there is no identity */
  readonly classId: number | null
  /** of a GRANT, REVOKE or change of default privileges: the message that held it, which may be a DO block; else null */
  readonly statement: string | null
  readonly objectId: number | null
}

/** What records it: where that has changed, what an earlier run recorded is not enough. */
export const BLAME_SQL = readFileSync(new URL('blame.sql', import.meta.url), 'utf8')

const INSUFFICIENT_PRIVILEGE = '42501'

/**
 * Begins to record.
 * @returns false where it may not be recorded: PostgreSQL lets nobody but a superuser make event triggers
 */
export async function installBlame(connection: Connection): Promise<boolean> {
  try {
    await connection.run(`begin; ${BLAME_SQL}; commit`)
    return true
  } catch (error) {
    await connection.run('rollback')
    if (error instanceof DatabaseError && error.error.sqlstate === INSUFFICIENT_PRIVILEGE) return false
    throw error
  }
}

/** The `record` option of applySources() that tells the event trigger where a statement stands. */
export function recordBlame(location: { readonly file: string; readonly line: number }): string {
  return `select set_config('rls.at', ${quoteLiteral(`${location.file}:${location.line}`)}, false)`
}

/** Ends the recording, takes its objects away and gives what was recorded. */
export async function removeBlame(connection: Connection): Promise<readonly BlameRecord[]> {
  const records = await connection.rows<BlameRecord>(
    `select substring(at from '^(.*):\\d+$') as file, substring(at from '\\d+$')::int as line, tag,
       object_type as "objectType", object_identity as identity, classid as "classId", objid as "objectId", statement
     from rls_harness.blame order by number`,
  )
  await connection.run('drop event trigger rls_harness_blame; drop schema rls_harness cascade')
  return records
}
