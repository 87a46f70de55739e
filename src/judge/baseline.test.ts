import { expect, test } from 'vitest'
import type { Baseline } from '../domain/baseline.ts'
import { finding } from '../report/sample-report.ts'
import { applyBaseline } from './baseline.ts'

const known = finding()
const entry = {
  fingerprint: known.fingerprint,
  code: known.code,
  severity: known.severity,
  relation: known.relation,
  command: known.command,
  actor: 'foreign',
} as const
const doubt = { relation: 'public.a', command: 'select', actor: 'all', reason: 'no row' } as const
const baseline: Baseline = {
  file: 'rls.baseline.json',
  reason: 'There when the project was adopted',
  findings: [entry],
  untested: [{ relation: 'public.a', command: 'select', actor: 'all' }],
}
const TODAY = '2026-11-30'
const apply = (changes: Partial<Baseline>, one = known, extent: 'all' | 'part' = 'all', guard?: string) =>
  applyBaseline(
    { findings: [one], untested: [doubt] },
    { ...baseline, ...changes },
    { today: TODAY, extent, guardOf: () => guard },
  )

test('what was there is marked and told by nobody', () => {
  const { findings, untested, notices } = apply({})
  const accepted = { by: 'baseline', reason: 'There when the project was adopted' }
  expect(findings[0]?.suppressed).toStrictEqual(accepted)
  expect(untested[0]?.accepted).toStrictEqual(accepted)
  expect(notices).toStrictEqual([])
})

test('a new finding and new doubt stay open', () => {
  const { findings, untested } = applyBaseline(
    {
      findings: [finding({ fingerprint: 'f'.repeat(16) })],
      untested: [{ ...doubt, actor: 'own' }],
    },
    baseline,
    { today: TODAY, extent: 'all', guardOf: () => undefined },
  )
  expect(findings[0]?.suppressed).toBeUndefined()
  expect(untested[0]?.accepted).toBeUndefined()
})

test('a finding that has become worse is back, and said to be', () => {
  const { findings, notices } = apply({ findings: [{ ...entry, severity: 'warning' }] })
  expect(findings[0]?.suppressed).toBeUndefined()
  expect(notices).toStrictEqual([
    'rls.baseline.json: read-leak public.chats select foreign was warning and is error: its finding is back',
  ])
})

test('a finding that has become less is still accepted', () => {
  const { findings } = apply({}, finding({ severity: 'warning' }))
  expect(findings[0]?.suppressed?.by).toBe('baseline')
})

test('an entry counts on its last day and not on the day after', () => {
  expect(apply({ findings: [{ ...entry, expires: TODAY }] }).findings[0]?.suppressed).toStrictEqual({
    by: 'baseline',
    reason: 'There when the project was adopted',
    expires: TODAY,
  })
  const { findings, notices } = apply({ findings: [{ ...entry, expires: '2026-11-29' }] })
  expect(findings[0]?.suppressed).toBeUndefined()
  expect(notices).toStrictEqual([
    'rls.baseline.json: read-leak public.chats select foreign expired on 2026-11-29: its finding is back',
  ])
})

test('entries that match nothing are told, but not by a run that saw a part', () => {
  const gone = { ...entry, fingerprint: 'e'.repeat(16), relation: 'public.gone' }
  expect(apply({ findings: [entry, gone] }).notices).toStrictEqual([
    'rls.baseline.json: 1 entry matches nothing any more (read-leak public.gone select foreign): rls-harness baseline prune',
  ])
  expect(apply({ findings: [entry, gone] }, known, 'part').notices).toStrictEqual([])
})

test('what the configuration ignores keeps its own reason', () => {
  const suppressed = { by: 'ignore', reason: 'is accepted there' } as const
  const { findings, notices } = apply({}, finding({ suppressed }))
  expect(findings[0]?.suppressed).toStrictEqual(suppressed)
  expect(notices).toStrictEqual([])
})

test('a finding behind other policies is back, though its name is the same', () => {
  const guarded = { ...baseline, findings: [{ ...entry, guard: 'aaaa' }] }
  expect(apply(guarded, known, 'all', 'aaaa').findings[0]?.suppressed?.by).toBe('baseline')
  const { findings, notices } = apply(guarded, known, 'all', 'bbbb')
  expect(findings[0]?.suppressed).toBeUndefined()
  expect(notices[0]).toBe(
    'rls.baseline.json: read-leak public.chats select foreign is guarded by other policies than it was: its finding is back',
  )
})
