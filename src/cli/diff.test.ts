import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Report } from '../domain/report.ts'
import { sampleReport } from '../report/sample-report.ts'
import { main } from './main.ts'
import { UNASKED } from './sample-host.ts'

let cwd = ''

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'rls-diff-'))
})

afterEach(() => {
  rmSync(cwd, { recursive: true })
})

test('a report of what changed is not compared: what it left as it was would pass for repaired', async () => {
  const whole = sampleReport()
  const changed = { since: 'main', judged: [], left: ['public.notes'] }
  const written: Record<string, Report> = { whole, part: { ...whole, run: { ...whole.run, changed } } }
  for (const [name, report] of Object.entries(written))
    writeFileSync(join(cwd, `${name}.json`), JSON.stringify(report))
  let stderr = ''
  const compared = (after: string): Promise<number> =>
    main(['diff', 'whole.json', after], '1.2.3', {
      stdout: { write: () => {} },
      stderr: { write: (text) => (stderr += text) },
      environment: {},
      cwd,
      platform: 'linux',
      today: '2026-11-20',
      signal: new AbortController().signal,
      ...UNASKED,
      run: () => Promise.reject(new Error('nothing is run')),
      inspect: () => Promise.reject(new Error('nothing is inspected')),
      declareTypes: () => Promise.reject(new Error('no types are declared')),
      diagnose: () => Promise.reject(new Error('nothing is diagnosed')),
    })
  expect([await compared('whole.json'), stderr]).toStrictEqual([0, ''])
  expect(await compared('part.json')).toBe(2)
  expect(stderr).toContain('part.json is a report of what changed: it says nothing about the rest')
})
