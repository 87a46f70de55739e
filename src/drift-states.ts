import { Cleanup } from './cleanup.ts'
import { Connection, DatabaseError } from './database/connection.ts'
import type { Config } from './domain/config.ts'
import type { OtherSide, Snapshot } from './domain/drift.ts'
import type { ConnectionTarget } from './domain/server.ts'
import { readLive } from './drift/read-live.ts'
import { readSnapshot, rebuild } from './drift/rebuild.ts'
import type { Rebuilt } from './drift/rebuild.ts'
import { readSchemaFile, rolesForFile, unstatedIn } from './drift/schema-file.ts'
import type { SchemaFile, Unstated } from './drift/schema-file.ts'
import { driftScope } from './drift-scope.ts'
import { externalServer } from './engine/external.ts'
import { HarnessError } from './errors.ts'
import { findSources } from './migrations/find.ts'
import { prepare, privilegesOf } from './prepare.ts'
import type { PrepareContext, Prepared } from './prepare.ts'
import { loadParser } from './sql/parse.ts'

/** Where the other statement of the schema is. */
export type Other =
  | {
      readonly kind: 'file'
      /** absolute */
      readonly path: string
      /** as whoever gave it calls it */
      readonly name: string
    }
  | { readonly kind: 'live'; readonly url: string }

/** Another state than that of the migrations. Disposing of it removes the throw-away database that was made to hold it. */
export interface OtherState extends AsyncDisposable {
  readonly side: OtherSide
  readonly snapshot: Snapshot
  /** what of the migrations it says nothing about */
  readonly unstated: Unstated
  readonly notes: readonly string[]
  /** makes such a database; `left` is what could not be made there */
  readonly open: () => Promise<Opened>
}

export interface Opened extends Rebuilt {
  readonly prepared: Prepared
}

/** What is the project's in a throw-away database. */
export async function snapshotOf(
  target: ConnectionTarget,
  config: Config,
  buckets: boolean,
): Promise<Snapshot> {
  await using connection = await Connection.open(target)
  return await readSnapshot(connection, { ...driftScope(config), buckets: buckets && isSupabase(config) })
}

const isSupabase = ({ platform }: Config): boolean => platform === 'supabase'

