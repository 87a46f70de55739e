import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setInterval as every, setTimeout as sleep } from 'node:timers/promises'
import { HarnessError } from '../errors.ts'
import { describe, executable, type Binaries, type Environment } from './binaries.ts'
import { execute, programEnvironment } from './execute.ts'
import type { RunAs } from './run-as.ts'

/** Nothing here outlives the run, so nothing needs to survive a crash; probes are many, short and parallel. */
export const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  jit: 'off',
  shared_buffers: '32MB',
  max_connections: '64',
  // one transaction seeds every relation, and a cascade from a hub locks all that refer to it
  max_locks_per_transaction: '2048',
  wal_level: 'logical',
  max_wal_size: '1GB',
  checkpoint_timeout: '1d',
  wal_init_zero: 'off',
  // What a crash leaves is not what was to be judged.
  restart_after_crash: 'off',
  dynamic_shared_memory_type: process.platform === 'win32' ? 'windows' : 'mmap',
  // A denied probe is an ERROR: the log is for what happens to the server itself.
  log_min_messages: 'log',
  log_checkpoints: 'off',
}

/** `max_locks_per_transaction` of a server with few relations: it makes room for them all when it starts, which takes as long as the rest. */
export const FEWER_LOCKS = '256'

const READY_POLL_MS = 2
const READY_DEADLINE_MS = 60_000
const LOG_TAIL_LINES = 12
/** Sessions are cut some moments before a crashed server is gone. */
const END_GRACE_MS = 2000

export interface PostmasterOptions {
  readonly binaries: Binaries
  /** holds `data`; the socket and the log are made in it */
  readonly root: string
  readonly port: number
  readonly user: RunAs
  readonly environment: Environment
  readonly settings: Readonly<Record<string, string>>
  /** called before anything else can happen to us */
  readonly onSpawn: (pid: number) => void
}

/** The server process. Exactly one of our processes may end it: the one that started it, or its watchdog. */
export class Postmaster {
  readonly #process: ChildProcess
  readonly #exited: Promise<void>
  readonly #options: PostmasterOptions
  #isStopping = false

  private constructor(child: ChildProcess, options: PostmasterOptions) {
    this.#process = child
    this.#options = options
    this.#exited = new Promise((resolve) => {
      child.once('exit', () => resolve())
      child.once('error', () => resolve()) // it could not be started
    })
  }

  /** @throws HarnessError ENGINE_FAILED with the end of the server's log */
  static async start(options: PostmasterOptions): Promise<Postmaster> {
    const log = openSync(logFile(options.root), 'a', 0o600)
    try {
      const child = spawn(join(options.binaries.bin, executable('postgres')), serverArguments(options), {
        ...options.user,
        cwd: options.root,
        env: programEnvironment(options.environment),
        stdio: ['ignore', log, log],
        detached: true, // a Ctrl-C in the terminal is for us: we stop the server in order
        windowsHide: true,
      })
      const postmaster = new Postmaster(child, options)
      if (child.pid !== undefined) options.onSpawn(child.pid)
      child.unref()
      await postmaster.#becomeReady()
      return postmaster
    } finally {
      closeSync(log)
    }
  }

  /**
   * SIGQUIT drops everything at once; SIGINT leaves a data directory that can be copied. Never SIGKILL: it leaks the
   * shared memory segment (manual, "Shutting Down the Server").
   */
  async stop(signal: 'SIGQUIT' | 'SIGINT'): Promise<void> {
    this.#isStopping = true
    this.#process.ref()
    if (this.#isRunning()) {
      if (process.platform === 'win32') await this.#stopOnWindows(signal)
      else this.#process.kill(signal)
    }
    await this.#exited
  }

  /** Why the server ended by itself; undefined while it runs and after stop(). */
  async whatEndedIt(): Promise<HarnessError | undefined> {
    if (this.#isStopping) return undefined
    this.#process.ref()
    await Promise.race([this.#exited, sleep(END_GRACE_MS, undefined, { ref: false })])
    this.#process.unref()
    return this.#isRunning() || this.#isStopping ? undefined : this.#failure('ended by itself')
  }

  async #becomeReady(): Promise<void> {
    let spawnError: Error | undefined
    this.#process.once('error', (error) => (spawnError = error))
    const started = performance.now()
    for await (const _ of every(READY_POLL_MS)) {
      if (this.#isReady()) return
      if (spawnError) throw this.#failure(`cannot be executed: ${spawnError.message}`, spawnError)
      if (!this.#isRunning()) throw this.#failure('stopped while starting')
      if (performance.now() - started > READY_DEADLINE_MS) {
        await this.stop('SIGQUIT')
        throw this.#failure(`was not ready after ${READY_DEADLINE_MS / 1000} s`)
      }
    }
  }

  /** The lock file's last line, once it has its eighth (src/include/utils/pidfile.h). */
  #isReady(): boolean {
    try {
      return /\nready\s*$/.test(readFileSync(join(this.#options.root, 'data', 'postmaster.pid'), 'utf8'))
    } catch {
      return false
    }
  }

  #isRunning(): boolean {
    const { pid, exitCode, signalCode } = this.#process
    return pid !== undefined && exitCode === null && signalCode === null
  }

  #failure(what: string, cause?: Error): HarnessError {
    const { binaries, root } = this.#options
    const log = logTail(root)
    const fullDisk = /No space left/.test(log)
    return new HarnessError('ENGINE_FAILED', `${describe(binaries)} ${what}${log && `\n${log}`}`, {
      hint: fullDisk
        ? 'Free some space, or set RLS_TMPDIR to a folder on another disk.'
        : 'The lines are from the server’s log. Check that these binaries run on this machine, or choose another engine.',
      cause,
    })
  }

  /** Windows has no signals; pg_ctl asks through a pipe. */
  async #stopOnWindows(signal: 'SIGQUIT' | 'SIGINT'): Promise<void> {
    const { binaries, root, user, environment } = this.#options
    const mode = signal === 'SIGINT' ? 'fast' : 'immediate'
    const args = ['stop', '-D', join(root, 'data'), '-m', mode]
    const result = await execute(join(binaries.bin, executable('pg_ctl')), args, {
      user,
      environment,
      cwd: root,
    })
    if (result.kind === 'failed') this.#process.kill()
  }
}

function serverArguments({ root, port, settings }: PostmasterOptions): readonly string[] {
  const network =
    process.platform === 'win32'
      ? { listen_addresses: '127.0.0.1' }
      : { listen_addresses: '', unix_socket_directories: `"${root}"`, unix_socket_permissions: '0700' }
  const all = Object.entries({ ...SETTINGS, ...network, port: String(port), ...settings })
  return ['-D', join(root, 'data'), ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

function logFile(root: string): string {
  return join(root, 'server.log')
}

function logTail(root: string): string {
  try {
    return readFileSync(logFile(root), 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n')
  } catch {
    return ''
  }
}
