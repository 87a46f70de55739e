import { nearest } from '../config/nearest.ts'
import { HarnessError } from '../errors.ts'
import { git, output, type GitOptions } from './git.ts'

/** Where the work tree of a project stands. */
export interface Head {
  readonly sha: string
  /** the branch; null where none is checked out */
  readonly ref: string | null
  /** files differ from the commit, or are new */
  readonly dirty: boolean
}

const SHOWN_NAMES = 8

/**
 * The commit that a name means: a branch, a tag, a commit, `HEAD~2`. `a...b` is what both have in common.
 *
 * @param dir a folder of the work tree
 * @throws HarnessError REF_UNKNOWN with the nearest name, GIT_FAILED
 */
export async function resolveRef(dir: string, ref: string, options: GitOptions): Promise<string> {
  const [, a, b] = /^(.*?)\.\.\.(.*)$/.exec(ref) ?? []
  if (a !== undefined && b !== undefined) return mergeBase(dir, a || 'HEAD', b || 'HEAD', options)
  const sha = await commitOf(dir, ref, options)
  if (sha !== undefined) return sha
  throw await unknownRef(dir, ref, options)
}

/** The last commit that both have in common. @throws HarnessError REF_UNKNOWN, GIT_FAILED */
export async function mergeBase(dir: string, a: string, b: string, options: GitOptions): Promise<string> {
  const shas = [await resolveRef(dir, a, options), await resolveRef(dir, b, options)]
  const result = await git(dir, ['merge-base', ...shas], options)
  if (result.kind === 'done') return result.output.trim()
  throw new HarnessError('REF_UNKNOWN', `${a} and ${b} have no commit in common`, {
    hint: (await shallowHint(dir, options)) ?? 'Name the commit to compare with.',
  })
}

/** The commit that a branch's changes are held against: where it left the main branch; without one, HEAD itself. */
export async function defaultBase(
  dir: string,
  options: GitOptions,
): Promise<{ readonly ref: string; readonly sha: string }> {
  for (const ref of ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'])
    if ((await commitOf(dir, ref, options)) !== undefined)
      return { ref, sha: await mergeBase(dir, ref, 'HEAD', options) }
  return { ref: 'HEAD', sha: await resolveRef(dir, 'HEAD', options) }
}

/** @throws HarnessError GIT_FAILED, REF_UNKNOWN where there is no commit yet */
export async function headOf(dir: string, options: GitOptions): Promise<Head> {
  // one call: each starts a process (git-status(1), "Porcelain Format Version 2")
  const status = await output(
    dir,
    ['status', '--porcelain=v2', '--branch', '--no-ahead-behind', '-z'],
    options,
  )
  const entries = status.split('\0').filter((entry) => entry !== '')
  const header = (name: string): string | undefined =>
    entries.find((entry) => entry.startsWith(`# branch.${name} `))?.slice(`# branch.${name} `.length)
  const sha = header('oid')
  if (sha === undefined || sha === '(initial)') throw await unknownRef(dir, 'HEAD', options)
  const branch = header('head') ?? DETACHED
  return {
    sha,
    ref: branch === DETACHED ? null : branch,
    dirty: entries.some((entry) => !entry.startsWith('# ')),
  }
}

const DETACHED = '(detached)'

async function commitOf(dir: string, ref: string, options: GitOptions): Promise<string | undefined> {
  if (ref === '' || ref.startsWith('-')) return undefined
  const result = await git(dir, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], options)
  return result.kind === 'done' ? result.output.trim() : undefined
}

async function unknownRef(dir: string, ref: string, options: GitOptions): Promise<HarnessError> {
  if (ref === 'HEAD')
    return new HarnessError('REF_UNKNOWN', `the repository of ${dir} has no commit yet`, {
      hint: 'Commit the project first.',
    })
  const list = await output(dir, ['for-each-ref', '--format=%(refname:short)'], options)
  const names = list.split('\n').filter((name) => name !== '')
  const guess = nearest(ref, names)
  const said = [
    guess !== undefined ? `Did you mean "${guess}"?` : undefined,
    await shallowHint(dir, options),
    guess === undefined && names.length > 0
      ? `There are ${names.slice(0, SHOWN_NAMES).join(', ')}${names.length > SHOWN_NAMES ? ', …' : ''}.`
      : undefined,
  ].filter((line) => line !== undefined)
  return new HarnessError('REF_UNKNOWN', `there is no commit called "${ref}" in the repository of ${dir}`, {
    hint: said.length > 0 ? said.join('\n') : undefined,
  })
}

async function shallowHint(dir: string, options: GitOptions): Promise<string | undefined> {
  const isShallow = (await output(dir, ['rev-parse', '--is-shallow-repository'], options)).trim() === 'true'
  return isShallow
    ? 'The clone is shallow: fetch the whole history (actions/checkout: fetch-depth: 0; git fetch --unshallow).'
    : undefined
}
