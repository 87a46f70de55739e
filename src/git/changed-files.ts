import { output, type GitOptions } from './git.ts'
import { resolveRef } from './refs.ts'

/**
 * Files of the folder that differ between a commit and the work tree, new ones that git does not ignore included.
 *
 * @returns paths relative to `dir`, with slashes, sorted
 * @throws HarnessError REF_UNKNOWN, GIT_FAILED
 */
export async function changedFiles(
  dir: string,
  ref: string,
  options: GitOptions,
): Promise<readonly string[]> {
  const sha = await resolveRef(dir, ref, options)
  const diff = ['diff', '--name-only', '-z', '--no-renames', '--no-ext-diff', '--relative', sha, '--', '.']
  const texts = [
    await output(dir, diff, options),
    await output(dir, ['ls-files', '--others', '--exclude-standard', '-z', '--', '.'], options),
  ]
  const paths = texts.flatMap((text) => text.split('\0')).filter((path) => path !== '')
  return [...new Set(paths)].sort()
}
