import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Connection, DatabaseError } from '../database/connection.ts'
import type { ApiPrivileges } from '../domain/config.ts'
import { HarnessError } from '../errors.ts'
import { quoteLiteral, quoteName } from '../sql/quote.ts'
import { splitScript } from '../sql/split.ts'

export interface PlatformOptions {
  /** whether a new object in `public` is open to the API roles by itself (legacy) or only where it is granted */
  readonly apiPrivileges: Exclude<ApiPrivileges, 'auto'>
}

/** The schemas that are the platform's own or an extension's, never the project's. */
export const PLATFORM_SCHEMAS: readonly string[] = [
  '_realtime',
  'auth',
  'cron',
  'extensions',
  'graphql',
  'graphql_public',
  'net',
  'pgmq',
  'pgsodium',
  'pgtle',
  'realtime',
  'storage',
  'supabase_functions',
  'supabase_migrations',
  'vault',
]

const sqlFolder = new URL('./sql/', import.meta.url)
const extensionFolder = new URL('./extensions/', import.meta.url)

const schemaFiles = [
  '20-schemas.sql',
  '30-api-privileges-legacy.sql',
  '40-auth-tables.sql',
  '41-auth-functions.sql',
  '50-storage-tables.sql',
  '51-storage-functions.sql',
  '60-realtime.sql',
  '70-services.sql',
  '80-database.sql',
  '90-extensions.sql',
] as const

/** The extensions that Supabase has from the start and whose names migrations use without creating them. */
const preinstalledStubs = [
  { name: 'pg_net', schema: 'net' },
  { name: 'pg_graphql', schema: 'graphql' },
  { name: 'supabase_vault', schema: 'vault' },
] as const

/** The extensions that have a stub: one control file each in {@link extensionDir}. */
export const EXTENSION_STUBS: readonly string[] = readdirSync(extensionFolder)
  .filter((file) => file.endsWith('.control'))
  .map((file) => file.slice(0, -'.control'.length))
  .sort()

/** Stubs that answer as the extension would, as far as a policy or a function can tell. */
export const FAITHFUL_STUBS: ReadonlySet<string> = new Set(
  EXTENSION_STUBS.filter((name) =>
    /^comment = '.*: same answers/m.test(readFileSync(new URL(`${name}.control`, extensionFolder), 'utf8')),
  ),
)

/** The absolute path of the folder with the stubs' control and SQL files. */
export function extensionDir(): string {
  return fileURLToPath(extensionFolder)
}

/**
 * What `create extension` would run, for a server that cannot see the stub's files: run it as superuser in a
 * transaction. What it makes belongs to an extension of that name, as elsewhere.
 * @returns undefined if there is no such stub
 */
export async function stubScript(name: string, schema: string): Promise<string | undefined> {
  const file = readdirSync(extensionFolder).find((file) => file.startsWith(`${name}--`))
  if (!file) return undefined
  const body = await readFile(new URL(file, extensionFolder), 'utf8')
  const adopt = await readFile(new URL('adopt.sql', sqlFolder), 'utf8')
  const made = schema.startsWith('pg_') ? '' : `create schema if not exists ${quoteName(schema)};`
  return `${made}
select set_config('rls.search_path', current_setting('search_path'), true),
  set_config('rls.extension', ${quoteLiteral(name)}, true),
  set_config('rls.extension_schema', ${quoteLiteral(schema)}, true),
  set_config('rls.extension_oid', pg_nextoid('pg_catalog.pg_extension', 'oid', 'pg_catalog.pg_extension_oid_index')::text, true);
set local search_path = ${quoteName(schema)}, public, extensions;

${body}
${adopt}
select set_config('search_path', current_setting('rls.search_path'), true);`
}

/**
 * Makes the roles of a Supabase cluster, as far as they are missing. Safe to run from several databases of one
 * cluster at once. A role that exists keeps its attributes.
 * @throws HarnessError PLATFORM_FAILED
 */
export async function installRoles(connection: Connection): Promise<void> {
  await runFiles(connection, ['10-roles.sql'])
}

/**
 * Puts into the connection's database what a Supabase project has before its first migration, roles included.
 * All or nothing but for the roles. The connection's user must be a superuser; migrations then run as `postgres`.
 * The new `search_path` holds for sessions that begin afterwards.
 * @throws HarnessError PLATFORM_FAILED with the statement that failed and the right that is missing
 */
export async function installPlatform(connection: Connection, options: PlatformOptions): Promise<void> {
  await installRoles(connection)
  const files =
    options.apiPrivileges === 'explicit' ? [...schemaFiles, '31-api-privileges-explicit.sql'] : schemaFiles
  await inTransaction(connection, async () => {
    await runFiles(connection, files)
    await installMissingStubs(connection)
  })
}

/**
 * Puts into the connection's database what a Neon project has before its first migration, roles included; migrations
 * then run as `neondb_owner`.
 * @throws HarnessError PLATFORM_FAILED
 */
