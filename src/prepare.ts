import { createHash } from 'node:crypto'
import type { Config } from './domain/config.ts'
import type { ConnectionTarget } from './domain/server.ts'
import type { AppliedSource, Source } from './domain/source.ts'
import { Cleanup } from './cleanup.ts'
import { Connection } from './database/connection.ts'
import { createScratch } from './database/scratch.ts'
import { startServer, type AnyServer } from './engine/choose.ts'
import type { ContainerServer } from './engine/container.ts'
import type { ExternalServer } from './engine/external.ts'
import type { LocalServer } from './engine/local-server.ts'
import { HarnessError } from './errors.ts'
import { applySources } from './migrations/apply.ts'
import { BLAME_SQL, installBlame, recordBlame, removeBlame } from './migrations/blame.ts'
import type { BlameRecord } from './migrations/blame.ts'
import { findSources } from './migrations/find.ts'
import { readDefinitions } from './migrations/read-definitions.ts'
import { platformFingerprint } from './platform/fingerprint.ts'
import { extensionDir, installNeon, installPlain, installPlatform, isForNeon } from './platform/install.ts'
import { loadParser } from './sql/parse.ts'
import { quoteLiteral } from './sql/quote.ts'

/** What the migrations made, and from where. */
export interface Migrated {
  readonly sources: readonly AppliedSource[]
  readonly definitions: readonly BlameRecord[]
}

/** A database in which the migrations have run. Disposing of it removes everything that was made for it. */
export interface Prepared extends AsyncDisposable, Migrated {
  readonly target: ConnectionTarget
  readonly engine: { readonly kind: string; readonly version: string }
  readonly apiPrivileges: 'legacy' | 'explicit'
  /** the migrations did not have to run: an earlier run kept the result */
  readonly fromCache: boolean
  /** What is behind an error of the database, as far as more can be known: the server may have ended. */
  readonly causeOf: (error: unknown) => Promise<unknown>
}

export interface PrepareContext {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
  readonly onNotice?: (text: string) => void
  /** SQL that the superuser runs between platform and migrations: what these take for granted and do not make */
  readonly prelude?: string
}

/** The regime of default privileges that is tested: the project's own word, else the one that opens most. */
export function privilegesOf({
  apiPrivileges,
  supabase,
}: Pick<Config, 'apiPrivileges' | 'supabase'>): 'legacy' | 'explicit' {
  if (apiPrivileges !== 'auto') return apiPrivileges
  return supabase.autoExposeNewTables === false ? 'explicit' : 'legacy'
}

