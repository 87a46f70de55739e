import { readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Server } from '../domain/server.ts'
import { HarnessError } from '../errors.ts'
import { packDirectory } from './archive.ts'
import { describe, fingerprint, type Binaries, type Environment } from './binaries.ts'
import { executableCache, findSnapshot, openCache, pruneCache, snapshotFile, type Cache } from './cache.ts'
import {
  createDataDirectory,
  dataDirectoryKey,
  isSmall,
  restoreDataDirectory,
  SUPERUSER,
} from './data-directory.ts'
import { offerStubs } from './extension-stubs.ts'
import { sweep } from './janitor.ts'
import { keepSnapshot } from './project.ts'
import { FEWER_LOCKS, Postmaster, type PostmasterOptions } from './postmaster.ts'
import { chooseBase, createRoot } from './private-root.ts'
import { usableBinaries } from './relocate.ts'
import { runAs, type RunAs } from './run-as.ts'
import { startWatchdog, type Watchdog } from './watchdog.ts'

/** What earlier runs may have kept. */
export interface Snapshots {
  /** the first that is there is taken */
  readonly keys: readonly string[]
  /** those that no relation will be added to */
  readonly complete: readonly string[]
  /** the folder that they are kept for: of each only some are */
  readonly project: string
}

/** A cluster that an earlier run kept, with what it noted beside. */
export interface Snapshot {
  readonly key: string
  readonly content: string
}

export interface LocalServerOptions {
  readonly binaries: Binaries
  readonly environment: Environment
  readonly useCache: boolean
  readonly extensionDirs: readonly string[]
  readonly snapshots: Snapshots | undefined
  readonly onProgress: (text: string) => void
  /** gives up starting: the promise rejects, and nothing is left */
  readonly signal: AbortSignal | undefined
  /** called whenever there is something to wait for */
  readonly onIdle: () => void
}

/** A server that was started for this run and ends with it. */
export interface LocalServer extends Server {
  readonly kind: 'embedded' | 'system'
  readonly cacheKey: string
  /** it already holds what was there when that snapshot was saved */
  readonly fromSnapshot: Snapshot | undefined
  /** Why the server ended by itself, with the end of its log; undefined while it runs. For a lost connection. */
  whatEndedIt(): Promise<HarnessError | undefined>
  /**
   * Keeps the whole cluster for later runs under a key. The server restarts meanwhile, hence `connectionsClosed`: an
   * open connection would be cut. A snapshot that cannot be written is no error.
   *
   * @throws HarnessError ENGINE_FAILED when the server does not come back
   */
  saveSnapshot(snapshot: Snapshot & { readonly connectionsClosed: true }): Promise<void>
}

/**
 * Starts a server of its own on a private folder, which nobody else can reach and which ends with this process,
 * however that ends. It listens on a unix socket (on Windows: a loopback port).
 *
 * @throws HarnessError ENGINE_FAILED or ENGINE_UNAVAILABLE; nothing is left behind
 */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const user = runAs()
  const base = chooseBase(options.environment, user)
  return translateFileErrors(base, async () => {
    const root = createRoot(base, user)
    const watchdog = startWatchdog(root)
    try {
      const [server] = await Promise.all([launch(root, user, watchdog, options), sweep(base).catch(() => {})])
      return server
    } catch (error) {
      await removeRoot(root, watchdog)
      throw error
    }
  })
}

async function launch(
  root: string,
  user: RunAs,
  watchdog: Watchdog,
  options: LocalServerOptions,
): Promise<LocalServer> {
  const { environment, onProgress, signal, onIdle } = options
  const cache = options.useCache ? openCache(environment) : undefined
  const place = () => (cache && executableCache(cache, user)?.dir) ?? root
  const binaries = usableBinaries(options.binaries, user, place)
  const key = dataDirectoryKey(options.binaries)
  const fromSnapshot = cache && (await restoreFirst(cache, key, options, { root, user }))
  if (!fromSnapshot)
    await createDataDirectory(root, { binaries, user, environment, cache, onProgress, signal, onIdle })
  const dirs = options.extensionDirs
  const offered = await offerStubs({ binaries, dirs, root, place, user, environment, onProgress })
  signal?.throwIfAborted()
  const port = process.platform === 'win32' ? await freePort() : 5432
  const isComplete = fromSnapshot && options.snapshots?.complete.includes(fromSnapshot.key)
  const locks = isComplete && isSmall(join(root, 'data')) ? { max_locks_per_transaction: FEWER_LOCKS } : {}
  const settings = { ...offered.settings, ...locks }
  const { binaries: chosen } = offered
  const start = { binaries: chosen, settings, root, port, user, environment, onSpawn: watchdog.guard }
  const starting = Postmaster.start(start)
  onIdle()
  const postmaster = await starting
  return new RunningServer(postmaster, {
    start,
    watchdog,
    cache,
    key,
    fromSnapshot,
    project: options.snapshots?.project,
    origin: options.binaries,
  })
}