/** A live database, read and never written to. */
export async function liveState(url: string, config: Config, context: PrepareContext): Promise<OtherState> {
  const target = liveTarget(url, config, context)
  const snapshot = await readLive(target, driftScope(config))
  const stack = new Cleanup()
  const place = target.host.startsWith('/') ? target.host : `${target.host}:${target.port}`
  return {
    side: { kind: 'live', name: `database ${target.database} on ${place}`, version: snapshot.version },
    snapshot,
    unstated: { is: ({ kind }) => kind === 'bucket', notes: [] },
    notes: isSupabase(config)
      ? ['Buckets are rows, and no row of a live database is read: not compared.']
      : [],
    open: async () => {
      const prepared = stack.use(await prepare(config, context))
      return { prepared, ...(await bring(prepared, snapshot, config, false)) }
    },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
}

/** @throws HarnessError without the URL, because of its password */
function liveTarget(url: string, { database }: Config, { environment }: PrepareContext): ConnectionTarget {
  try {
    return externalServer(url, { allowExternal: database.allowExternal, environment }).target
  } catch (error) {
    if (!(error instanceof HarnessError) || error.code !== 'DATABASE_REFUSED') throw error
    throw new HarnessError('DATABASE_REFUSED', error.message, {
      hint: 'drift reads the catalogs there in one read-only transaction, and no rows. If that is meant, add --allow-external.',
    })
  }
}

/** A file that states the schema, run in a throw-away database instead of the migrations. */
export async function fileState(
  { path, name }: Extract<Other, { readonly kind: 'file' }>,
  config: Config,
  migrations: Snapshot,
  context: PrepareContext,
): Promise<OtherState> {
  const [source] = findSources(config.projectDir, [{ sql: [path] }])
  const text = source?.files[0]?.text ?? ''
  await loadParser()
  const file = readSchemaFile(text)
  if (file.statements === 0)
    throw new HarnessError('SOURCES_NOT_FOUND', `${name} holds no statement of SQL`, {
      hint: 'Write one with: pg_dump --schema-only "$URL" > schema.sql, or supabase db dump -f schema.sql',
    })
  const prepared = await prepareFile(
    { ...withoutStart(config), sources: [{ sql: [path] }], apiPrivileges: regimeFor(file, config) },
    { ...context, prelude: rolesForFile(file, migrations) },
  )
  try {
    return await stateIn(prepared, { name, file, config, migrations })
  } catch (error) {
    const cause = await prepared.causeOf(error)
    await prepared[Symbol.asyncDispose]()
    throw cause
  }
}

/** The file is the whole statement. */
function withoutStart({ fromSchema: _fromSchema, ...config }: Config): Config {
  return { ...config, before: [], after: [] }
}

/** 42P06: a dump of the whole database makes the platform, which is there already. */
async function prepareFile(config: Config, context: PrepareContext): Promise<Prepared> {
  try {
    return await prepare(config, context)
  } catch (error) {
    const cause = error instanceof HarnessError ? error.cause : undefined
    if (
      !(error instanceof HarnessError) ||
      !(cause instanceof DatabaseError) ||
      cause.error.sqlstate !== '42P06'
    )
      throw error
    throw new HarnessError(error.code, error.message, {
      hint: 'Dump the schemas of the project alone: supabase db dump, or pg_dump --schema-only -n public (-n for each).',
      cause,
    })
  }
}

interface Ran {
  readonly name: string
  readonly file: SchemaFile
  readonly config: Config
  readonly migrations: Snapshot
}

async function stateIn(prepared: Prepared, { name, file, config, migrations }: Ran): Promise<OtherState> {
  const snapshot = await snapshotOf(prepared.target, config, true)
  const unstated = unstatedIn(file, snapshot, migrations, driftScope(config).platformSchemas)
  const ran = prepared.sources.flatMap(({ files }) => files.flatMap(({ notes }) => notes))
  return {
    side: { kind: 'file', name },
    snapshot,
    unstated,
    notes: [...unstated.notes.map((note) => `${name}: ${note}.`), ...fewOf(ran)],
    open: async () => {
      const wanted = completed(snapshot, migrations, unstated)
      return { prepared, ...(await bring(prepared, wanted, config, true)) }
    },
    [Symbol.asyncDispose]: () => prepared[Symbol.asyncDispose](),
  }
}

/** Remarks on statements that a person should know of are few; a dump's own are all alike. */
function fewOf(notes: readonly string[]): readonly string[] {
  const rest = notes.length - MOST_NOTES
  return rest > 0 ? [...notes.slice(0, MOST_NOTES), `and ${rest} more remarks like these`] : notes
}

const MOST_NOTES = 3

/** A dump with privileges states all that there are: what the platform would give to new objects is not added. */
function regimeFor({ isDump, grants }: SchemaFile, config: Config): 'legacy' | 'explicit' {
  return isDump && grants ? 'explicit' : privilegesOf(config)
}

/** What a file says nothing about is as in the migrations, so that it makes no difference. */
function completed(snapshot: Snapshot, migrations: Snapshot, { is }: Unstated): Snapshot {
  const names = new Set(snapshot.objects.map(({ path }) => path.slice(0, 2).join('.')))
  const carried = migrations.objects.filter((object) => {
    const [first = '', second = '', third = ''] = object.path
    const named = object.kind === 'privilege' && first !== 'schema' ? `${second}.${third}` : null
    return is(object) && (named === null || names.has(named))
  })
  return { ...snapshot, objects: [...snapshot.objects.filter((object) => !is(object)), ...carried] }
}

async function bring(
  prepared: Prepared,
  wanted: Snapshot,
  config: Config,
  buckets: boolean,
): Promise<Rebuilt> {
  await using connection = await Connection.open(prepared.target)
  return await rebuild(connection, wanted, {
    ...driftScope(config),
    buckets: buckets && isSupabase(config),
    ownsRoles: ['embedded', 'system'].includes(prepared.engine.kind),
  })
}