/** Starts a server, installs the platform, applies the migrations; or starts where an earlier run of the same inputs left off. */
export async function prepare(config: Config, context: PrepareContext): Promise<Prepared> {
  const sources = findSources(config.projectDir, config.sources)
  const apiPrivileges = privilegesOf(config)
  const { prelude = '' } = context
  const key = snapshotKey(config, sources, apiPrivileges, prelude)
  const stack = new Cleanup()
  let server: AnyServer | undefined
  try {
    server = stack.use(await start(config, context, key))
    const make = (target: ConnectionTarget): Promise<Migrated> =>
      migrate(target, config, sources, apiPrivileges, prelude)
    const made = await makeOn(server, stack, config, context, make, key)
    const running = server
    return {
      ...made,
      apiPrivileges,
      causeOf: (error) => causeOf(running, error),
      [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
    }
  } catch (error) {
    const cause = server ? await causeOf(server, error) : error
    await stack[Symbol.asyncDispose]()
    throw cause
  }
}

function start(config: Config, context: PrepareContext, key: string): Promise<AnyServer> {
  return startServer({
    ...context,
    database: config.database,
    projectDir: config.projectDir,
    extensionDirs: [extensionDir()],
    ...(config.database.cache ? { snapshot: { key } } : {}),
  })
}

type Made = Migrated & Pick<Prepared, 'target' | 'engine' | 'fromCache'>
type Make = (target: ConnectionTarget) => Promise<Migrated>

function makeOn(
  server: AnyServer,
  stack: Cleanup,
  config: Config,
  context: PrepareContext,
  make: Make,
  key: string,
): Promise<Made> {
  switch (server.kind) {
    case 'external':
      return onExternal(server, stack, config, context, make)
    case 'container':
      return onContainer(server, stack, config, context, make)
    case 'embedded':
    case 'system':
      return onLocal(server, stack, config, context, make, key)
  }
}

async function onLocal(
  server: LocalServer,
  stack: Cleanup,
  config: Config,
  { signal }: PrepareContext,
  make: Make,
  key: string,
): Promise<Made> {
  stack.defer(onAbort(signal, () => server[Symbol.asyncDispose]()))
  const { target } = server
  const engine = { kind: server.kind, version: server.version }
  if (server.fromSnapshot) return { ...(await recall(target)), target, engine, fromCache: true }
  const migrated = await make(target)
  if (config.database.cache) {
    await remember(target, migrated)
    await server.saveSnapshot(key, true)
  }
  return { ...migrated, target, engine, fromCache: false }
}

async function onExternal(
  server: ExternalServer | ContainerServer,
  stack: Cleanup,
  config: Config,
  { signal }: PrepareContext,
  make: Make,
): Promise<Made> {
  const scratch = stack.use(await createScratch(server.target, config.database.keep))
  stack.defer(onAbort(signal, scratch.interrupt))
  const engine = { kind: server.kind, version: scratch.version }
  return { ...(await make(scratch.target)), target: scratch.target, engine, fromCache: false }
}

/**
 * Images may have put something into the database `postgres`, and several runs may share a container that stays. In one
 * that goes there is nothing to drop.
 */
async function onContainer(
  server: ContainerServer,
  stack: Cleanup,
  config: Config,
  context: PrepareContext,
  make: Make,
): Promise<Made> {
  if (server.stays) return onExternal(server, stack, config, context, make)
  stack.defer(onAbort(context.signal, () => server[Symbol.asyncDispose]()))
  const { target, version } = await createScratch(server.target, true)
  const engine = { kind: server.kind, version }
  return { ...(await make(target)), target, engine, fromCache: false }
}

/** Whoever interrupts must not wait for a statement that runs for long: `stop` ends it. @returns what takes that back */
function onAbort(signal: AbortSignal, stop: () => PromiseLike<void>): () => void {
  signal.throwIfAborted()
  // where stopping fails, so does what is to be stopped, and says why
  const listener = (): void => void stop().then(undefined, () => {})
  signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}

/** A lost connection is only what was noticed of it when a server of ours ended by itself. */
async function causeOf(server: AnyServer, error: unknown): Promise<unknown> {
  const wasLost = error instanceof HarnessError && error.code === 'DATABASE_UNREACHABLE'
  return (wasLost && server.kind !== 'external' && (await server.whatEndedIt())) || error
}

function snapshotKey(
  config: Config,
  sources: readonly Source[],
  apiPrivileges: string,
  prelude: string,
): string {
  const files = sources.map(({ tool, files: list }) => [
    tool,
    list.map(({ path, sha256, transaction, role }) => [path, sha256, transaction, role]),
  ])
  return createHash('sha256')
    .update(
      JSON.stringify([platformFingerprint(), BLAME_SQL, config.platform, apiPrivileges, files, prelude]),
    )
    .digest('hex')
    .slice(0, 24)
}

async function migrate(
  target: ConnectionTarget,
  config: Config,
  sources: readonly Source[],
  apiPrivileges: 'legacy' | 'explicit',
  prelude: string,
): Promise<Migrated> {
  const supabase = config.platform === 'supabase'
  {
    await using platform = await Connection.open(target)
    await (supabase ? installPlatform(platform, { apiPrivileges }) : installPlain(platform))
    const texts = sources.flatMap(({ files }) => files.map(({ text }) => text))
    if (supabase && isForNeon(texts)) await installNeon(platform)
    if (prelude !== '') await platform.run(prelude)
  }
  // settings of the database hold for sessions that begin after they were made
  await using connection = await Connection.open(target)
  const isRecorded = await installBlame(connection)
  const applied = await applySources(connection, sources, {
    projectDir: config.projectDir,
    role: supabase ? 'postgres' : 'app_owner',
    ...(isRecorded ? { record: recordBlame } : {}),
  })
  const recorded = isRecorded ? await removeBlame(connection) : []
  if (recorded.length > 0) return { sources: applied, definitions: recorded }
  // nobody may record there, or event triggers are switched off: the text of the migrations says nearly as much
  await loadParser()
  const { projectDir } = config
  return {
    sources: applied,
    definitions: readDefinitions(sources, { projectDir, database: target.database }),
  }
}

const MEMORY = 'rls_harness_memory'

/** What a run must know about migrations that it did not run itself is kept beside the database that they made. */
async function remember(target: ConnectionTarget, migrated: Migrated): Promise<void> {
  {
    await using connection = await Connection.open(target)
    await connection.run(`create database ${MEMORY} template template0`)
  }
  await using memory = await Connection.open({ ...target, database: MEMORY })
  await memory.run(
    `create table migrated (content jsonb); insert into migrated values (${quoteLiteral(JSON.stringify(migrated))}::jsonb)`,
  )
}

async function recall(target: ConnectionTarget): Promise<Migrated> {
  await using memory = await Connection.open({ ...target, database: MEMORY })
  const [row] = await memory.rows<{ content: Migrated }>('select content from migrated')
  return row?.content ?? { sources: [], definitions: [] }
}
