import type { Connection } from '../database/connection.ts'
import { sessionSettings } from '../database/impersonate.ts'
import type { Actor } from '../domain/population.ts'
import { HarnessError } from '../errors.ts'
import { quoteQualified } from '../sql/quote.ts'
import { mentionedSettings } from './mentioned.ts'

/** As whom a gateway's clients speak, and what it found on the line when it was opened. */
export interface Identity {
  readonly name: string
  readonly login: string
  readonly role: string
  readonly database: string
  /** who the line is between exchanges */
  readonly superuser: string
  /** what the actor's session begins with */
  readonly settings: ReadonlyMap<string, string>
  /** the same settings as they stand on the line */
  readonly base: ReadonlyMap<string, string>
  /** what function bodies of the database set until the end of the session, not of the transaction */
  readonly sessionSettings: ReadonlySet<string>
  /** null: no constraint can be deferred; else those that are at the start of a transaction, quoted */
  readonly deferred: readonly string[] | null
}

/** @throws HarnessError USAGE where no transaction is open, DATABASE_REFUSED where the line is no superuser's */
export async function identify(connection: Connection, actor: Actor): Promise<Identity> {
  if ((await connection.lend((wire) => Promise.resolve(wire.status))) !== 'T')
    throw new HarnessError(
      'USAGE',
      `no transaction is open on the connection of the gateway for ${actor.name}`,
      {
        hint: 'Begin one first: what the gateway’s clients do is undone with it.',
      },
    )
  const [line] = await connection.rows<{ name: string; database: string; superuser: boolean }>(
    `select current_user::text as name, current_database()::text as database,
       current_user = session_user and rolsuper as superuser from pg_catalog.pg_roles where rolname = current_user`,
  )
  if (!line?.superuser)
    throw new HarnessError(
      'DATABASE_REFUSED',
      `the connection of the gateway for ${actor.name} is no superuser’s`,
      {
        hint: 'Only a superuser can take and leave the session of an actor inside of one transaction.',
      },
    )
  const { settings, forSession } = await settingsOf(connection, actor)
  return {
    name: actor.name,
    login: actor.login,
    role: actor.role,
    database: line.database,
    superuser: line.name,
    settings: new Map(Object.entries(sessionSettings(actor))),
    base: settings,
    sessionSettings: forSession,
    deferred: await deferredConstraints(connection),
  }
}

/** Bodies of the project's own functions, and expressions of its policies. */
const SOURCES = `
  select prosrc as text from pg_catalog.pg_proc
    where prolang <> (select oid from pg_catalog.pg_language where lanname = 'internal')
      and pronamespace <> 'pg_catalog'::pg_catalog.regnamespace
  union all select pg_catalog.pg_get_expr(polqual, polrelid) from pg_catalog.pg_policy where polqual is not null
  union all select pg_catalog.pg_get_expr(polwithcheck, polrelid) from pg_catalog.pg_policy where polwithcheck is not null`

/** The settings of the actor, and those that functions and policies of the database speak of, as they stand. */
async function settingsOf(
  connection: Connection,
  actor: Actor,
): Promise<{ readonly settings: ReadonlyMap<string, string>; readonly forSession: ReadonlySet<string> }> {
  const sources = await connection.rows<{ text: string }>(SOURCES)
  const mentioned = mentionedSettings(sources.map(({ text }) => text))
  const own = Object.keys(sessionSettings(actor))
  const rows = await connection.rows<{ name: string; value: string }>(
    // the server's own settings may be a superuser's alone; what the client sets of them is looked after as well
    `select name, coalesce(pg_catalog.current_setting(name, true), '') as value from unnest($1::text[]) as name
     union
     select name, coalesce(pg_catalog.current_setting(name, true), '') from unnest($2::text[]) as name
       where name not in (select lower(s.name) from pg_catalog.pg_settings s)`,
    [own, mentioned.map(({ name }) => name)],
  )
  return {
    settings: new Map(rows.map(({ name, value }) => [name, value])),
    forSession: new Set(mentioned.filter(({ session }) => session).map(({ name }) => name)),
  }
}

async function deferredConstraints(connection: Connection): Promise<readonly string[] | null> {
  const rows = await connection.rows<{ schema: string; name: string; deferred: boolean }>(
    // by name: one that is not deferrable would make SET CONSTRAINTS fail for its namesakes
    `select nspname as schema, conname as name, bool_or(condeferred) as deferred from pg_catalog.pg_constraint c
       join pg_catalog.pg_namespace n on n.oid = connamespace group by 1, 2 having bool_and(condeferrable)`,
  )
  if (rows.length === 0) return null
  const names = rows
    .filter(({ deferred }) => deferred)
    .map(({ schema, name }) => quoteQualified(schema, name))
  return [...new Set<string>(names)]
}
