import { execFile } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { readOwner, ROOT_PREFIX, thisMachine } from './private-root.ts'

const STOP_ATTEMPTS = 50
const STOP_PAUSE_MS = 100

/**
 * Removes what earlier runs left in `base` when even their watchdog was killed. Only folders of processes that are
 * provably dead go: a folder without our mark, of another machine or of a living process is not ours to judge.
 */
export async function sweep(base: string): Promise<void> {
  const machine = thisMachine()
  for (const name of fs.readdirSync(base).filter((entry) => entry.startsWith(ROOT_PREFIX))) {
    const root = join(base, name)
    const owner = readOwner(root)
    if (!owner || owner.machine !== machine || isAlive(owner.pid)) continue
    if (await stopOrphan(root)) await fs.promises.rm(root, { recursive: true, force: true }).catch(() => {})
  }
}

/** Whether a process of that id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Stops the server that runs on `root`; false if one may still be running. */
async function stopOrphan(root: string): Promise<boolean> {
  for (let attempt = 0; attempt < STOP_ATTEMPTS; attempt++) {
    const pid = serverOf(root)
    if (pid === undefined || !isAlive(pid)) return true
    const command = await commandLine(pid)
    if (command === undefined) return false
    if (!command.includes(root)) return true // the id went to another process: the server is gone
    process.kill(pid, 'SIGQUIT')
    await sleep(STOP_PAUSE_MS)
  }
  return false
}

function serverOf(root: string): number | undefined {
  try {
    const pid = Number.parseInt(fs.readFileSync(join(root, 'data', 'postmaster.pid'), 'utf8'), 10)
    return pid > 1 ? pid : undefined
  } catch {
    return undefined
  }
}

async function commandLine(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)])
    return stdout
  } catch {
    return undefined
  }
}
