import { expect, test } from 'vitest'
import type { Untested } from '../domain/report.ts'
import { finding, relation, sampleReport } from '../report/sample-report.ts'
import { exitCode } from './exit-code.ts'

const gate = { failOn: 'error', strict: false } as const
const warning = finding({ severity: 'warning' })
const entry: Untested = { relation: 'public.chats', command: 'select', actor: 'own', reason: 'no control' }
const coverage = { planned: 4, executed: 3, untested: [entry], policies: [], scenarios: [], untried: [] }

test('an isolated project passes', () => {
  expect(exitCode(sampleReport(), gate)).toBe(0)
})

test('a finding at or above the gate stops, one below it does not', () => {
  expect(exitCode(sampleReport({ findings: [finding()] }), gate)).toBe(1)
  expect(exitCode(sampleReport({ findings: [warning] }), gate)).toBe(0)
  expect(exitCode(sampleReport({ findings: [warning] }), { ...gate, failOn: 'warning' })).toBe(1)
  expect(
    exitCode(sampleReport({ findings: [finding({ severity: 'note' })] }), { ...gate, failOn: 'warning' }),
  ).toBe(0)
})

test('an ignored finding does not stop', () => {
  const ignored = finding({ suppressed: { by: 'ignore', reason: 'Scores are public' } })
  expect(exitCode(sampleReport({ findings: [ignored] }), gate)).toBe(0)
})

test('untested alone stops', () => {
  expect(exitCode(sampleReport({ coverage }), gate)).toBe(1)
})

test('a gate that never fails lets findings and untested pass', () => {
  const never = { failOn: 'never', strict: true } as const
  expect(exitCode(sampleReport({ coverage, findings: [finding()], notices: ['x'] }), never)).toBe(0)
})

test('strict stops at notices', () => {
  expect(exitCode(sampleReport({ notices: ['unused'] }), gate)).toBe(0)
  expect(exitCode(sampleReport({ notices: ['unused'] }), { ...gate, strict: true })).toBe(1)
})

test('a run that judged nothing never passes, whatever the gate', () => {
  const nothing = { anon: '––––', foreign: '––––', team: '––––', own: '––??' }
  for (const failOn of ['error', 'never'] as const) {
    expect(exitCode(sampleReport({ relations: [] }), { ...gate, failOn })).toBe(2)
    expect(exitCode(sampleReport({ relations: [relation('public.a', nothing)] }), { ...gate, failOn })).toBe(
      2,
    )
    expect(exitCode(sampleReport({ outcome: 'could-not-run' }), { ...gate, failOn })).toBe(2)
  }
})

test('a shard with nothing to try is no failed run; a whole that judged nothing is', () => {
  const nothing = sampleReport({ outcome: 'partial', relations: [] })
  const shard = { index: 3, count: 3, left: [] }
  expect(exitCode({ ...nothing, run: { ...nothing.run, shard } }, gate)).toBe(0)
  expect(exitCode({ ...nothing, run: { ...nothing.run, shards: 3 } }, gate)).toBe(2)
  expect(exitCode({ ...nothing, run: { ...nothing.run, shard }, findings: [finding()] }, gate)).toBe(1)
})
