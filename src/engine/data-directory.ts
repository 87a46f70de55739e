import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { HarnessError } from '../errors.ts'
import { packDirectory, unpackDirectory } from './archive.ts'
import { executable, fingerprint, type Binaries, type Environment } from './binaries.ts'
import { markUsed, type Cache } from './cache.ts'
import { execute } from './execute.ts'
import { isInMemory } from './private-root.ts'
import type { RunAs } from './run-as.ts'

/** The bootstrap superuser has the name that Supabase gives it: it owns what the platform creates. */
export const SUPERUSER = 'supabase_admin'

const REASON_LINES = 12

/** Small WAL segments keep the directory small; the built-in locale sorts alike on every machine. */
export function initdbArguments(major: number): readonly string[] {
  return [
    '--no-sync',
    '--auth=trust',
    `--username=${SUPERUSER}`,
    '--encoding=UTF8',
    '--wal-segsize=1',
    // A server that is killed while it still uses POSIX shared memory leaves it in /dev/shm.
    ...(major >= 16 && process.platform !== 'win32' ? ['--set=dynamic_shared_memory_type=mmap'] : []),
    ...(major >= 17 ? ['--locale-provider=builtin', '--locale=C.UTF-8'] : ['--locale=C']),
    ...(major >= 18 ? ['--no-data-checksums'] : []),
  ]
}

/** Data directories with the same key are interchangeable. */
export function dataDirectoryKey(binaries: Binaries): string {
  const { kind, version, major, bin } = binaries
  // A distribution may compile with other block sizes: its directories are for its own binaries.
  const build = kind === 'system' ? bin : 'embedded'
  return fingerprint([version, process.platform, process.arch, build, ...initdbArguments(major)])
}

export interface DataDirectoryOptions {
  readonly binaries: Binaries
  readonly user: RunAs
  readonly environment: Environment
  readonly cache: Cache | undefined
  readonly onProgress: (text: string) => void
  readonly signal: AbortSignal | undefined
  /** called whenever there is something to wait for */
  readonly onIdle: () => void
}

/**
 * Makes a fresh data directory: from the cache if there is one, else with initdb, whose result goes into the cache
 * before a server ever ran on it.
 *
 * @throws HarnessError ENGINE_FAILED with what initdb said
 */
export async function createDataDirectory(root: string, options: DataDirectoryOptions): Promise<void> {
  const { binaries, user, cache, onProgress, onIdle } = options
  const data = join(root, 'data')
  const archive = cache && join(cache.dir, `data-${dataDirectoryKey(binaries)}.archive`)
  if (archive && (await restoreDataDirectory(archive, data, user, onIdle))) return markUsed(archive)
  onProgress(`creating a data directory for PostgreSQL ${binaries.version}`)
  await initialise(root, options)
  if (!archive) return
  try {
    packDirectory(data, archive)
  } catch {
    // the next run pays for initdb again
  }
}

/** Unpacks an archive; false, with nothing left, when it is missing, damaged or does not fit. */
export async function restoreDataDirectory(
  archive: string,
  data: string,
  user: RunAs,
  onIdle: () => void,
): Promise<boolean> {
  if (!existsSync(archive)) return false
  try {
    await unpackBeside(archive, data, user, onIdle)
    return true
  } catch {
    rmSync(data, { recursive: true, force: true })
    return false
  }
}

/** Files of a database's tables and indexes, with those of the catalogs, which are 300. */
const FEW_FILES = 1500

/** Whether no database of a cluster holds more than some hundred tables: one that is locked has a file, and so have its indexes. */
export function isSmall(data: string): boolean {
  const base = join(data, 'base')
  return readdirSync(base).every((database) => readdirSync(join(base, database)).length <= FEW_FILES)
}

/**
 * On another thread, for a disk takes its time with a thousand files; on this one in memory, and where the sources run as
 * they are, which no thread can load.
 */
async function unpackBeside(archive: string, dir: string, owner: RunAs, onIdle: () => void): Promise<void> {
  const script = new URL('./unpack.js', import.meta.url)
  if (isInMemory(dir) || !existsSync(script)) return unpackDirectory(archive, dir, owner)
  const worker = new Worker(script, { workerData: { archive, dir, owner }, execArgv: [] })
  onIdle()
  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject)
    worker.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`unpacking ended with code ${code}`)),
    )
  })
}

async function initialise(root: string, options: DataDirectoryOptions): Promise<void> {
  const { binaries, user, environment, signal } = options
  const args = ['-D', join(root, 'data'), ...initdbArguments(binaries.major)]
  const made = execute(join(binaries.bin, executable('initdb')), args, {
    user,
    environment,
    cwd: root,
    signal,
  })
  options.onIdle()
  const result = await made
  if (result.kind === 'done') return
  signal?.throwIfAborted()
  throw new HarnessError(
    'ENGINE_FAILED',
    `initdb of PostgreSQL ${binaries.version} failed: ${essence(result.reason)}`,
    {
      hint: hintFor(result.reason),
    },
  )
}

/** A failing bootstrap repeats the statement that it was at, often a screen of SQL: what is wrong stands around it. */
function essence(reason: string): string {
  const lines = reason.split('\n')
  const telling = lines.filter((line) => /FATAL: |PANIC: |ERROR: |error: |could not /.test(line))
  return (telling.length > 0 ? telling : lines).slice(-REASON_LINES).join('\n')
}

function hintFor(reason: string): string {
  if (/No space left/.test(reason)) return 'Free some space, or set RLS_TMPDIR to a folder on another disk.'
  if (/effective user ID/.test(reason)) {
    return 'initdb wants the current user in /etc/passwd: add it, or share a filled RLS_CACHE_DIR.'
  }
  return 'Check that these binaries run on this machine, or choose another engine (database.engine).'
}
