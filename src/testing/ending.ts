import { DatabaseError } from '../database/connection.ts'
import type { Connection } from '../database/connection.ts'

/** The setting by which the transaction of a test is told from one that somebody began instead. */
export const MARK = 'rls_harness.test'

/** What is compared at the end of a test; other sessions in its database are ended, for they would lock what the next test needs. */
const STATE_SQL = `
  with others as materialized (
    select pid, format('%s as %I', coalesce(nullif(application_name, ''), 'a client'), usename) as name
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend')
  select current_setting('${MARK}', true) as mark, session_user as login, current_user as role,
    (select string_agg(name, ', ') filter (where pg_terminate_backend(pid)) from others) as others`

/** What belongs to the session and outlives a ROLLBACK: prepared statements, locks without a transaction, lastval(). */
const ROLLBACK_SQL = 'rollback;\ndeallocate all;\nselect pg_advisory_unlock_all();\ndiscard sequences'

interface State {
  readonly mark: string | null
  readonly login: string
  readonly role: string
  readonly others: string | null
}

/** Takes back the transaction of a test. @returns what is not as the harness left it: sentences for a person */
export async function endTransaction(connection: Connection, id: string): Promise<readonly string[]> {
  // at once: a transaction that is aborted is rolled back all the same
  const [state, ended] = await Promise.allSettled([
    connection.rows<State>(STATE_SQL),
    connection.run(ROLLBACK_SQL),
  ])
  if (ended.status === 'rejected') throw ended.reason
  if (state.status === 'rejected') {
    if (!(state.reason instanceof DatabaseError)) throw state.reason
    return [`it left the transaction aborted: ${state.reason.message}`]
  }
  const [row] = state.value
  return [
    ...(row?.mark === id
      ? []
      : ['it ended the transaction that the harness had begun for it (COMMIT, ROLLBACK or BEGIN)']),
    ...(row && row.login !== row.role ? [`it left the session as role "${row.role}"`] : []),
    ...(row?.others ? [`it left connections open: ${row.others}`] : []),
  ]
}