export async function installNeon(connection: Connection, { apiPrivileges }: PlatformOptions): Promise<void> {
  const open = apiPrivileges === 'legacy' ? ['neon-api-privileges.sql'] : []
  await runFiles(connection, ['neon-roles.sql'])
  await inTransaction(connection, () =>
    runFiles(connection, ['neon-schemas.sql', 'neon-functions.sql', ...open, 'neon-database.sql']),
  )
}

/**
 * Puts what policies of a Neon project name beside Supabase: `auth.user_id()`, `auth.session()`, role `anonymous`.
 * @throws HarnessError PLATFORM_FAILED
 */
export async function installNeonBeside(connection: Connection): Promise<void> {
  await runFiles(connection, ['neon-beside.sql', 'neon-functions.sql'])
}

/** Whether migrations call what only Neon has and make it nowhere themselves. */
export function isForNeon(texts: readonly string[]): boolean {
  const used = texts.some((text) => /\bauth"?\."?user_id"?\s*\(/i.test(text))
  return (
    used && !texts.some((text) => /create\s+(or\s+replace\s+)?function\s+"?auth"?\."?user_id\b/i.test(text))
  )
}

/**
 * Sets the owner and the settings of the connection's database again: CREATE DATABASE … TEMPLATE copies neither.
 * To be run on every clone of a database that {@link installPlatform} was run on.
 * @throws HarnessError PLATFORM_FAILED
 */
export async function configurePlatformClone(connection: Connection): Promise<void> {
  await runFiles(connection, ['80-database.sql'])
}

/**
 * Prepares the connection's database for a project without Supabase: a plain role `app_owner` owns it and runs
 * the migrations. To be run on every clone too, since a clone belongs to whoever made it.
 * @throws HarnessError PLATFORM_FAILED
 */
export async function installPlain(connection: Connection): Promise<void> {
  await runFiles(connection, ['plain-role.sql', 'plain-database.sql'])
}

/**
 * Adds what a session of an API needs, where the migrations of a plain project made its roles.
 * @throws HarnessError PLATFORM_FAILED
 */
export async function completeApiRoles(connection: Connection): Promise<void> {
  await runFiles(connection, ['plain-session.sql'])
}

/** The role that {@link installStandIn} makes. */
export const STAND_IN = 'rls_app_user'

/**
 * Makes a role that stands in for that of an application whose migrations make none: with what the owner may do with
 * rows, and bound by policies as no owner is. It stays in the cluster, as `app_owner` does.
 * @throws HarnessError PLATFORM_FAILED
 */
export async function installStandIn(connection: Connection): Promise<void> {
  await runFiles(connection, ['stand-in.sql'])
}

/**
 * Makes an extension that migrations use and do not make, as far as it is to be had here.
 * @returns whether it is there now
 */
export async function installAssumed(connection: Connection, name: string, schema: string): Promise<boolean> {
  const available = await connection.rows(
    `select from pg_catalog.pg_available_extensions where name = ${quoteLiteral(name)}`,
  )
  const script =
    available.length > 0
      ? `create extension if not exists ${quoteName(name)} schema ${quoteName(schema)} cascade`
      : await stubScript(name, schema)
  if (script === undefined) return false
  await inTransaction(connection, async () => {
    await connection.run(script)
  })
  return true
}

async function inTransaction(connection: Connection, work: () => Promise<void>): Promise<void> {
  await connection.run('begin')
  try {
    await work()
    await connection.run('commit')
  } catch (error) {
    await connection.run('rollback').catch(() => {})
    throw error
  }
}

/** On a server of ours the stubs are real extensions and there is nothing left to do. */
async function installMissingStubs(connection: Connection): Promise<void> {
  for (const { name, schema } of preinstalledStubs) {
    const found = await connection.rows(
      `select from pg_catalog.pg_namespace where nspname = ${quoteLiteral(schema)}`,
    )
    if (found.length > 0) continue
    await runScript(connection, (await stubScript(name, schema)) ?? '')
  }
}

async function runFiles(connection: Connection, files: readonly string[]): Promise<void> {
  for (const file of files) {
    await runScript(connection, await readFile(new URL(file, sqlFolder), 'utf8'))
  }
}

/** Statement by statement, so that the error can name the one that failed. */
async function runScript(connection: Connection, script: string): Promise<void> {
  for (const { text } of splitScript(script)) {
    try {
      await connection.run(text)
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      await connection.run('rollback')
      throw await platformFailed(connection, text, error)
    }
  }
}

async function platformFailed(
  connection: Connection,
  statement: string,
  { error, cause }: DatabaseError,
): Promise<HarnessError> {
  const [user] = await connection.rows<{ name: string; superuser: boolean }>(
    'select rolname as name, rolsuper as superuser from pg_catalog.pg_roles where rolname = current_user',
  )
  const right =
    user && !user.superuser
      ? `"${user.name}" is not a superuser, and preparing a database for the migrations needs one.`
      : 'Use a database that holds nothing yet.'
  return new HarnessError(
    'PLATFORM_FAILED',
    `cannot prepare database "${connection.target.database}": ${error.message} (${error.sqlstate}) in: ${statement.split('\n', 1)[0]}`,
    {
      hint: `${right} Connect to a server that may be thrown away, or let the harness start one of its own.`,
      cause,
    },
  )
}
