import { randomBytes } from 'node:crypto'
import type { ConnectionTarget } from '../domain/server.ts'
import { HarnessError } from '../errors.ts'
import { quoteLiteral, quoteName } from '../sql/quote.ts'
import { Connection, DatabaseError } from './connection.ts'

/** A database of our own on a server that is not: nothing else on that server is touched, and it is dropped at the end. */
export interface Scratch extends AsyncDisposable {
  readonly target: ConnectionTarget
  readonly version: string
  readonly major: number
  /** Ends every session in it and lets none begin: whatever works there fails at once. It still has to be disposed of. */
  readonly interrupt: () => Promise<void>
}

/**
 * Makes a scratch database. Roles that are made while it stands are dropped with it, as far as nothing depends on them.
 *
 * @throws HarnessError DATABASE_UNREACHABLE, or DATABASE_REFUSED where the user may not do what a run needs
 */
export async function createScratch(server: ConnectionTarget, keep: boolean): Promise<Scratch> {
  const admin = await Connection.open(server)
  try {
    const [facts] = await admin.rows<{ version: string; number: string; superuser: boolean; name: string }>(
      `select current_setting('server_version') as version, current_setting('server_version_num') as number, rolsuper as superuser, rolname as name from pg_roles where rolname = current_user`,
    )
    if (!facts?.superuser)
      throw new HarnessError(
        'DATABASE_REFUSED',
        `user "${server.user}" on ${server.host}:${server.port} is not a superuser`,
        {
          hint: 'A run makes roles, extensions and an event trigger in a scratch database. Connect as a superuser of a throw-away server, or leave the URL out to use the embedded one.',
        },
      )
    const name = `rls_harness_${randomBytes(6).toString('hex')}`
    await oneAtATime(admin)
    const roles = (await rolesBeforeOthers(admin)) ?? (await rolesOf(admin))
    await admin.run(`create database ${quoteName(name)} template template0`)
    await admin.run(
      `comment on database ${quoteName(name)} is ${quoteLiteral(JSON.stringify({ roles: [...roles] }))}`,
    )
    const dispose = async (): Promise<void> => {
      if (!keep) await drop(server, name, roles)
    }
    return {
      target: { ...server, database: name },
      version: facts.version.split(' ')[0] ?? facts.version,
      major: Math.floor(Number(facts.number) / 10_000),
      interrupt: () => interrupt(server, name),
      [Symbol.asyncDispose]: dispose,
    }
  } finally {
    await admin.close()
  }
}

/** Runs begin and end one after the other, until the connection is closed: roles belong to the whole server. */
async function oneAtATime(admin: Connection): Promise<void> {
  await admin.rows(`select pg_advisory_lock(hashtext('rls-harness'))`)
}

/** What was there before the first of the runs that are under way on this server; undefined where there is none. */
async function rolesBeforeOthers(admin: Connection): Promise<ReadonlySet<string> | undefined> {
  const [other] = await admin.rows<{ note: string }>(
    `select shobj_description(oid, 'pg_database') as note from pg_database
     where datname ~ '^rls_harness_[0-9a-f]{12}$' and shobj_description(oid, 'pg_database') is not null`,
  )
  return other && new Set((JSON.parse(other.note) as { readonly roles: readonly string[] }).roles)
}

async function rolesOf(connection: Connection): Promise<ReadonlySet<string>> {
  return new Set(
    (await connection.rows<{ rolname: string }>('select rolname from pg_roles')).map(
      ({ rolname }) => rolname,
    ),
  )
}

/** The scratch database and the copies of it that there are. */
async function databasesOf(admin: Connection, name: string): Promise<readonly string[]> {
  const rows = await admin.rows<{ datname: string }>(
    'select datname from pg_database where datname = $1 or starts_with(datname, $2)',
    [name, copyName(name, '')],
  )
  return rows.map(({ datname }) => datname)
}

async function interrupt(server: ConnectionTarget, name: string): Promise<void> {
  await using admin = await Connection.open(server)
  const names = await databasesOf(admin, name)
  for (const database of names)
    await admin.run(`alter database ${quoteName(database)} allow_connections false`)
  await admin.rows('select pg_terminate_backend(pid) from pg_stat_activity where datname = any ($1)', [names])
}

