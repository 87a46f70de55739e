import { createHash } from 'node:crypto'
import type { Config } from './domain/config.ts'
import type { ConnectionTarget } from './domain/server.ts'
import type { AppliedSource, Source } from './domain/source.ts'
import { Cleanup } from './cleanup.ts'
import { Connection } from './database/connection.ts'
import { createScratch } from './database/scratch.ts'
import { startServer } from './engine/choose.ts'
import { applySources } from './migrations/apply.ts'
import { installBlame, recordBlame, removeBlame } from './migrations/blame.ts'
import type { BlameRecord } from './migrations/blame.ts'
import { findSources } from './migrations/find.ts'
import { platformFingerprint } from './platform/fingerprint.ts'
import { extensionDir, installPlain, installPlatform } from './platform/install.ts'
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
}

export interface PrepareContext {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
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
  const stack = new Cleanup()
  try {
    const key = snapshotKey(config, sources, apiPrivileges)
    const server = stack.use(
      await startServer({
        database: config.database,
        projectDir: config.projectDir,
        environment: context.environment,
        extensionDirs: [extensionDir()],
        onProgress: context.onProgress,
        ...(config.database.cache ? { snapshot: { key } } : {}),
      }),
    )
    // whoever interrupts must not wait for a statement that runs for long
    const stop = (): void => void server[Symbol.asyncDispose]()
    context.signal.addEventListener('abort', stop, { once: true })
    stack.defer(() => context.signal.removeEventListener('abort', stop))
    context.signal.throwIfAborted()
    const make = (target: ConnectionTarget): Promise<Migrated> =>
      migrate(target, config, sources, apiPrivileges)
    if (server.kind === 'external') {
      const scratch = stack.use(await createScratch(server.target, config.database.keep))
      return done(
        stack,
        scratch.target,
        { kind: 'external', version: scratch.version },
        apiPrivileges,
        false,
        await make(scratch.target),
      )
    }
    const engine = { kind: server.kind, version: server.version }
    if (server.fromSnapshot)
      return done(stack, server.target, engine, apiPrivileges, true, await recall(server.target))
    const migrated = await make(server.target)
    if (config.database.cache) {
      await remember(server.target, migrated)
      await server.saveSnapshot(key, true)
    }
    return done(stack, server.target, engine, apiPrivileges, false, migrated)
  } catch (error) {
    await stack[Symbol.asyncDispose]()
    throw error
  }
}

function done(
  stack: Cleanup,
  target: ConnectionTarget,
  engine: Prepared['engine'],
  apiPrivileges: Prepared['apiPrivileges'],
  fromCache: boolean,
  migrated: Migrated,
): Prepared {
  return {
    ...migrated,
    target,
    engine,
    apiPrivileges,
    fromCache,
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
}

function snapshotKey(config: Config, sources: readonly Source[], apiPrivileges: string): string {
  const files = sources.map(({ tool, files: list }) => [
    tool,
    list.map(({ path, sha256, transaction, role }) => [path, sha256, transaction, role]),
  ])
  return createHash('sha256')
    .update(JSON.stringify([platformFingerprint(), config.platform, apiPrivileges, files]))
    .digest('hex')
    .slice(0, 24)
}

async function migrate(
  target: ConnectionTarget,
  config: Config,
  sources: readonly Source[],
  apiPrivileges: 'legacy' | 'explicit',
): Promise<Migrated> {
  const supabase = config.platform === 'supabase'
  {
    await using platform = await Connection.open(target)
    await (supabase ? installPlatform(platform, { apiPrivileges }) : installPlain(platform))
  }
  // settings of the database hold for sessions that begin after they were made
  await using connection = await Connection.open(target)
  await installBlame(connection)
  const applied = await applySources(connection, sources, {
    projectDir: config.projectDir,
    role: supabase ? 'postgres' : 'app_owner',
    record: recordBlame,
  })
  return { sources: applied, definitions: await removeBlame(connection) }
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
