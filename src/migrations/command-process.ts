import { spawn, type ChildProcess } from 'node:child_process'

export interface ProcessOptions {
  /** absolute */
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
  readonly shell: boolean
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export type Ended =
  | { readonly kind: 'exited'; readonly code: number; readonly out: string; readonly all: string }
  | { readonly kind: 'killed'; readonly by: string; readonly all: string }
  | { readonly kind: 'too long'; readonly all: string }
  | { readonly kind: 'not started'; readonly reason: string }

/** What a program may say before its beginning is forgotten, beside what it prints as SQL. */
const MOST = 200_000
const GRACE_MS = 3000

/** Runs a program with everything that it starts, to its end, the end of its time, or until somebody interrupts. */
export function runProcess(
  [program = '', ...args]: readonly string[],
  options: ProcessOptions,
): Promise<Ended> {
  const { cwd, environment, shell, timeoutMs, signal } = options
  const isGroup = process.platform !== 'win32'
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...environment },
      shell,
      stdio: ['ignore', 'pipe', 'pipe'],
      // a group of its own, so that what it starts ends with it
      detached: isGroup,
      windowsHide: true,
    })
    let out = ''
    let all = ''
    let isLate = false
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (all = (all + text).slice(-MOST)))
    const stop = (): void => end(child, isGroup)
    const timer = setTimeout(() => {
      isLate = true
      stop()
    }, timeoutMs)
    const settle = (ended: Ended): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      resolve(ended)
    }
    signal.addEventListener('abort', stop, { once: true })
    child.once('error', (error) => settle({ kind: 'not started', reason: error.message }))
    child.once('close', (code, by) => {
      if (isLate) settle({ kind: 'too long', all })
      else if (code === null) settle({ kind: 'killed', by: by ?? 'a signal', all })
      else settle({ kind: 'exited', code, out, all })
    })
  })
}

function end(child: ChildProcess, isGroup: boolean): void {
  const send = (signal: NodeJS.Signals): void => {
    try {
      if (isGroup && child.pid !== undefined) process.kill(-child.pid, signal)
      else child.kill(signal)
    } catch {
      // it has ended meanwhile
    }
  }
  send('SIGTERM')
  const timer = setTimeout(() => send('SIGKILL'), GRACE_MS).unref()
  child.once('close', () => clearTimeout(timer))
}
