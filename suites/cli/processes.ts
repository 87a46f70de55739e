import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Processes that have to do with a folder, as "pid command": it stands in their command line (the server, its
 * watchdog) or they work in it (the server's children, whose command line is a title).
 */
export function processesOf(dir: string): readonly string[] {
  if (process.platform !== 'linux') return processesByCommand(dir)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const command = read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')
      const workingIn = read(() => readlinkSync(`/proc/${pid}/cwd`))
      // a zombie has neither: it only waits for its parent to ask for its exit code
      return command.includes(dir) || workingIn.startsWith(dir) ? [`${pid} ${command.trim()}`] : []
    })
}

function processesByCommand(dir: string): readonly string[] {
  const table = execFileSync('ps', ['-axww', '-o', 'pid=,command='], { encoding: 'utf8' })
  return table.split('\n').filter((line) => line.includes(dir))
}

/** A process may end while it is looked at. */
function read(look: () => string): string {
  try {
    return look()
  } catch {
    return ''
  }
}

/** Asks again and again until the list is empty or the time is up, and gives what is still in it. */
export async function remainder(
  list: () => readonly string[],
  patienceMs: number,
): Promise<readonly string[]> {
  const until = performance.now() + patienceMs
  while (performance.now() < until && list().length > 0) await sleep(25)
  return list()
}
