import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { FINDING_CODES, FINDINGS } from '../domain/finding.ts'
import type { Finding, Report, Untested } from '../domain/report.ts'
import type { ReporterOptions } from './reporter.ts'
import { sarifErrors } from './sample-readers.ts'
import { finding, relation, sampleReport } from './sample-report.ts'
import { sarif } from './sarif.ts'
import { DANGERS } from './sarif/weakness.ts'

const text = (report: Report, changes: Partial<ReporterOptions> = {}): string =>
  sarif(report, { level: 'warning', colour: false, unicode: true, width: 100, exitCode: 1, ...changes })

interface Run {
  readonly results: readonly Record<string, unknown>[]
  readonly tool: {
    readonly driver: { readonly rules: readonly { readonly id: string; readonly properties: object }[] }
  }
  readonly invocations: readonly {
    readonly toolExecutionNotifications: readonly { readonly message: object }[]
  }[]
  readonly automationDetails: { readonly id: string }
}

function runOf(report: Report, changes: Partial<ReporterOptions> = {}): Run {
  const written = text(report, changes)
  expect(sarifErrors(written)).toEqual([])
  const { runs } = JSON.parse(written) as { runs: [Run] }
  return runs[0]
}

const withFindings = (...findings: readonly Finding[]): Report =>
  sampleReport({ outcome: 'findings', findings })

test('a finding stands at the line of the migration that is to blame, relative to the repository', () => {
  const { results } = runOf(withFindings(finding()), { root: 'apps/web site' })
  expect(results).toMatchObject([
    {
      ruleId: 'read-leak',
      level: 'error',
      message: {
        text: expect.stringContaining('public.chats: select as a user of another tenant. carol read'),
      },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'apps/web%20site/drizzle/0007_share.sql', uriBaseId: '%SRCROOT%' },
            region: { startLine: 12 },
          },
        },
      ],
      partialFingerprints: { primaryLocationLineHash: 'a1f3c09e00112233:1' },
      suppressions: [],
    },
  ])
})

test('what lies beside the project is found, what lies outside of the repository is not made up', () => {
  const beside = finding({ blame: [{ file: '../../db/rls.sql', line: 4 }] })
  const uri = (root: string): unknown => runOf(withFindings(beside), { root }).results[0]?.['locations']
  expect(uri('apps/web')).toMatchObject([
    { physicalLocation: { artifactLocation: { uri: 'db/rls.sql' }, region: { startLine: 4 } } },
  ])
  expect(uri('web')).toMatchObject([{ physicalLocation: { artifactLocation: { uri: 'web/docs/rls.sql' } } }])
})

test('several places are one location and related ones', () => {
  const blame = [
    { policy: 'a', file: 'a.sql', line: 1 },
    { policy: 'b', through: 'true', file: 'b.sql', line: 2 },
    { policy: 'b', file: 'b.sql', line: 2 },
  ]
  const { results } = runOf(withFindings(finding({ blame })))
  expect(results[0]?.['locations']).toHaveLength(1)
  expect(results[0]?.['relatedLocations']).toMatchObject([
    {
      physicalLocation: { artifactLocation: { uri: 'b.sql' }, region: { startLine: 2 } },
      message: { text: 'policy "b" through true' },
    },
  ])
})

test('without a place a finding stands where its relation was defined, and says that it is not the culprit', () => {
  const chats = { ...relation('public.chats'), file: 'prisma/0008_a.sql', line: 3 }
  const report = { ...withFindings(finding({ blame: [] })), relations: [chats] }
  expect(runOf(report).results[0]).toMatchObject({
    message: { text: expect.stringContaining('is not known') },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: 'prisma/0008_a.sql' }, region: { startLine: 3 } },
        logicalLocations: [{ fullyQualifiedName: 'public.chats' }],
      },
    ],
  })
  expect(runOf({ ...report, relations: [], sources: [] }).results[0]?.['locations']).toMatchObject([
    { physicalLocation: { artifactLocation: { uri: 'rls.config.ts' }, region: { startLine: 1 } } },
  ])
})

test('accepted findings come last with their reason, and not at all to code scanning, which would open them', () => {
  const known = finding({ suppressed: { by: 'ignore', reason: 'Scores are public', expires: '2027-01-31' } })
  const report = withFindings(known, finding({ severity: 'warning', fingerprint: 'ff' }))
  expect(runOf(report).results).toMatchObject([
    { level: 'warning', suppressions: [] },
    {
      level: 'error',
      suppressions: [
        { kind: 'external', status: 'accepted', justification: 'Scores are public (until 2027-01-31)' },
      ],
    },
  ])
  const uploaded = runOf(report, { forCodeScanning: true })
  expect(uploaded.results).toHaveLength(1)
  expect(JSON.stringify(uploaded.invocations)).toContain('1 finding left out: they are accepted')
})

