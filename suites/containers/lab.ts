import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDaemon } from './daemon.ts'

/** What this file's tests run on; found out before they are collected, so that they can be skipped with the reason. */
export const daemon = await openDaemon()

// testcontainers reads it once, when it first connects
if (daemon.kind === 'there') process.env['DOCKER_HOST'] = daemon.host

/** @throws Error where there is none: tests that need it are skipped then */
export function there(): Extract<typeof daemon, { kind: 'there' }> {
  if (daemon.kind === 'there') return daemon
  throw new Error(daemon.reason)
}

/** Variables for a run in a process of its own; without Ryuk, whose image is not everywhere. */
export function environment(more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return { DOCKER_HOST: there().host, TESTCONTAINERS_RYUK_DISABLED: 'true', ...more }
}

/** What the docker command prints. */
export function docker(...args: readonly string[]): string {
  const env = { ...process.env, DOCKER_HOST: there().host }
  return execFileSync('docker', [...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()
}

const others: ReadonlySet<string> = new Set(daemon.kind === 'there' ? labelled() : [])

/** The containers that this suite's runs have made and that are still there, running or not. */
export function containers(): readonly string[] {
  return labelled().filter((id) => !others.has(id))
}

function labelled(): readonly string[] {
  const labels = ['rls-harness.run', 'rls-harness.stubs']
  return labels.flatMap((label) =>
    docker('ps', '-aq', '--filter', `label=${label}`).split('\n').filter(Boolean),
  )
}

/** Waits for what others do: a watchdog, a daemon. */
export async function eventually(holds: () => boolean, patienceMs = 15_000): Promise<boolean> {
  const until = performance.now() + patienceMs
  while (!holds()) {
    if (performance.now() > until) return false
    await sleep(100)
  }
  return true
}

/** The major that the image holds, for a run on the same one without a container. */
export function major(): 15 | 16 | 17 | 18 {
  const lines = docker('image', 'inspect', there().image, '-f', '{{range .Config.Env}}{{println .}}{{end}}')
  const found = Number(/^PG_MAJOR=(\d+)$/m.exec(lines)?.[1])
  const known = ([15, 16, 17, 18] as const).find((number) => number === found)
  if (known === undefined) throw new Error(`${there().image} does not say which PostgreSQL it holds`)
  return known
}
