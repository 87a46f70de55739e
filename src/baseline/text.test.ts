import { expect, test } from 'vitest'
import type { Baseline } from '../domain/baseline.ts'
import { finding, sampleReport } from '../report/sample-report.ts'
import { metIn, openIn } from './take.ts'
import { parseBaseline, printBaseline } from './text.ts'

const untested = { relation: 'public.a', command: 'select', actor: 'all', reason: 'no row' } as const

const baseline: Baseline = {
  file: 'rls.baseline.json',
  reason: 'There when the project was adopted',
  findings: [
    {
      fingerprint: 'a1f3c09e00112233',
      code: 'read-leak',
      severity: 'error',
      relation: 'public.new\n"line"',
      command: 'select',
      actor: 'foreign',
      expires: '2027-01-31',
    },
    {
      fingerprint: 'b1f3c09e00112233',
      code: 'no-policy',
      severity: 'warning',
      relation: 'storage.objects',
      scope: 'avatars',
      command: 'select',
      reason: 'A reason of its own',
    },
  ],
  untested: [{ relation: 'public.a', command: 'select', actor: 'all' }],
}

test('a baseline is read as it was printed, one line per entry', () => {
  const text = printBaseline(baseline)
  expect(parseBaseline(text, baseline.file)).toStrictEqual(baseline)
  expect(text.split('\n').filter((line) => line.startsWith('    {'))).toHaveLength(3)
})

test('the order of the entries does not depend on the order in which they were found', () => {
  const turned = { ...baseline, findings: baseline.findings.toReversed() }
  expect(printBaseline(turned)).toBe(printBaseline(baseline))
})

const changed = (change: (value: Record<string, never[]> & Record<string, unknown>) => void): string => {
  const value = JSON.parse(printBaseline(baseline)) as Record<string, never[]>
  change(value)
  return JSON.stringify(value)
}
const first = (value: Record<string, unknown>): Record<string, unknown> =>
  (value['findings'] as Record<string, unknown>[])[0] ?? {}

test.each([
  ['{', 'rls.baseline.json: '],
  ['[]', 'rls.baseline.json: must be an object'],
  [changed((value) => (value['baselineVersion'] = 2 as never)), 'baselineVersion: must be 1'],
  [changed((value) => (value['extra'] = 2 as never)), 'extra: is not one of baselineVersion, reason'],
  [changed((value) => delete value['reason']), 'reason: must be a text'],
  [changed((value) => (value['untested'] = {} as never)), 'untested: must be a list'],
  [changed((value) => (first(value)['fingerprint'] = 'x')), 'findings[0].fingerprint: "x" is no fingerprint'],
  [changed((value) => (first(value)['severity'] = 'bad')), 'findings[0].severity: must be one of'],
  [changed((value) => (first(value)['expires'] = '2027-02-31')), 'findings[0].expires: must be a date'],
  [changed((value) => (first(value)['code'] = 7)), 'findings[0].code: must be a text'],
  [changed((value) => (first(value)['comand'] = 'x')), 'findings[0].comand: is not one of'],
])('%s is refused: %s', (text, message) => {
  expect(() => parseBaseline(text, 'rls.baseline.json')).toThrow(message)
})

test('what can fail a gate and is not accepted yet is taken, each once', () => {
  const report = sampleReport({
    findings: [
      finding(),
      finding({ fingerprint: 'c'.repeat(16), severity: 'note' }),
      finding({ fingerprint: 'd'.repeat(16), suppressed: { by: 'ignore', reason: 'is accepted there' } }),
    ],
    coverage: { ...sampleReport().coverage, untested: [untested, { ...untested, reason: 'another' }] },
  })
  const taken = openIn(report)
  expect(taken.findings.map(({ fingerprint }) => fingerprint)).toStrictEqual(['a1f3c09e00112233'])
  expect(taken.untested).toStrictEqual([{ relation: 'public.a', command: 'select', actor: 'all' }])
})

test('what is not met any more is pruned, what is ignored as well is not', () => {
  const report = sampleReport({
    findings: [finding({ suppressed: { by: 'ignore', reason: 'is accepted there' } })],
  })
  const { kept, gone } = metIn(report, baseline)
  expect(gone).toBe(2)
  expect(kept.findings.map(({ fingerprint }) => fingerprint)).toStrictEqual(['a1f3c09e00112233'])
  expect(kept.untested).toStrictEqual([])
})
