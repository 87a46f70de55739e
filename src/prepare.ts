import { chainOf, filesIn, sharedFiles } from './chain.ts'
import { Cleanup } from './cleanup.ts'
import { DatabaseError } from './database/connection.ts'
import { createScratch } from './database/scratch.ts'
import type { Config } from './domain/config.ts'
import type { ConnectionTarget } from './domain/server.ts'
import { startServer, type AnyServer } from './engine/choose.ts'
import type { ContainerServer } from './engine/container.ts'
import type { ExternalServer } from './engine/external.ts'
import type { LocalServer } from './engine/local-server.ts'
import { exchangeChain } from './engine/project.ts'
import { HarnessError } from './errors.ts'
import { asMigrated, migrate } from './migrate.ts'
import type { Applied, Migrated, MigrationInput } from './migrate.ts'
import type { CommandContext } from './migrations/command.ts'
import { extensionDir } from './platform/install.ts'
import { startOf } from './start.ts'

/** A database in which the migrations have run. Disposing of it removes everything that was made for it. */
export interface Prepared extends AsyncDisposable, Migrated {
  readonly target: ConnectionTarget
  readonly engine: { readonly kind: string; readonly version: string }
  readonly apiPrivileges: 'legacy' | 'explicit'
  /** how many of the files did not have to run: an earlier run kept what they made */
  readonly reused: number
  /** What is behind an error of the database, as far as more can be known: the server may have ended. */
  readonly causeOf: (error: unknown) => Promise<unknown>
}

export interface PrepareContext {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
  readonly onNotice?: (text: string) => void
  /** called whenever there is something to wait for: what is needed later can be loaded meanwhile */
  readonly onIdle?: () => void
  /** SQL that the superuser runs between platform and migrations: what these take for granted and do not make */
  readonly prelude?: string
  /** the folder that people think of as the project, where the configuration's is a temporary copy of it */
  readonly project?: string
}

/** The regime of default privileges that is tested: the project's own word, else the one that opens most. */
export function privilegesOf({
  apiPrivileges,
  supabase,
}: Pick<Config, 'apiPrivileges' | 'supabase'>): 'legacy' | 'explicit' {
  if (apiPrivileges !== 'auto') return apiPrivileges
  return supabase.autoExposeNewTables === false ? 'explicit' : 'legacy'
}

/**
 * Starts a server, installs the platform, applies the migrations; or starts where an earlier run left off that began with
 * the same files.
 */
export async function prepare(config: Config, context: PrepareContext): Promise<Prepared> {
  const start = await startOf(config, context.environment)
  const { sources } = start
  const apiPrivileges = start.statesPrivileges ? 'explicit' : privilegesOf(config)
  const prelude = [context.prelude ?? '', start.prelude].filter((sql) => sql !== '').join(';\n')
  const input = { config, sources, apiPrivileges, prelude }
  // what a command made can be told from its inputs alone
  const isKnown = filesIn(sources).every(({ file }) => !file.command || file.command.inputs)
  const plan = config.database.cache && isKnown ? planOf(input, context) : undefined
  try {
    return await prepareBy(plan, input, context)
  } catch (error) {
    // what a session alone knows (a sequence's last value) is not known to the one that goes on
    if (!plan || !missesSession(error)) throw error
    return prepareBy({ ...plan, chain: [], stop: undefined }, input, context)
  }
}

