import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Connection } from '../../src/database/connection.ts'
import type { ConnectionTarget } from '../../src/domain/server.ts'
import { newFolder, project, startRls, type Run } from './lab.ts'
import { HELD, PHASES, SOUND, type Phase } from './projects.ts'
import { processesOf } from './processes.ts'

const PATIENCE_MS = 15_000
const SIGNALS = [
  ['Ctrl-C', 'SIGINT'],
  ['SIGTERM', 'SIGTERM'],
] as const

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await sleep(25)
  }
}

/** Resolves once a session of the server executes pg_sleep(). */
export function asleep(target: ConnectionTarget): Promise<void> {
  return until(() => isAsleep(target), 'pg_sleep')
}

/** Not while the server starts, or restarts to be copied into the cache. */
async function isAsleep(target: ConnectionTarget): Promise<boolean> {
  try {
    // a database that nobody copies: nobody may be connected to that one
    await using connection = await Connection.open({ ...target, database: 'template1' })
    const found = await connection.rows(`select from pg_stat_activity where wait_event = 'PgSleep'`)
    return found.length > 0
  } catch {
    return false
  }
}

/** Starts a run that stays in `phase`, and resolves when it is there. */
async function held(phase: Phase, options: { readonly patienceMs?: number } = {}): Promise<Run> {
  const run = startRls(['check', project(HELD[phase])], options)
  const socket = (): string | undefined =>
    readdirSync(run.tmp).find((name) => existsSync(join(run.tmp, name, '.s.PGSQL.5432')))
  await until(() => socket() !== undefined, 'the server')
  const host = join(run.tmp, socket() ?? '')
  await asleep({ host, port: 5432, user: 'supabase_admin', database: 'postgres' })
  return run
}

async function expectInterrupted(run: Run, signal: NodeJS.Signals): Promise<void> {
  const sent = performance.now()
  // Ctrl-C reaches the whole group, as in a terminal
  process.kill(signal === 'SIGINT' ? -run.pid : run.pid, signal)
  const { code, stdout, stderr, left } = await run.ended
  expect({ code, stdout, left }, stderr).toEqual({ code: 130, stdout: '', left: [] })
  expect(performance.now() - sent).toBeLessThan(2_500)
  expect(stderr).toMatch(/stopping and cleaning up .*\ninterrupted\n$/)
}

export function describeSignals(): void {
  describe.each(SIGNALS)('%s ends a run within two seconds, with 130 and nothing left,', (_, signal) => {
    test.each(PHASES)('while it is in phase %s', async (phase) => {
      await expectInterrupted(await held(phase), signal)
    })

    test('while the first data directory is made', async () => {
      const environment = { RLS_CACHE_DIR: newFolder('cold') }
      const run = startRls(['check', project(SOUND)], { environment })
      await until(() => processesOf(run.tmp).some((line) => line.includes('initdb')), 'initdb')
      await expectInterrupted(run, signal)
    })
  })

  describe('kill -9 leaves nothing for longer than three seconds,', () => {
    test.each(PHASES)('in phase %s', async (phase) => {
      const run = await held(phase, { patienceMs: 3_000 })
      process.kill(run.pid, 'SIGKILL')
      const { code, stdout, left } = await run.ended
      expect({ code, stdout, left }).toEqual({ code: null, stdout: '', left: [] })
    })
  })
}
