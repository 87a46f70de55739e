import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { sweep } from '../engine/janitor.ts'
import { createRoot } from '../engine/private-root.ts'
import { HarnessError } from '../errors.ts'
import { output, type GitOptions } from './git.ts'
import { resolveRef } from './refs.ts'

/** A project as it was at a commit, in a folder that goes with its scope. */
export interface Checkout extends AsyncDisposable {
  /** the project's folder */
  readonly dir: string
  readonly ref: string
  readonly sha: string
}

/**
 * Writes the repository as it was at a commit into a temporary folder: the work tree, its index and the list of work
 * trees stay as they are. What a configuration imports from node_modules it finds there as well; submodules are empty
 * folders, and large files (LFS) the pointers that git keeps.
 *
 * @param dir the project's folder, anywhere in a work tree
 * @throws HarnessError REF_UNKNOWN, GIT_FAILED; nothing is left then
 */
export async function checkout(dir: string, ref: string, options: GitOptions): Promise<Checkout> {
  const sha = await resolveRef(dir, ref, options)
  const top = (await output(dir, ['rev-parse', '--show-toplevel'], options)).replace(/\r?\n$/, '')
  const path = relative(fs.realpathSync(top), fs.realpathSync(dir))
  const base = options.environment['RLS_TMPDIR'] || tmpdir()
  await sweep(base).catch(() => {})
  const root = createRoot(base, {})
  const remove = (): Promise<void> => fs.promises.rm(root, { recursive: true, force: true, maxRetries: 3 })
  try {
    const tree = join(root, 'tree')
    fs.mkdirSync(tree)
    await write(top, sha, { root, tree, options })
    const project = join(tree, path)
    if (!fs.existsSync(project)) throw noFolder(path, ref)
    await linkPackages(top, tree, project, { sha, options })
    return { dir: project, ref, sha, [Symbol.asyncDispose]: remove }
  } catch (error) {
    await remove()
    throw error
  }
}

interface Place {
  readonly root: string
  readonly tree: string
  readonly options: GitOptions
}

/** By an index of our own. The whole repository: sources may lie beside the project's folder. */
async function write(top: string, sha: string, { root, tree, options }: Place): Promise<void> {
  const index = { GIT_INDEX_FILE: join(root, 'index') }
  await output(top, ['read-tree', sha], options, index)
  await output(top, ['checkout-index', '--all', '--force', `--prefix=${tree}${sep}`], options, index)
}

function noFolder(path: string, ref: string): HarnessError {
  return new HarnessError('REF_UNKNOWN', `there is no folder ${path.split(sep).join('/')} at ${ref}`, {
    hint: 'Name a commit that has the project already.',
  })
}

/** Packages are no part of a commit: those that are installed now are lent, wherever a package.json stands. */
async function linkPackages(
  top: string,
  tree: string,
  project: string,
  { sha, options }: { readonly sha: string; readonly options: GitOptions },
): Promise<void> {
  const listed = await output(top, ['ls-tree', '-r', '-z', '--name-only', '--full-tree', sha], options)
  const withPackages = listed
    .split('\0')
    .filter((file) => file === 'package.json' || file.endsWith('/package.json'))
    .map((file) => join(tree, dirname(file)))
  for (const folder of new Set([...withPackages, ...foldersBetween(tree, project)]))
    link(join(top, relative(tree, folder), 'node_modules'), join(folder, 'node_modules'))
  // a repository may lie in a folder with packages of its own: Node looks there as well
  const above = foldersAbove(top).find((folder) => fs.existsSync(join(folder, 'node_modules')))
  if (above !== undefined) link(join(above, 'node_modules'), join(dirname(tree), 'node_modules'))
}

function link(from: string, to: string): void {
  if (!fs.existsSync(from) || !fs.existsSync(dirname(to)) || fs.existsSync(to)) return
  fs.symlinkSync(fs.realpathSync(from), to, 'junction')
}

/** From the project's folder up to the repository's. */
function foldersBetween(tree: string, project: string): readonly string[] {
  return project === tree ? [tree] : [project, ...foldersBetween(tree, dirname(project))]
}

function foldersAbove(folder: string): readonly string[] {
  const parent = dirname(folder)
  return parent === folder ? [] : [parent, ...foldersAbove(parent)]
}
