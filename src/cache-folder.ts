import * as fs from 'node:fs'
import { join, resolve } from 'node:path'

/** In the cache: configurations in TypeScript as they were compiled. */
export const CONFIGURATIONS = 'configurations'

/** A configuration runs as whoever runs us: it is kept only where nobody but that person, or root, can put one. */
export function configurationFolder(
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const cache = cacheFolder(environment)
  if (cache === undefined) return undefined
  const dir = join(cache, CONFIGURATIONS)
  return isSafe(dir) && [cache, dir].every(isOwn) ? dir : undefined
}

function isOwn(dir: string): boolean {
  const { uid } = fs.statSync(dir)
  const own = process.getuid?.()
  return own === undefined || uid === own || uid === 0
}

/**
 * Where results are kept between runs: RLS_CACHE_DIR, else rls-harness in XDG_CACHE_HOME or ~/.cache.
 *
 * @returns an absolute path; undefined when that is not a safe, writable folder
 */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const { RLS_CACHE_DIR, XDG_CACHE_HOME, HOME = environment['USERPROFILE'] } = environment
  const parent = XDG_CACHE_HOME || (HOME && join(HOME, '.cache'))
  const dir = RLS_CACHE_DIR || (parent && join(parent, 'rls-harness'))
  return dir && isSafe(dir) ? resolve(dir) : undefined
}

/**
 * A data directory can make its server run programs (archive_command), so a folder into which others may write is not
 * a cache: somebody else's file would run as us. It is made if it is not there.
 */
export function isSafe(dir: string): boolean {
  try {
    fs.mkdirSync(dir, { recursive: true, mode: 0o755 })
    fs.accessSync(dir, fs.constants.W_OK)
    const { uid, mode } = fs.statSync(dir)
    const own = process.getuid?.()
    return own === undefined || ((own === 0 || uid === own || uid === 0) && (mode & 0o002) === 0)
  } catch {
    return false
  }
}
