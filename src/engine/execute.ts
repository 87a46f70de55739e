import { execFile } from 'node:child_process'
import type { Environment } from './binaries.ts'
import type { RunAs } from './run-as.ts'

export type Execution =
  { readonly kind: 'done'; readonly output: string } | { readonly kind: 'failed'; readonly reason: string }

/** Runs a program to its end; `output` is what it wrote to both streams. */
export function execute(
  file: string,
  args: readonly string[],
  options: {
    readonly user: RunAs
    readonly environment: Environment
    readonly cwd: string
    /** ends the program, which then has failed */
    readonly signal?: AbortSignal | undefined
  },
): Promise<Execution> {
  const { user, cwd, signal } = options
  return new Promise((resolve) => {
    const child = execFile(
      file,
      [...args],
      { ...user, cwd, env: programEnvironment(options.environment) },
      (error, out, err) => {
        signal?.removeEventListener('abort', stop)
        resolve(
          error
            ? { kind: 'failed', reason: err.trim() || `${file}: ${error.message}` }
            : { kind: 'done', output: out + err },
        )
      },
    )
    const stop = (): void => void child.kill()
    signal?.addEventListener('abort', stop, { once: true })
  })
}

/**
 * The environment of PostgreSQL's programs: no PG* variable of the person may leak in, and messages, sort order and
 * time zone are the same on every machine. Windows programs do not start without SystemRoot.
 */
export function programEnvironment(environment: Environment): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP } = environment
  return { PATH, LC_ALL: 'C', TZ: 'UTC', ...(process.platform === 'win32' ? { SystemRoot, TEMP } : {}) }
}
