import { expect, test } from 'vitest'
import type { LockCheck } from '../domain/lock.ts'
import { github } from './github.ts'
import { junit } from './junit.ts'
import { markdown } from './markdown.ts'
import type { ReporterOptions } from './reporter.ts'
import { junitErrors, sarifErrors } from './sample-readers.ts'
import { sampleReport } from './sample-report.ts'
import { sarif } from './sarif.ts'
import { terminal } from './terminal.ts'

const lock: LockCheck = {
  file: 'rls.lock',
  differences: [
    {
      subject: 'public.notes',
      aspect: 'select',
      before: 'owner',
      after: 'everyone',
      places: [{ file: 'migrations/2.sql', line: 7 }],
    },
    { subject: 'public.new', aspect: 'insert', after: 'owner', places: [] },
    { subject: 'public.old', aspect: 'delete', before: 'nobody', places: [] },
  ],
}
const OPTIONS: ReporterOptions = {
  level: 'warning',
  colour: false,
  unicode: true,
  width: 100,
  exitCode: 1,
  failOn: 'error',
}
const differing = sampleReport({ lock })
const same = sampleReport({ lock: { file: 'rls.lock', differences: [] } })

test('the terminal shows a difference as a diff with its place, and counts it', () => {
  const text = terminal(differing, OPTIONS)
  expect(text).toContain(' ✗ rls.lock · 3 lines differ\n')
  expect(text).toMatch(/ {3}- public\.notes {2}select {2}owner\n/)
  expect(text).toMatch(/ {3}\+ public\.notes {2}select {2}everyone +migrations\/2\.sql:7\n/)
  expect(text).toContain('· 3 lines of the lock differ')
  expect(terminal(same, { ...OPTIONS, exitCode: 0 })).toContain('· access as locked')
  expect(terminal(sampleReport(), OPTIONS)).not.toContain('lock')
})

test('annotations stand at the line that changed access', () => {
  expect(github(differing, OPTIONS)).toContain(
    '::error file=migrations/2.sql,line=7,title=access is not as in rls.lock%3A public.notes select::public.notes select: owner before, everyone now.',
  )
  expect(github(same, { ...OPTIONS, exitCode: 0 })).not.toContain('lock')
})

test('JUnit has a case for the lock that fails where the gate does', async () => {
  const text = junit(differing, OPTIONS)
  expect(await junitErrors(text)).toEqual([])
  expect(text).toMatch(/name="the access lock"[^>]*>\s*<failure type="lock"/)
  expect(text).toMatch(/<testcase[^>]*name="the run"[^>]*\/>/)
  expect(junit(same, { ...OPTIONS, exitCode: 0 })).toMatch(/name="the access lock"[^>]*\/>/)
  expect(junit(differing, { ...OPTIONS, failOn: 'never', exitCode: 0 })).not.toContain('<failure')
})

test('SARIF and Markdown hold each difference', () => {
  const text = sarif(differing, OPTIONS)
  expect(sarifErrors(text)).toEqual([])
  expect(text).toContain('Not as in rls.lock: public.old delete: nobody before, gone')
  expect(markdown(differing, OPTIONS)).toContain('- public.old  delete  nobody')
  expect(markdown(differing, OPTIONS)).toContain('+ public.new  insert  owner')
})
