import * as fs from 'node:fs'
import { basename, dirname, join, parse, relative, resolve } from 'node:path'
import { executable, fingerprint, type Binaries, type Environment } from './binaries.ts'
import { markUsed } from './cache.ts'
import { execute } from './execute.ts'
import { buildOnce, copyReadableFile, makeReadableFolder } from './relocate.ts'
import type { RunAs } from './run-as.ts'

/** What a server must be started with so that it offers the stubs. */
export interface OfferedStubs {
  readonly binaries: Binaries
  readonly settings: Readonly<Record<string, string>>
}

export interface StubOptions {
  readonly binaries: Binaries
  /** flat folders of `<name>.control` and `<name>--<version>.sql` */
  readonly dirs: readonly string[]
  readonly root: string
  /** where a prefix may be kept for later runs, or the private root */
  readonly place: () => string
  readonly user: RunAs
  readonly environment: Environment
  readonly onProgress: (text: string) => void
}

/** Makes the server offer the extensions of `dirs` wherever it has no real one of that name. */
export async function offerStubs(options: StubOptions): Promise<OfferedStubs> {
  const { binaries, dirs, root, onProgress } = options
  const files = dirs.flatMap(extensionFiles)
  if (files.length === 0) return { binaries, settings: {} }
  if (binaries.major >= 18) {
    const folder = join(root, 'stubs')
    copyStubs(files, join(folder, 'extension'))
    return { binaries, settings: { extension_control_path: `$system:${folder}` } }
  }
  const bin = await prefixedBin(files, options)
  if (bin !== undefined) return { binaries: { ...binaries, bin }, settings: {} }
  onProgress(`extension stubs cannot be added to ${binaries.bin}: only its own extensions are there`)
  return { binaries, settings: {} }
}

function extensionFiles(dir: string): readonly string[] {
  return fs
    .readdirSync(dir)
    .filter((name) => /\.(control|sql)$/.test(name))
    .sort()
    .map((name) => join(dir, name))
}

/** PostgreSQL 18 looks for `extension/*.control` below each folder of extension_control_path. */
function copyStubs(files: readonly string[], folder: string): void {
  makeReadableFolder(folder)
  for (const file of files) copyReadableFile(file, join(folder, basename(file)))
}

/**
 * Before 18 the extension folder is where the executable's own path says (src/port/path.c, make_relative_path), so a
 * copy of `postgres` among links to everything else has an extension folder of our own. The tree repeats the absolute
 * paths, because that relation differs between distributions. Undefined where this does not work.
 */
async function prefixedBin(files: readonly string[], options: StubOptions): Promise<string | undefined> {
  const { binaries, place } = options
  const { size, mtimeMs } = fs.statSync(join(binaries.bin, executable('postgres')))
  const content = files.flatMap((file) => [basename(file), fs.readFileSync(file)])
  const installed = await installedSince(options)
  const key = fingerprint([
    binaries.version,
    binaries.bin,
    String(size),
    String(mtimeMs),
    ...installed,
    ...content,
  ])
  const prefix = join(place(), `prefix-${key}`)
  const bin = inside(prefix, binaries.bin)
  if (fs.existsSync(prefix)) {
    markUsed(prefix)
    return bin
  }
  const share = await sharePath(binaries.bin, options)
  if (share === undefined) return undefined
  const lib = await libraryPath(binaries.bin, options)
  buildOnce(prefix, (draft) => buildPrefix(draft, { bin: binaries.bin, share, lib, files }))
  if ((await sharePath(bin, options)) === inside(prefix, share)) return bin
  fs.rmSync(prefix, { recursive: true, force: true })
  return undefined
}

/**
 * When an extension was last installed or removed: what a kept prefix links to may be gone, and what it has a stub for may
 * be there by now. Nobody installs anything beside the binaries of npm's packages, and asking takes a process.
 */
async function installedSince(options: StubOptions): Promise<readonly string[]> {
  if (options.binaries.kind !== 'system') return []
  const share = await sharePath(options.binaries.bin, options)
  const folder = share && fs.statSync(join(share, 'extension'), { throwIfNoEntry: false })
  return folder ? [String(folder.mtimeMs)] : []
}

function inside(prefix: string, path: string): string {
  return join(prefix, relative(parse(path).root, path))
}

interface Installation {
  readonly bin: string
  readonly share: string
  readonly lib: string
  readonly files: readonly string[]
}

function buildPrefix(draft: string, { bin, share, lib, files }: Installation): void {
  makeReadableFolder(inside(draft, bin))
  // Windows looks for libraries beside the executable.
  const copied = process.platform === 'win32' ? fs.readdirSync(bin) : ['postgres', 'initdb']
  for (const name of copied) copyReadableFile(join(bin, name), join(inside(draft, bin), name))
  makeReadableFolder(dirname(inside(draft, lib)))
  link(lib, inside(draft, lib))
  const extensions = join(share, 'extension')
  makeReadableFolder(inside(draft, extensions))
  for (const name of fs.readdirSync(share)) {
    if (name !== 'extension') link(join(share, name), join(inside(draft, share), name))
  }
  const real = fs.readdirSync(extensions)
  for (const name of real) link(join(extensions, name), join(inside(draft, extensions), name))
  for (const file of files) {
    const [extension] = basename(file).split(/--|\.control$/, 1)
    if (real.includes(`${extension}.control`)) continue
    copyReadableFile(file, join(inside(draft, extensions), basename(file)))
  }
}

/** Windows lets everybody link folders (junctions), but not files. */
function link(target: string, path: string): void {
  if (process.platform !== 'win32') return fs.symlinkSync(target, path)
  if (fs.statSync(target).isDirectory()) return fs.symlinkSync(target, path, 'junction')
  fs.copyFileSync(target, path)
}

/** pg_config is often missing; initdb knows as well. */
async function sharePath(bin: string, { user, environment, root }: StubOptions): Promise<string | undefined> {
  const args = ['--show', '-D', join(root, 'none')]
  const answer = await execute(join(bin, executable('initdb')), args, { user, environment, cwd: root })
  const path = answer.kind === 'done' ? /^share_path=(.+)$/m.exec(answer.output)?.[1] : undefined
  return path && resolve(path.trim())
}

async function libraryPath(bin: string, { user, environment, root }: StubOptions): Promise<string> {
  const args = ['--pkglibdir']
  const answer = await execute(join(bin, executable('pg_config')), args, { user, environment, cwd: root })
  return answer.kind === 'done' ? resolve(answer.output.trim()) : resolve(bin, '..', 'lib')
}