async function prepareBy(
  plan: Plan | undefined,
  input: MigrationInput,
  context: PrepareContext,
): Promise<Prepared> {
  const { config, apiPrivileges } = input
  const stack = new Cleanup()
  let server: AnyServer | undefined
  try {
    server = stack.use(await start(config, context, plan))
    const made = await makeOn(server, stack, { plan, input, context })
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

function commandsOn(ours: CommandContext['ours'], context: PrepareContext): CommandContext {
  const { environment, signal, onProgress } = context
  return { environment, signal, onProgress, ours }
}

/** What of the migrations earlier runs may have kept, and what this one keeps. */
interface Plan {
  readonly project: string
  /** keys of the database after 0, 1, 2, … files; none: nothing of it may be used */
  readonly chain: readonly string[]
  /** right before the first file that changed: whoever saves it again will start there */
  readonly stop: number | undefined
}

function planOf({ config, sources, apiPrivileges, prelude }: MigrationInput, context: PrepareContext): Plan {
  const chain = chainOf(config, sources, apiPrivileges, prelude)
  const project = context.project ?? config.projectDir
  const before = exchangeChain(context.environment, project, chain).map((one) => sharedFiles(one, chain))
  const stop = Math.max(-1, ...before.filter((shared) => shared < chain.length - 1))
  return { project, chain, stop: stop >= 0 ? stop : undefined }
}

/** A result that no file may be added to has a key of its own. */
const finalKey = (key: string): string => `${key} final`

function start(config: Config, context: PrepareContext, plan: Plan | undefined): Promise<AnyServer> {
  const [whole, ...parts] = plan?.chain.toReversed() ?? []
  return startServer({
    ...context,
    database: config.database,
    projectDir: config.projectDir,
    extensionDirs: [extensionDir()],
    ...(plan && whole !== undefined
      ? {
          snapshots: {
            keys: [whole, finalKey(whole), ...parts],
            complete: [whole, finalKey(whole)],
            project: plan.project,
          },
        }
      : {}),
  })
}

const SESSION_STATE = '55000'

/** currval() and lastval() of what an earlier session did. */
const missesSession = (error: unknown): boolean =>
  error instanceof HarnessError &&
  error.cause instanceof DatabaseError &&
  error.cause.error.sqlstate === SESSION_STATE

type Made = Migrated & Pick<Prepared, 'target' | 'engine' | 'reused'>

interface Making {
  readonly plan: Plan | undefined
  readonly input: MigrationInput
  readonly context: PrepareContext
}

function makeOn(server: AnyServer, stack: Cleanup, making: Making): Promise<Made> {
  switch (server.kind) {
    case 'external':
      return onExternal(server, stack, making)
    case 'container':
      return onContainer(server, stack, making)
    case 'embedded':
    case 'system':
      return onLocal(server, stack, making)
  }
}

async function onLocal(server: LocalServer, stack: Cleanup, { plan, input, context }: Making): Promise<Made> {
  stack.defer(onAbort(context.signal, () => server[Symbol.asyncDispose]()))
  const { target } = server
  const from = server.fromSnapshot && appliedIn(server.fromSnapshot.content)
  const reused = from?.files.length ?? 0
  const made = { target, engine: { kind: server.kind, version: server.version }, reused }
  if (from && reused === filesIn(input.sources).length)
    return { ...made, ...(await asMigrated(from, input, target.database)) }
  const save = (key: string | undefined, applied: Applied): Promise<void> =>
    key === undefined
      ? Promise.resolve()
      : server.saveSnapshot({ key, content: JSON.stringify(applied), connectionsClosed: true })
  const stop = stopOf(plan, from && reused)
  const whole = plan?.chain.at(-1)
  const { applied, goesOn } = await migrate(target, {
    ...input,
    commands: commandsOn('server', context),
    from,
    ownsRoles: true,
    ...(whole === undefined ? {} : { stop, onStop: (part) => save(plan?.chain[part.files.length], part) }),
  })
  if (whole !== undefined) await save(goesOn ? whole : finalKey(whole), applied)
  return { ...made, ...(await asMigrated(applied, input, target.database)) }
}

/**
 * After how many files the database is kept beside the whole: right before the first that changed, so far as it is not
 * known already; where nothing is known, as the platform leaves it, which every project begins with.
 */
function stopOf(plan: Plan | undefined, reused: number | undefined): number | undefined {
  if (reused === undefined) return plan?.stop ?? 0
  return plan?.stop !== undefined && plan.stop > reused ? plan.stop : undefined
}

/** What an earlier run of ours noted: the key that it was found under says that it can be read. */
function appliedIn(content: string): Applied {
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- written by save() above
  return JSON.parse(content) as Applied
}

async function makeAnew(
  target: ConnectionTarget,
  input: MigrationInput,
  context: PrepareContext,
): Promise<Migrated> {
  const { applied } = await migrate(target, { ...input, commands: commandsOn('database', context) })
  return asMigrated(applied, input, target.database)
}

async function onExternal(
  server: ExternalServer | ContainerServer,
  stack: Cleanup,
  { input, context }: Making,
): Promise<Made> {
  const scratch = stack.use(await createScratch(server.target, input.config.database.keep))
  stack.defer(onAbort(context.signal, scratch.interrupt))
  const { target, version } = scratch
  const engine = { kind: server.kind, version }
  return { ...(await makeAnew(target, input, context)), target, engine, reused: 0 }
}

/**
 * Images may have put something into the database `postgres`, and several runs may share a container that stays. In one
 * that goes there is nothing to drop.
 */
async function onContainer(server: ContainerServer, stack: Cleanup, making: Making): Promise<Made> {
  if (server.stays) return onExternal(server, stack, making)
  stack.defer(onAbort(making.context.signal, () => server[Symbol.asyncDispose]()))
  const { target, version } = await createScratch(server.target, true)
  const engine = { kind: server.kind, version }
  return { ...(await makeAnew(target, making.input, making.context)), target, engine, reused: 0 }
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