/** Unpacks the first snapshot that is there and whole. */
async function restoreFirst(
  cache: Cache,
  cluster: string,
  { snapshots, onIdle }: Pick<LocalServerOptions, 'snapshots' | 'onIdle'>,
  { root, user }: { readonly root: string; readonly user: RunAs },
): Promise<Snapshot | undefined> {
  const data = join(root, 'data')
  for (const key of snapshots?.keys ?? []) {
    const name = fingerprint([cluster, key])
    const file = findSnapshot(cache, name)
    if (file === undefined || !(await restoreDataDirectory(file, data, user, onIdle))) continue
    if (snapshots) keepSnapshot(cache, snapshots.project, name)
    return { key, content: readFileSync(join(data, CONTENT), 'utf8') }
  }
  return undefined
}

/** In a data directory that is packed: what a server does not know it leaves alone. */
const CONTENT = 'rls_harness'

interface Running {
  readonly start: PostmasterOptions
  readonly watchdog: Watchdog
  readonly cache: Cache | undefined
  readonly key: string
  readonly fromSnapshot: Snapshot | undefined
  readonly project: string | undefined
  /** the binaries as they were found, before any copy */
  readonly origin: Binaries
}

class RunningServer implements LocalServer {
  readonly kind: 'embedded' | 'system'
  readonly version: string
  readonly major: number
  readonly target: Server['target']
  readonly cacheKey: string
  readonly description: string
  readonly fromSnapshot: Snapshot | undefined
  readonly #running: Running
  #postmaster: Postmaster
  /** the last thing that was asked for; the next one waits for it */
  #last: Promise<void> = Promise.resolve()
  #disposal: Promise<void> | undefined

  constructor(postmaster: Postmaster, running: Running) {
    const { origin, start } = running
    this.kind = origin.kind
    this.version = origin.version
    this.major = origin.major
    const host = process.platform === 'win32' ? '127.0.0.1' : start.root
    this.target = { host, port: start.port, user: SUPERUSER, database: 'postgres', ssl: false }
    this.cacheKey = running.key
    this.description = describe(origin)
    this.fromSnapshot = running.fromSnapshot
    this.#running = running
    this.#postmaster = postmaster
  }

  whatEndedIt(): Promise<HarnessError | undefined> {
    return this.#postmaster.whatEndedIt()
  }

  async saveSnapshot(snapshot: Snapshot): Promise<void> {
    const { cache } = this.#running
    if (!cache || this.#disposal) return
    const saved = this.#last.then(() => this.#restartAround(() => this.#pack(cache, snapshot)))
    this.#last = saved.catch(() => {})
    await saved
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#last.then(() => this.#end())
    return this.#disposal
  }

  async #restartAround(work: () => void): Promise<void> {
    const { start, watchdog } = this.#running
    await this.#postmaster.stop('SIGINT')
    watchdog.guard(undefined)
    work()
    this.#postmaster = await Postmaster.start(start)
  }

  #pack(cache: Cache, { key, content }: Snapshot): void {
    try {
      const name = fingerprint([this.cacheKey, key])
      const data = join(this.#running.start.root, 'data')
      writeFileSync(join(data, CONTENT), content)
      packDirectory(data, snapshotFile(cache, name))
      if (this.#running.project !== undefined) keepSnapshot(cache, this.#running.project, name)
      pruneCache(cache)
    } catch {
      // the next run does the same work again
    }
  }

  async #end(): Promise<void> {
    await this.#postmaster.stop('SIGQUIT')
    await removeRoot(this.#running.start.root, this.#running.watchdog)
  }
}

/** What cannot be removed now is left to the watchdog, which tries again. */
async function removeRoot(root: string, watchdog: Watchdog): Promise<void> {
  try {
    await rm(root, { recursive: true, force: true, maxRetries: 3 })
    watchdog.release()
  } catch {
    watchdog.abandon()
  }
}

/** Errors of the file system become sentences; the rest of what is thrown is meant for people already or is a bug. */
async function translateFileErrors<Result>(base: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Error) || error instanceof HarnessError || !('syscall' in error)) throw error
    throw new HarnessError('ENGINE_FAILED', `cannot prepare a server in ${base}: ${error.message}`, {
      hint: 'Set RLS_TMPDIR to a writable folder with 1 GiB of free space.',
      cause: error,
    })
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
