import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../src/config/load.ts'
import type { Isolation } from '../src/domain/config.ts'
import type { Report } from '../src/domain/report.ts'
import { run } from '../src/run.ts'
import { judged } from './check.ts'

/*
 * Trials that share a transaction must show what each shows in one of its own, also where functions of the project change
 * the session, forget prepared statements, or object when the transaction ends.
 */
const project = fileURLToPath(new URL('../fixtures/isolation', import.meta.url))

async function reportOf(isolation: Isolation, pgVersion: string): Promise<Report> {
  const config = await loadConfig({ cwd: project, environment: {}, flags: { isolation, pgVersion } })
  const { signal } = new AbortController()
  return run(config, { environment: process.env, signal, progress: () => {}, today: '2026-01-15' })
}

/** All but how long it took, and where. */
const said = ({ run: _run, ...report }: Report): Omit<Report, 'run'> => report

describe.each(['17', '15'])('on PostgreSQL %s', (version) => {
  test('shared and single transactions show the same', async () => {
    const [shared, single] = [await reportOf('savepoint', version), await reportOf('transaction', version)]
    expect(said(shared)).toEqual(said(single))
    expect(judged(shared.findings)).toContainEqual({
      code: 'world-readable',
      relation: 'public.letters',
      command: 'select',
      actor: 'foreign',
    })
  })
})
