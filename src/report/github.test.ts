import { expect, test } from 'vitest'
import type { Report, Untested } from '../domain/report.ts'
import { github } from './github.ts'
import type { ReporterOptions } from './reporter.ts'
import { finding, sampleReport } from './sample-report.ts'

const lines = (report: Report, changes: Partial<ReporterOptions> = {}): readonly string[] =>
  github(report, { level: 'warning', colour: false, unicode: true, width: 100, exitCode: 1, ...changes })
    .split('\n')
    .slice(0, -1)

test('a finding stands beside the line that is to blame', () => {
  const report = sampleReport({ outcome: 'findings', findings: [finding()] })
  expect(lines(report, { root: 'apps/web' })).toEqual([
    '::error file=apps/web/drizzle/0007_share.sql,line=12,title=read-leak%3A public.chats select as a user of another tenant::carol read 3 of 3 rows that belong to alice (control: alice sees 3, anon 0). More: rls-harness explain a1f3c09e',
  ])
})

test('a report without findings annotates nothing', () => {
  expect(github(sampleReport(), { level: 'all', colour: false, unicode: true, width: 9, exitCode: 0 })).toBe(
    '',
  )
})

test('at most ten of a kind are written, errors first, and the tenth counts the rest', () => {
  const findings = [
    ...Array.from({ length: 3 }, (_, index) => finding({ severity: 'warning', id: `w${index}` })),
    ...Array.from({ length: 25 }, (_, index) => finding({ id: `e${index}` })),
  ]
  const written = lines(sampleReport({ outcome: 'findings', findings }))
  expect(written.map((line) => /^::([a-z]+) /.exec(line)?.[1])).toEqual([
    ...Array.from({ length: 10 }, () => 'error'),
    ...Array.from({ length: 3 }, () => 'warning'),
  ])
  expect(written[8]).toContain('explain e8')
  expect(written[9]).toContain('::16 more errors: the job summary')
  const ten = Array.from({ length: 10 }, (_, index) => finding({ id: `e${index}` }))
  expect(lines(sampleReport({ outcome: 'findings', findings: ten }))[9]).toContain('explain e9')
})

test('what is untested is a notice by reason, what is accepted is none', () => {
  const accepted = { by: 'baseline', reason: 'untested at adoption' } as const
  const gap = (command: Untested['command']): Untested => ({
    relation: 'public.chats',
    command,
    actor: 'own',
    reason: 'no control',
  })
  const untested = [gap('select'), gap('delete'), { ...gap('update'), reason: 'other', accepted }]
  const coverage = { ...sampleReport().coverage, untested }
  const known = finding({ suppressed: { by: 'ignore', reason: 'Scores are public' } })
  expect(lines(sampleReport({ outcome: 'findings', coverage, findings: [known] }))).toEqual([
    '::notice title=rls-harness%3A 2 untested%2C nothing is proven about them::no control: public.chats select (own), public.chats delete (own)',
  ])
})

test('notes are written where the level asks for them', () => {
  const report = sampleReport({ outcome: 'findings', findings: [finding({ severity: 'note' })] })
  expect(lines(report)).toEqual([])
  expect(lines(report, { level: 'note' })[0]).toMatch(/^::notice file=/)
})

test('a run that judged nothing is an error', () => {
  expect(lines(sampleReport({ outcome: 'could-not-run' }), { exitCode: 2 })).toEqual([
    '::error title=rls-harness::Nothing could be judged: this run proves nothing.',
  ])
})

test('no name begins a command, ends one early or adds a property', () => {
  const name = 'x\n::error::fake\r\n::stop-commands::t, line=9::##[error]%0A::warning::'
  const report = sampleReport({
    outcome: 'findings',
    findings: [finding({ relation: name, evidence: name, blame: [{ file: 'a, b:%.sql', line: 3 }] })],
    notices: [name],
    coverage: {
      ...sampleReport().coverage,
      untested: [{ relation: name, command: 'select', actor: 'all', reason: name }],
    },
  })
  const written = lines(report)
  expect(written).toHaveLength(3)
  for (const line of written) {
    expect(line).toMatch(/^::(?:error file=a%2C b%3A%25\.sql,line=3,title=[^:,]+|notice title=[^:,]+)::/)
    expect(line).not.toMatch(/%0[AD]|##\[/)
  }
})

test('a file whose name holds line breaks is not named', () => {
  const blame = [{ file: 'a\n.sql', line: 3 }]
  const report = sampleReport({ outcome: 'findings', findings: [finding({ blame })] })
  expect(lines(report)[0]).toMatch(/^::error title=/)
})
