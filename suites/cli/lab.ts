import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { install } from './installation.ts'
import { processesOf, remainder } from './processes.ts'

/** A folder of this suite's own: the installed command, a cache, projects and what runs leave behind. */
export interface Lab {
  readonly dir: string
  readonly cli: string
  readonly cache: string
  /** for temporary files: in memory where that has room, as the command itself would choose */
  readonly memory: string
}

/** A run of the command as a process of its own. */
export interface Run {
  readonly pid: number
  /** where it may put temporary files; nobody else does */
  readonly tmp: string
  readonly ended: Promise<Ended>
}

export interface Ended {
  /** null: a signal ended it */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** files and processes that should not be there any more; the files are looked for at once */
  readonly left: readonly string[]
}

export interface RunOptions {
  readonly cwd?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly tmp?: string
  readonly uid?: number
  /** a file descriptor; without it stdout is a pipe and read */
  readonly stdout?: number
  /** how long files may still be there, for runs that could not clean up themselves */
  readonly patienceMs?: number
}

let made: Lab | undefined
const running = new Set<Run>()

/** The lab of this file's tests. */
export function lab(): Lab {
  if (!made) throw new Error('openLab() comes first')
  return made
}

export async function openLab(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'rls-cli-'))
  chmodSync(dir, 0o755)
  const memory = folder(mkdtempSync(join(hasRoom('/dev/shm') ? '/dev/shm' : dir, 'rls-cli-')))
  made = { dir, cli: '', cache: folder(join(dir, 'cache')), memory }
  made = { ...made, cli: await install(folder(join(dir, 'installed'))) }
}

/** Ends what a failed test left running, and removes everything. */
export async function closeLab(): Promise<void> {
  const unfinished = [...running]
  for (const { pid } of unfinished) process.kill(pid, 'SIGKILL')
  await Promise.all(unfinished.map(({ ended }) => ended))
  for (const dir of made ? [made.memory, made.dir] : []) rmSync(dir, { recursive: true, force: true })
}

function hasRoom(dir: string): boolean {
  if (!existsSync(dir)) return false
  const { bavail, bsize } = statfsSync(dir)
  return bavail * bsize > 2 * 1024 ** 3
}

/** A folder that everybody may enter: as root, the server runs as another user. */
export function folder(path: string): string {
  mkdirSync(path, { recursive: true })
  chmodSync(path, 0o755)
  return path
}

let counter = 0

export function newFolder(name: string, parent = lab().dir): string {
  counter += 1
  return folder(join(parent, `${name}-${counter}`))
}

/** A project that consists of the given files. */
export function project(files: Readonly<Record<string, string>>): string {
  const dir = newFolder('project')
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(dir, dirname(path)), { recursive: true })
    writeFileSync(join(dir, path), content)
  }
  return dir
}

/** Runs the command to its end. */
export function rls(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return startRls(args, options).ended
}

/** Starts the command in a process group of its own, as a shell does: a signal to the group is Ctrl-C. */
export function startRls(args: readonly string[], options: RunOptions = {}): Run {
  const { cli, cache, dir, memory } = lab()
  const tmp = options.tmp ?? newFolder('tmp', memory)
  const environment = { PATH: process.env['PATH'], HOME: dir, TMPDIR: tmp, LANG: 'C.UTF-8' }
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: options.cwd ?? dir,
    env: { ...environment, RLS_CACHE_DIR: cache, RLS_TMPDIR: tmp, ...options.environment },
    stdio: ['ignore', options.stdout ?? 'pipe', 'pipe'],
    detached: true,
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  })
  const said = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (said.stdout += part))
  child.stderr?.setEncoding('utf8').on('data', (part: string) => (said.stderr += part))
  const finish = async (): Promise<Ended> => {
    const [code] = await once(child, 'close')
    const files = await remainder(() => readdirSync(tmp), options.patienceMs ?? 0)
    const processes = await remainder(() => processesOf(tmp), options.patienceMs ?? 1000)
    return { ...said, code: typeof code === 'number' ? code : null, left: [...files, ...processes] }
  }
  const run: Run = { pid: child.pid ?? 0, tmp, ended: finish() }
  running.add(run)
  child.once('close', () => running.delete(run))
  return run
}
