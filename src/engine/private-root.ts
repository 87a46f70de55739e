import * as fs from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { HarnessError } from '../errors.ts'
import type { Environment } from './binaries.ts'
import { canReach, type RunAs } from './run-as.ts'

/** Every private root is named so. */
export const ROOT_PREFIX = 'rls-harness-'
/** The file in a private root that says whose it is. */
const OWNER_FILE = 'owner.json'

const MIN_FREE_BYTES = 1024 ** 3
/** A socket's path has room for 103 bytes on macOS (sun_path); the rest of ours takes 32. */
const MAX_BASE_BYTES = 70

/** The process that a private root belongs to. */
export interface RootOwner {
  readonly pid: number
  /** process ids mean nothing on another machine or in another container that shares the folder */
  readonly machine: string
}

/**
 * Makes the folder that holds everything of one server (data, socket, log), which only `user` may enter.
 *
 * @throws what the file system throws; nothing is left then
 */
export function createRoot(base: string, user: RunAs): string {
  const root = fs.mkdtempSync(join(base, ROOT_PREFIX))
  try {
    fs.writeFileSync(join(root, OWNER_FILE), JSON.stringify({ pid: process.pid, machine: thisMachine() }))
    if (user.uid !== undefined && user.gid !== undefined) fs.chownSync(root, user.uid, user.gid)
    return root
  } catch (error) {
    fs.rmSync(root, { recursive: true, force: true })
    throw error
  }
}

/** The owner of a private root; undefined for a folder that is not provably one of ours. */
export function readOwner(root: string): RootOwner | undefined {
  try {
    const file = join(root, OWNER_FILE)
    const stat = fs.lstatSync(file)
    if (
      !fs.lstatSync(root).isDirectory() ||
      !stat.isFile() ||
      stat.uid !== (process.getuid?.() ?? stat.uid)
    ) {
      return undefined
    }
    const content: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
    return isOwner(content) ? content : undefined
  } catch {
    return undefined
  }
}

function isOwner(value: unknown): value is RootOwner {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    Number.isSafeInteger(value.pid) &&
    'machine' in value &&
    typeof value.machine === 'string'
  )
}

/** Names the space in which our process ids are valid. */
export function thisMachine(): string {
  if (process.platform !== 'linux') return hostname()
  return `${hostname()} ${fs.readlinkSync('/proc/self/ns/pid')}`
}

/**
 * Where private roots are made: RLS_TMPDIR if given, else memory if there is room, else the folder for temporary files.
 *
 * @throws HarnessError ENGINE_FAILED when none of them can be used
 */
export function chooseBase(environment: Environment, user: RunAs): string {
  const { RLS_TMPDIR, TMPDIR, TEMP } = environment
  const memory = process.platform === 'linux' && hasRoom('/dev/shm') ? '/dev/shm' : undefined
  const ordinary = [memory, TMPDIR, process.platform === 'win32' ? TEMP : '/tmp']
  const tried = (RLS_TMPDIR ? [RLS_TMPDIR] : ordinary).flatMap((dir) => (dir ? [dir] : []))
  const base = tried.find((dir) => isUsable(dir, user))
  if (base) return resolve(base)
  throw new HarnessError(
    'ENGINE_FAILED',
    `no folder for the server's files: cannot write to ${tried.join(' or ')}`,
    {
      hint: 'Set RLS_TMPDIR to a writable folder with a short path and 1 GiB of free space.',
    },
  )
}

/** Whether files below are written as fast as memory is. */
export const isInMemory = (path: string): boolean =>
  process.platform === 'linux' && path.startsWith('/dev/shm/')

function hasRoom(dir: string): boolean {
  try {
    const { bavail, bsize } = fs.statfsSync(dir)
    return bavail * bsize >= MIN_FREE_BYTES
  } catch {
    return false
  }
}

function isUsable(dir: string, user: RunAs): boolean {
  try {
    fs.accessSync(dir, fs.constants.W_OK)
    return canReach(dir, user) && (process.platform === 'win32' || Buffer.byteLength(dir) <= MAX_BASE_BYTES)
  } catch {
    return false
  }
}
