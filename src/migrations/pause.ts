import type { Connection } from '../database/connection.ts'

/** Settings that sessions begin with: a session has those of when it began, whatever migrations say since. */
export async function startingSettings(connection: Connection): Promise<string> {
  const [row] = await connection.rows<{ settings: string }>(
    `select coalesce(jsonb_agg(s order by s.setdatabase, s.setrole), '[]')::text || (
       select count(*) from pg_file_settings where sourcefile like '%/postgresql.auto.conf') as settings
     from pg_db_role_setting s`,
  )
  return row?.settings ?? ''
}

/**
 * Whether the next file may find something that only this session has, or would find otherwise in the next one: what is
 * temporary or prepared, locks, settings that hold from the next session on. Event triggers of the project would hear
 * of our own objects.
 */
export async function leavesTraces(connection: Connection, settings: string): Promise<boolean> {
  const [row] = await connection.rows<{ traces: boolean }>(
    `select exists (select from pg_class where relnamespace = pg_my_temp_schema())
       or exists (select from pg_type where typnamespace = pg_my_temp_schema())
       or exists (select from pg_proc where pronamespace = pg_my_temp_schema())
       or exists (select from pg_prepared_statements where from_sql)
       or exists (select from pg_cursors where is_holdable)
       or exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())
       or exists (select from pg_listening_channels())
       or exists (select from pg_event_trigger where evtname not like 'rls\\_harness\\_%') as traces`,
  )
  return row?.traces !== false || (await startingSettings(connection)) !== settings
}
