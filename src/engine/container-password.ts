import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from './binaries.ts'
import { openCache } from './cache.ts'

const FILE = 'container-password'

/**
 * The password of containers that stay: the next run must know it, and nobody else. A superuser's password is a shell
 * in the container, so it is neither a constant nor made of what others can know. Undefined without a cache.
 */
export function reusablePassword(environment: Environment): string | undefined {
  const cache = openCache(environment)
  if (!cache) return undefined
  const file = join(cache.dir, FILE)
  try {
    // exclusive: of two first runs one writes, both read the same
    writeFileSync(file, randomBytes(18).toString('base64url'), { mode: 0o600, flag: 'wx' })
  } catch {
    // it is there, or cannot be written: reading tells
  }
  try {
    return readFileSync(file, 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}
