import { expect, test } from 'vitest'
import type { Finding, FindingGroup, Report } from '../domain/report.ts'
import { explainedGroup } from './explained-group.ts'
import type { ReporterOptions } from './reporter.ts'
import { finding, relation, sampleReport } from './sample-report.ts'
import { terminal } from './terminal.ts'
import { widthOf } from './text.ts'

const OPTIONS: ReporterOptions = { level: 'warning', colour: false, unicode: true, width: 100, exitCode: 1 }
const draw = (report: Report, changes: Partial<ReporterOptions> = {}): string =>
  terminal(report, { ...OPTIONS, brief: true, ...changes })

const LEAK = { anon: '····', foreign: '✗✗✗✗', team: '····', own: '✓✓✓✓' }
const names = Array.from({ length: 12 }, (_, at) => `public.open_${at}`)

const group: FindingGroup = {
  id: 'one-team',
  severity: 'error',
  title: 'any signed-in user gets at all rows of 12 of 14 exposed tables: policies ask for a session alone',
  remedy: 'Compare the owner.',
  declaration: { 'public.*': 'authenticated' },
  relations: names.map((name) => ({
    relation: name,
    access: [{ actor: 'foreign', commands: ['select', 'update'] }],
    findings: [`${name} id`],
  })),
}

const told = names.map((name): Finding => finding({ id: name, relation: name, group: 'one-team' }))
const single = Array.from({ length: 14 }, (_, at): Finding =>
  finding({
    id: `s${at}`,
    relation: `public.single_${at}`,
    code: at % 2 === 0 ? 'read-leak' : 'update-leak',
  }),
)
const report = sampleReport({
  outcome: 'findings',
  relations: [...told, ...single].map((one) => relation(one.relation, LEAK)),
  findings: [...told, ...single],
  groups: [group],
  coverage: {
    ...sampleReport().coverage,
    untested: [{ relation: 'public.x', command: 'select', actor: 'all', reason: 'no row' }],
  },
})

test('a long report fits on a screen, with what to do next', () => {
  const lines = draw(report).trimEnd().split('\n')
  expect(lines.length).toBeLessThanOrEqual(40)
  expect(lines.every((line) => widthOf(line) <= 100)).toBe(true)
  const text = lines.join('\n')
  expect(text).toContain('one-team  12 relations')
  expect(text).toContain('as a user of another tenant: select 12')
  expect(text).toMatch(/read-leak {2}7 relations .* explain s0/)
  expect(text).toContain("expect: { 'public.*': 'authenticated' }")
  expect(text).toContain('rls-harness check --full')
  expect(text).toContain('15 findings, 1 of them on 12 relations · 1 untested')
})

test('whoever wants everything gets it, with each relation of a group named', () => {
  const text = draw(report, { brief: false })
  for (const name of [...names, 'public.single_13']) expect(text).toContain(name)
  expect(text).not.toContain('explain public.open_3')
  expect(draw(report, { level: 'all' })).not.toContain('next     ')
})

test('a short report is told in full', () => {
  const short = sampleReport({ outcome: 'findings', findings: [finding()] })
  expect(draw(short)).toBe(draw(short, { brief: false }))
  expect(draw(short)).not.toContain('--full')
})

test('explaining a group lists all that it stands for, and the words that accept it', () => {
  const text = explainedGroup(group, report, OPTIONS)
  expect(text).toContain(
    'public.open_11\n     as a user of another tenant: select, update\n     public.open_11 id',
  )
  expect(text).toContain("expect: { 'public.*': 'authenticated' }")
})
