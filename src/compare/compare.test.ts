import { expect, test } from 'vitest'
import type { Finding, Report, ReportedPolicy } from '../domain/report.ts'
import { finding, relation, sampleReport } from '../report/sample-report.ts'
import { compare, isWorse } from './compare.ts'

const between = (before: Report, after: Report) =>
  compare({ state: { name: 'before' }, report: before }, { state: { name: 'after' }, report: after })

const OPEN: ReportedPolicy = {
  name: 'open',
  command: 'select',
  permissive: true,
  roles: ['public'],
  using: 'true',
  withCheck: null,
  file: 'migrations/2.sql',
  line: 7,
}
const WIDE = { anon: '✗···', foreign: '✗···', team: '✗···', own: '✓✓✓✓' }
const sound = sampleReport({ relations: [relation('public.chats')] })
const leaky = sampleReport({
  relations: [{ ...relation('public.chats', WIDE), policies: [OPEN] }],
  findings: [finding()],
})

test('what opened is told with the policy that did it, as a finding and as access', () => {
  const { findings, access } = between(sound, leaky)
  const causes = [{ text: 'policy "open" is new', file: 'migrations/2.sql', line: 7 }]
  expect(findings.opened).toStrictEqual([{ finding: finding(), causes }])
  expect(access).toStrictEqual([
    {
      subject: 'public.chats',
      aspect: 'select',
      before: 'owner',
      after: 'everyone',
      direction: 'opened',
      causes,
    },
  ])
})

test('the other way round it closed', () => {
  const { findings, access } = between(leaky, sound)
  expect(findings.opened).toStrictEqual([])
  expect(findings.closed).toStrictEqual([finding()])
  expect(access.map(({ direction, causes }) => [direction, causes])).toStrictEqual([
    ['closed', [{ text: 'policy "open" is gone' }]],
  ])
})

test('what a narrowed run did not look at has not closed', () => {
  const elsewhere = sampleReport({ relations: [relation('public.rooms')] })
  const narrowed = { ...elsewhere, run: { ...elsewhere.run, narrowed: true as const } }
  expect(between(leaky, elsewhere).findings.closed).toStrictEqual([finding()])
  expect(between(leaky, narrowed).findings.closed).toStrictEqual([])
})

test('two reports of one state differ in nothing', () => {
  const { findings, access, untested, files } = between(leaky, leaky)
  expect(findings).toStrictEqual({ opened: [], closed: [], changed: [], same: 1 })
  expect([access, untested.opened, untested.closed, files.added, files.changed]).toStrictEqual([
    [],
    [],
    [],
    [],
    [],
  ])
})

const withFinding = (one: Finding): Report => ({ ...leaky, findings: [one] })
const accepted = finding({ suppressed: { by: 'ignore', reason: 'Decided in spring' } })

test('a finding that is no longer accepted opens, one that is accepted now changes', () => {
  expect(between(withFinding(accepted), leaky).findings.opened.map((one) => one.finding.id)).toStrictEqual([
    'a1f3c09e',
  ])
  const { findings } = between(leaky, withFinding(accepted))
  expect([findings.opened, findings.closed, findings.changed.length]).toStrictEqual([[], [], 1])
})

test('a severity that rises is worse, one that falls is not', () => {
  const warning = withFinding(finding({ severity: 'warning' }))
  expect(between(warning, leaky).findings.changed.map(isWorse)).toStrictEqual([true])
  expect(between(leaky, warning).findings.changed.map(isWorse)).toStrictEqual([false])
})

const doubt = { relation: 'public.chats', command: 'update', actor: 'all', reason: 'no row' } as const
const doubtful = (reason: string): Report => ({
  ...sound,
  coverage: { ...sound.coverage, untested: [{ ...doubt, reason }] },
})

test('new doubt is told, the same doubt in other words is not', () => {
  expect(between(sound, doubtful('no row')).untested.opened).toStrictEqual([doubt])
  expect(between(doubtful('another reason'), doubtful('no row')).untested.opened).toStrictEqual([])
})

test('a relation that is new and closed to everybody opens nothing', () => {
  const closed = relation('public.tags', { anon: '····', foreign: '····', team: '––––', own: '––––' })
  const { access } = between(sound, { ...sound, relations: [...sound.relations, closed] })
  expect(new Set(access.map(({ direction }) => direction))).toStrictEqual(new Set(['told']))
})

test('some rows becoming all rows opens', () => {
  const some = relation('public.chats', WIDE)
  const partly = { ...some, reach: { ...some.reach, anon: { ...some.reach.anon, select: 'some' as const } } }
  const { access } = between({ ...leaky, relations: [partly] }, { ...leaky, relations: [some] })
  expect(access.map(({ before, after, direction }) => [before, after, direction])).toStrictEqual([
    ['authenticated, everyone (some rows)', 'everyone', 'opened'],
  ])
})

test('a switch and a privilege are causes, and where nothing near differs the files are', () => {
  const [chats] = sound.relations
  if (!chats) throw new Error('no relation')
  const guards = {
    rowSecurity: { enabled: false, forced: false },
    privileges: [{ role: 'anon', commands: ['select'] as const }],
  }
  const off = { ...relation('public.chats', WIDE), ...guards, file: 'migrations/1.sql', line: 3 }
  const [change] = between(sound, { ...sound, relations: [off] }).access
  expect(change?.causes).toStrictEqual([
    { text: 'row security is off', file: 'migrations/1.sql', line: 3 },
    { text: 'anon may select now' },
  ])
  const [source] = sound.sources
  if (!source) throw new Error('no source')
  const files = [...source.files, { path: 'migrations/9.sql', sha256: '99', notes: [] }]
  const elsewhere = {
    ...sound,
    relations: [relation('public.chats', WIDE)],
    sources: [{ ...source, files }, ...sound.sources.slice(1)],
  }
  expect(between(sound, elsewhere).access[0]?.causes).toStrictEqual([
    { text: 'file is new', file: 'migrations/9.sql' },
  ])
})

test('a function that shows more opens, and that it is defined anew is told', () => {
  const made = (reads: 'nobody' | 'everyone', file: string): Report => ({
    ...sound,
    functions: [
      {
        name: 'public.f()',
        securityDefiner: true,
        access: { execute: 'everyone', reads, writes: 'nobody' },
        file,
        line: 1,
      },
    ],
  })
  expect(between(made('nobody', 'a.sql'), made('everyone', 'b.sql')).access).toStrictEqual([
    {
      subject: 'public.f()',
      aspect: 'reads',
      after: 'everyone',
      direction: 'opened',
      causes: [{ text: 'it is defined anew', file: 'b.sql', line: 1 }],
    },
  ])
})

test('runs that are not alike are remarked on, and of narrowed ones only what both judged is compared', () => {
  const other = {
    ...sound,
    run: { ...sound.run, apiPrivileges: 'explicit', narrowed: true as const },
    relations: [],
  }
  const { remarks, access } = between(sound, other)
  expect(remarks).toStrictEqual([
    'API privileges: legacy before, explicit after',
    'a run was narrowed to a part of the project: the rest is not compared',
  ])
  expect(access).toStrictEqual([])
})