test('the most severe come first, and fingerprints that occur twice are told apart', () => {
  const { results } = runOf(
    withFindings(finding({ severity: 'note' }), finding({ severity: 'warning' }), finding()),
  )
  expect(results.map(({ level }) => level)).toEqual(['error', 'warning', 'note'])
  const hashes = results.map((one) => JSON.stringify(one['partialFingerprints']))
  expect(new Set(hashes).size).toBe(3)
})

test('what is untested is a notification: a run that proved little does not look like one that proved all', () => {
  const untested: Untested[] = [
    { relation: 'public.chats', command: 'select', actor: 'own', reason: 'no row could be seeded' },
    {
      relation: 'public.chats',
      command: 'delete',
      actor: 'all',
      reason: 'no control',
      accepted: { by: 'baseline', reason: 'untested at adoption' },
    },
  ]
  const coverage = { ...sampleReport().coverage, untested }
  const { invocations } = runOf(
    sampleReport({ outcome: 'findings', coverage, notices: ['ignore[1] unused'] }),
  )
  expect(invocations).toMatchObject([
    {
      executionSuccessful: true,
      exitCode: 1,
      toolExecutionNotifications: [
        {
          level: 'error',
          message: { text: 'Untested: public.chats select (own): no row could be seeded' },
        },
        { level: 'note', message: { text: expect.stringContaining('Accepted: untested at adoption') } },
        { level: 'warning', message: { text: 'Not tried: 1 function' } },
        { level: 'warning', message: { text: 'ignore[1] unused' } },
      ],
    },
  ])
})

test('a run that could not judge anything was not successful', () => {
  const run = runOf(sampleReport({ outcome: 'could-not-run' }), { exitCode: 2 })
  expect(run.invocations).toMatchObject([{ executionSuccessful: false, exitCode: 2 }])
})

test('every code makes a valid rule within the limits of code scanning', () => {
  const all = FINDING_CODES.map((code, index) => finding({ code, fingerprint: `${index}` }))
  const { rules } = runOf(withFindings(...all)).tool.driver
  expect(rules.map(({ id }) => id)).toEqual([...FINDING_CODES])
  for (const { properties } of rules) {
    expect((properties as { tags: readonly string[] }).tags.length).toBeLessThanOrEqual(10)
  }
})

test('the score of a rule lies in the band of its severity', () => {
  const bands = { error: [7, 10], warning: [4, 7], note: [0, 4] } as const
  for (const code of FINDING_CODES) {
    const [low, high] = bands[FINDINGS[code].severity]
    const score = Number(DANGERS[code]?.score ?? low)
    expect(score >= low && score < high, `${code}: ${score}`).toBe(true)
  }
})

test('two projects of one repository do not replace each other’s alerts', () => {
  expect(runOf(sampleReport(), { root: 'apps/web' }).automationDetails.id).toBe('rls-harness/apps/web/')
  expect(runOf(sampleReport()).automationDetails.id).toBe('rls-harness/')
})

test('of very many findings the most severe are kept, and the file stays small enough to upload', () => {
  const many = Array.from({ length: 25_010 }, (_, index) =>
    finding({
      fingerprint: index.toString(16).padStart(64, '0'),
      severity: index === 25_009 ? 'error' : 'note',
      relation: `public.table_${index}`,
    }),
  )
  const written = text(withFindings(...many))
  expect(gzipSync(written, { level: 1 }).length).toBeLessThan(10 * 1024 * 1024)
  const { results, invocations } = (JSON.parse(written) as { runs: [Run] }).runs[0]
  expect(results).toHaveLength(25_000)
  expect(results[0]?.['level']).toBe('error')
  expect(JSON.stringify(invocations)).toContain('10 findings left out: the least severe')
})

test('a name makes neither links nor placeholders of a message', () => {
  const evidence = '[click](https://evil.example) {0} ' + 'x'.repeat(2000)
  const message = runOf(withFindings(finding({ evidence }))).results[0]?.['message'] as { text: string }
  expect(message.text).toContain('[click] (https://evil.example) { 0}')
  expect(message.text.length).toBeLessThanOrEqual(1000)
  expect(message.text).toMatch(/… More: rls-harness explain a1f3c09e$/)
})