/** Databases go with their run, roles with the last one: they are shared. */
async function drop(server: ConnectionTarget, name: string, before: ReadonlySet<string>): Promise<void> {
  await using admin = await Connection.open(server)
  await oneAtATime(admin)
  for (const database of await databasesOf(admin, name))
    await admin.run(`drop database if exists ${quoteName(database)} with (force)`)
  if (await rolesBeforeOthers(admin)) return
  for (const role of await rolesOf(admin)) if (!before.has(role)) await dropRole(admin, role)
}

/** A role that another database has come to depend on in the meantime is not ours alone any more: it stays. */
async function dropRole(admin: Connection, role: string): Promise<void> {
  try {
    await admin.run(`drop role if exists ${quoteName(role)}`)
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
  }
}

/** Copies of a database, in which places of rows are the same: `tableoid:ctid` survives a copy by files. */
export interface Clones extends AsyncDisposable {
  /** the original first */
  readonly targets: readonly ConnectionTarget[]
}

const copyName = (database: string, number: number | ''): string => `${database}_copy_${number}`

/**
 * Copies a database to which nobody is connected, by files. From a server that is not ours copies go with the scratch
 * database at the latest.
 *
 * @param name distinguishes it from other copies; it must not be a number
 */
export async function copyDatabase(source: ConnectionTarget, name: string): Promise<ConnectionTarget> {
  const database = `${source.database.replace(/_copy_.*$/, '')}_copy_${name}`
  await using admin = await Connection.open(maintenanceOf(source))
  await copyByFiles(admin, source.database, database)
  return { ...source, database }
}

/**
 * What belongs to the database and is not in it stays behind when its files are copied: settings of its sessions (ALTER
 * DATABASE … SET, ALTER ROLE … IN DATABASE … SET) and privileges on it.
 */
async function copyByFiles(admin: Connection, from: string, to: string): Promise<void> {
  await admin.run(`create database ${quoteName(to)} template ${quoteName(from)} strategy file_copy`)
  await admin.rows(
    `insert into pg_db_role_setting (setdatabase, setrole, setconfig)
     select copy.oid, setrole, setconfig from pg_db_role_setting
     join pg_database original on original.oid = setdatabase and original.datname = $1
     join pg_database copy on copy.datname = $2`,
    [from, to],
  )
  await admin.rows(
    `update pg_database copy set datacl = original.datacl from pg_database original
     where original.datname = $1 and copy.datname = $2 and original.datacl is distinct from copy.datacl`,
    [from, to],
  )
}

/** Drops a copy, whoever is connected to it. A server that is gone took it with it. */
export async function dropDatabase(target: ConnectionTarget): Promise<void> {
  await dropCopies(maintenanceOf(target), [target.database])
}

/** A database that exists on every server and that nobody copies. */
const maintenanceOf = (target: ConnectionTarget): ConnectionTarget => ({ ...target, database: 'template1' })

/**
 * Copies a database to which nobody is connected, so that sessions that write cannot wait for each other's locks.
 *
 * @param ends the server ends with the run, and everything on it
 */
export async function cloneDatabase(
  target: ConnectionTarget,
  copies: number,
  ends: boolean,
): Promise<Clones> {
  const names = Array.from({ length: copies }, (_, index) => copyName(target.database, index + 1))
  const maintenance = maintenanceOf(target)
  if (copies > 0) {
    await using admin = await Connection.open(maintenance)
    for (const name of names) await copyByFiles(admin, target.database, name)
  }
  return {
    targets: [target, ...names.map((database) => ({ ...target, database }))],
    [Symbol.asyncDispose]: () => (ends ? Promise.resolve() : dropCopies(maintenance, names)),
  }
}

/** A server that is gone took them with it; from one of somebody else's they go with the scratch database at the latest. */
async function dropCopies(maintenance: ConnectionTarget, names: readonly string[]): Promise<void> {
  if (names.length === 0) return
  try {
    await using admin = await Connection.open(maintenance)
    for (const name of names) await admin.run(`drop database if exists ${quoteName(name)} with (force)`)
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error
  }
}
