import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { HarnessError } from '../errors.ts'
import { executable, fingerprint, type Binaries } from './binaries.ts'
import { markUsed, pruneCache } from './cache.ts'
import { canReach, type RunAs } from './run-as.ts'

interface Link {
  /** both relative to the package */
  readonly source: string
  readonly target: string
}

/**
 * Binaries that `user` can execute and whose libraries are all there: the given ones if possible, else a copy in
 * `place`. npm packages cannot carry links, and install scripts that would make them are often switched off.
 *
 * @throws HarnessError ENGINE_UNAVAILABLE when neither works
 */
export function usableBinaries(binaries: Binaries, user: RunAs, place: () => string): Binaries {
  const reachable = canReach(join(binaries.bin, executable('postgres')), user)
  const { packageDir } = binaries
  if (packageDir === undefined) {
    if (reachable) return binaries
    throw new HarnessError('ENGINE_UNAVAILABLE', `user ${user.uid} cannot execute ${binaries.bin}/postgres`, {
      hint: 'PostgreSQL does not run as root. Make the folders above it readable, or run as its owner.',
    })
  }
  if (reachable && createLinks(packageDir)) return binaries
  const copy = copyPackage(binaries, packageDir, place())
  return { ...binaries, bin: join(copy, 'native', 'bin') }
}

/** Creates the links that the package lists; false if it may not be written to. Safe to do several times at once. */
function createLinks(packageDir: string): boolean {
  const list = join(packageDir, 'native', 'pg-symlinks.json')
  if (!fs.existsSync(list)) return true
  for (const { source, target } of JSON.parse(fs.readFileSync(list, 'utf8')) as readonly Link[]) {
    const path = join(packageDir, target)
    if (fs.existsSync(path)) continue
    try {
      fs.symlinkSync(relative(dirname(path), join(packageDir, source)), path)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false
      if (code !== 'EEXIST') throw error
    }
  }
  return true
}

/** Copies the package, or finds the copy that an earlier run made. */
function copyPackage(binaries: Binaries, packageDir: string, place: string): string {
  const key = fingerprint([binaries.version, process.platform, process.arch, packageDir])
  return buildOnce(join(place, `binaries-${key}`), (draft) => {
    copyReadable(join(packageDir, 'native'), join(draft, 'native'))
    createLinks(draft)
  })
}

/** Makes a folder that appears complete or not at all; whoever comes second uses the work of the first. */
export function buildOnce(folder: string, build: (draft: string) => void): string {
  if (fs.existsSync(folder)) {
    markUsed(folder)
    return folder
  }
  const draft = `${folder}.${process.pid}.${randomUUID()}.tmp`
  try {
    makeReadableFolder(draft)
    build(draft)
    fs.renameSync(draft, folder)
    pruneCache({ dir: dirname(folder) })
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true })
    if (!fs.existsSync(folder)) throw error
  }
  return folder
}

/** Copies a tree so that everybody may read it, whatever the modes of the original or our umask. */
function copyReadable(from: string, to: string): void {
  makeReadableFolder(to)
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) copyReadable(source, copy)
    else if (entry.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(source), copy)
    else copyReadableFile(source, copy)
  }
}

/** mkdir whose result others may enter, whatever our umask. */
export function makeReadableFolder(path: string): void {
  if (fs.existsSync(path)) return
  makeReadableFolder(dirname(path))
  fs.mkdirSync(path)
  fs.chmodSync(path, 0o755)
}

/** Copies a file so that everybody may read it, and execute it if its owner could. */
export function copyReadableFile(from: string, to: string): void {
  fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE)
  fs.chmodSync(to, (fs.statSync(from).mode & 0o100) === 0 ? 0o644 : 0o755)
}
