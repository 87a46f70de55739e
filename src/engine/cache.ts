import * as fs from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, CONFIGURATIONS, isSafe } from '../cache-folder.ts'
import type { Environment } from './binaries.ts'
import { isAlive } from './janitor.ts'
import { canReach, type RunAs } from './run-as.ts'

const SNAPSHOT = /^snapshot-.*\.archive$/
/** what the harness puts into a cache, and nothing else that may lie there */
const ENTRY = /^(data|snapshot)-[0-9a-f]+\.archive$|^(prefix|binaries)-[0-9a-f]+$|^project-[0-9a-f]+\.json$/
const MAX_UNUSED_MS = 30 * 24 * 3600 * 1000
const MAX_SNAPSHOTS = 24
const MAX_SNAPSHOT_BYTES = 2 * 1024 ** 3

/** What is kept between runs. Every entry can be made again: a cache that cannot be used only costs time. */
export interface Cache {
  readonly dir: string
}

/** The cache of the person who runs us; undefined when there is no safe, writable folder for it. */
export function openCache(environment: Environment): Cache | undefined {
  const dir = cacheFolder(environment)
  return dir === undefined ? undefined : { dir }
}

/**
 * A folder for executables that `user` can enter: the cache itself, or the machine's when the cache lies in root's home.
 * Only root runs programs as somebody else, so only root gets here with a `user`.
 */
export function executableCache(cache: Cache, user: RunAs): Cache | undefined {
  if (canReach(cache.dir, user)) return cache
  const dir = '/var/cache/rls-harness'
  return isSafe(dir) && canReach(dir, user) ? { dir } : undefined
}

/** The file of a snapshot if there is one; it counts as used now. */
export function findSnapshot(cache: Cache, name: string): string | undefined {
  const file = snapshotFile(cache, name)
  if (!fs.existsSync(file)) return undefined
  markUsed(file)
  return file
}

/** Keeps an entry from being pruned. */
export function markUsed(path: string): void {
  const now = new Date() // decides what is kept, never what a run says
  try {
    fs.utimesSync(path, now, now)
  } catch {
    // a cache that belongs to somebody else, who prunes it
  }
}

/** Where the snapshot of that name belongs. */
export function snapshotFile(cache: Cache, name: string): string {
  return join(cache.dir, `snapshot-${name}.archive`)
}

/** Removes drafts of runs that died, what nobody used for a month, and the snapshots beyond their limits. */
export function pruneCache(cache: Cache): void {
  const oldest = Date.now() - MAX_UNUSED_MS
  for (const name of fs.readdirSync(cache.dir)) {
    const path = join(cache.dir, name)
    const writer = /\.(\d+)\.[0-9a-f-]+\.tmp$/.exec(name)?.[1]
    const abandoned = writer !== undefined && !isAlive(Number(writer))
    const unused = ENTRY.test(name) && sizeAndTime(path).time < oldest
    if (abandoned || unused) fs.rmSync(path, { recursive: true, force: true })
  }
  pruneConfigurations(join(cache.dir, CONFIGURATIONS), oldest)
  pruneSnapshots(cache)
}

/** Configurations as they were compiled: small files that are read whenever the project is judged. */
function pruneConfigurations(folder: string, oldest: number): void {
  for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
    const path = join(folder, name)
    if (sizeAndTime(path).time < oldest) fs.rmSync(path, { force: true })
  }
}

function pruneSnapshots(cache: Cache): void {
  const newestFirst = fs
    .readdirSync(cache.dir)
    .filter((name) => SNAPSHOT.test(name))
    .map((name) => ({ file: join(cache.dir, name), ...sizeAndTime(join(cache.dir, name)) }))
    .sort((a, b) => b.time - a.time)
  let total = 0
  for (const [index, { file, size }] of newestFirst.entries()) {
    total += size
    if (index >= MAX_SNAPSHOTS || total > MAX_SNAPSHOT_BYTES) fs.rmSync(file, { force: true })
  }
}

function sizeAndTime(file: string): { readonly size: number; readonly time: number } {
  const stat = fs.statSync(file, { throwIfNoEntry: false }) // another run may have removed it
  return { size: stat?.size ?? 0, time: stat?.mtimeMs ?? 0 }
}
