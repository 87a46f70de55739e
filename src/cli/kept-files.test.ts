import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { printBaseline } from '../baseline/text.ts'
import { printLock } from '../lock/text.ts'
import { sampleReport } from '../report/sample-report.ts'
import { main } from './main.ts'
import { UNASKED } from './sample-host.ts'

let cwd = ''

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'rls-kept-'))
  mkdirSync(join(cwd, 'sql'))
  writeFileSync(join(cwd, 'sql/1.sql'), 'select 1')
})

afterEach(() => {
  rmSync(cwd, { recursive: true })
})

const LOCK = printLock([{ subject: 'app.notes', aspect: 'select', value: 'owner' }])
const BASELINE = printBaseline({
  reason: 'There when the project was adopted',
  findings: [],
  untested: [{ relation: 'app.notes', command: 'select', actor: 'own' }],
})

test.each([
  [['check', '--locked', '--update', '--changed'], '--update: --changed observes a part of the access'],
  [
    ['check', '--locked', '--update', '--schema', 'public'],
    '--update: a narrowed run observes a part of the access',
  ],
  [['lock', '--update'], 'lock: a narrowed run observes a part of the access'],
  [['baseline', 'prune'], 'baseline prune: a narrowed run meets a part of what is accepted'],
])('what a run of a part does not see is not taken out of a file that is kept: %j', async (argv, message) => {
  writeFileSync(join(cwd, 'rls.lock'), LOCK)
  writeFileSync(join(cwd, 'rls.baseline.json'), BASELINE)
  let stderr = ''
  const code = await main(argv, '1.2.3', {
    stdout: { write: () => {} },
    stderr: { write: (text) => (stderr += text) },
    environment: argv[0] === 'check' ? {} : { RLS_SCHEMA: 'public' },
    cwd,
    platform: 'linux',
    today: '2026-11-20',
    signal: new AbortController().signal,
    ...UNASKED,
    run: async () => sampleReport(),
    runSince: async () => sampleReport(),
    inspect: () => Promise.reject(new Error('nothing is inspected')),
    declareTypes: () => Promise.reject(new Error('no types are declared')),
    diagnose: () => Promise.reject(new Error('nothing is diagnosed')),
  })
  expect([code, stderr]).toStrictEqual([2, expect.stringContaining(message)])
  expect(readFileSync(join(cwd, 'rls.lock'), 'utf8')).toBe(LOCK)
  expect(readFileSync(join(cwd, 'rls.baseline.json'), 'utf8')).toBe(BASELINE)
})
