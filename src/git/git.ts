import { execFile } from 'node:child_process'
import { HarnessError } from '../errors.ts'

export interface GitOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** ends the program; the promise then rejects with the signal's reason */
  readonly signal?: AbortSignal
}

/** What one call of git came to. */
export type GitResult =
  | { readonly kind: 'done'; readonly output: string }
  | { readonly kind: 'failed'; readonly code: number; readonly reason: string }

/** A checkout of a large project lists many files. */
const MAX_OUTPUT_BYTES = 256 * 1024 ** 2

/**
 * Which repository is meant is said by `dir` alone: a hook of git sets GIT_DIR and GIT_INDEX_FILE for its own. What says
 * how to read a configuration stays: CI systems declare folders as safe by it.
 */
const KEPT =
  /^GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|EXEC_PATH|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM)$/

/** Nothing of the person's may start or change by our looking: no hooks, no monitor, no download of large files. */
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.sparseCheckout=false',
  'advice.detachedHead=false',
  'filter.lfs.smudge=',
  'filter.lfs.process=',
  'filter.lfs.required=false',
].flatMap((setting) => ['-c', setting])

/**
 * Runs git in `dir`, without a shell.
 *
 * @throws HarnessError GIT_FAILED where git is not installed, `dir` is no repository's, or git mistrusts it
 */
export function git(
  dir: string,
  args: readonly string[],
  { environment, signal }: GitOptions,
  variables: Readonly<Record<string, string>> = {},
): Promise<GitResult> {
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const env = { ...environmentOfGit(environment), ...variables }
    const options = { env, cwd: dir, maxBuffer: MAX_OUTPUT_BYTES, ...(signal ? { signal } : {}) }
    execFile('git', [...SETTINGS, ...args], options, (error, output, complaint) => {
      if (!error) return resolve({ kind: 'done', output })
      if (signal?.aborted) return reject(signal.reason)
      if (error.code === 'ENOENT') return reject(notInstalled())
      const reason = complaint.trim() || error.message
      const known = asHarnessError(dir, reason)
      if (known) return reject(known)
      return resolve({ kind: 'failed', code: typeof error.code === 'number' ? error.code : -1, reason })
    })
  })
}

/** What git prints. @throws HarnessError GIT_FAILED with what git said */
export async function output(
  dir: string,
  args: readonly string[],
  options: GitOptions,
  variables?: Readonly<Record<string, string>>,
): Promise<string> {
  const result = await git(dir, args, options, variables)
  if (result.kind === 'done') return result.output
  throw new HarnessError('GIT_FAILED', `git ${args[0] ?? ''} failed in ${dir}: ${result.reason}`)
}

function environmentOfGit(environment: GitOptions['environment']): NodeJS.ProcessEnv {
  const own = Object.entries(environment).filter(([name]) => !name.startsWith('GIT_') || KEPT.test(name))
  // its messages are read here; it must neither ask for a password nor write to the person's index
  return { ...Object.fromEntries(own), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' }
}

function notInstalled(): HarnessError {
  return new HarnessError('GIT_FAILED', 'git is not installed, or not in PATH', {
    hint: 'Install git, or compare two JSON reports instead of two states of a repository.',
  })
}

function asHarnessError(dir: string, reason: string): HarnessError | undefined {
  if (/not a git repository/.test(reason))
    return new HarnessError('GIT_FAILED', `${dir} is not in a git repository`, {
      hint: 'Run it in a clone of the project.',
    })
  if (/dubious ownership/.test(reason))
    return new HarnessError(
      'GIT_FAILED',
      `git does not trust the repository of ${dir}: somebody else owns it`,
      {
        hint: `If you trust it: git config --global --add safe.directory <the repository's folder>`,
      },
    )
  if (/must be run in a work tree/.test(reason))
    return new HarnessError('GIT_FAILED', `${dir} is in a bare repository: it has no files to test`, {
      hint: 'Run it in a clone of the project.',
    })
  return undefined
}
