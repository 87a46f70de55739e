import { expect, test } from 'vitest'
import type { Report, Untested } from '../domain/report.ts'
import type { ReporterOptions } from './reporter.ts'
import { finding, relation, sampleReport } from './sample-report.ts'
import { terminal } from './terminal.ts'
import { widthOf } from './text.ts'

const draw = (report: Report, changes: Partial<ReporterOptions> = {}): string =>
  terminal(report, { level: 'warning', colour: false, unicode: true, width: 100, exitCode: 0, ...changes })

const leaky: Report = sampleReport({
  outcome: 'findings',
  relations: [
    relation('public.chats', { anon: '····', foreign: '✗···', team: '····', own: '✓✓✓✓' }),
    relation('public.chat_overview', { anon: '✗–––', foreign: '✗–––', team: '·–––', own: '✓–––' }, 'view'),
    relation('public.messages'),
  ],
  findings: [
    finding(),
    finding({ id: 'b2', relation: 'public.chat_overview', actor: 'anon', blame: [], severity: 'warning' }),
  ],
  summary: {
    relations: 3,
    functions: 0,
    probes: 1104,
    bySeverity: { error: 1, warning: 1, note: 0 },
    suppressed: 0,
  },
})

test('a report with findings looks like the one of the documentation', () => {
  expect(draw(leaky, { exitCode: 1 })).toMatchInlineSnapshot(`
    " rls-harness 0.1.0   embedded PostgreSQL 17.10 · seed 42 · API privileges: legacy
     platform: Supabase (its CLI applies the migrations)
     ✓ 2 migrations (prisma) + 1 file                       1.2s
       ! 0009_enum.sql ran outside a transaction (55P04)
     ✓ 2 tenants, 2 users, 96 rows                          0.3s
     ✓ 1,104 probes of 3 relations (not tried: 1 function)  0.4s

                              anon      foreign   team      own
                              S I U D   S I U D   S I U D   S I U D
     public.chats             · · · ·   ✗ · · ·   · · · ·   ✓ ✓ ✓ ✓   1 finding
     public.chat_overview v   ✗ – – –   ✗ – – –   · – – –   ✓ – – –   1 finding
     public.messages          · · · ·   · · · ·   · · · ·   ✓ ✓ ✓ ✓

     ✗ read-leak  public.chats  select  as a user of another tenant
       carol read 3 of 3 rows that belong to alice (control: alice sees 3, anon 0)
       policy   "chats_read" for select to public using (true)                 drizzle/0007_share.sql:12
       more     rls-harness explain a1f3c09e, rls-harness repro a1f3c09e (for psql)
       remedy   drop policy chats_read on public.chats;                                         verified

     ! read-leak  public.chat_overview  select  without a session
       carol read 3 of 3 rows that belong to alice (control: alice sees 3, anon 0)
       more     rls-harness explain b2, rls-harness repro b2 (for psql)
       remedy   drop policy chats_read on public.chats;                                         verified

     2 findings (1 error, 1 warning) · 0 untested                                                 exit 1
    "
  `)
})

test('a report without findings says what was proven', () => {
  expect(draw(sampleReport())).toMatchInlineSnapshot(`
    " rls-harness 0.1.0   embedded PostgreSQL 17.10 · seed 42 · API privileges: legacy
     platform: Supabase (its CLI applies the migrations)
     ✓ 2 migrations (prisma) + 1 file                       1.2s
       ! 0009_enum.sql ran outside a transaction (55P04)
     ✓ 2 tenants, 2 users, 96 rows                          0.3s
     ✓ 1,104 probes of 2 relations (not tried: 1 function)  0.4s

                         anon      foreign   team      own
                         S I U D   S I U D   S I U D   S I U D
     public.chats        · · · ·   · · · ·   · · · ·   ✓ ✓ ✓ ✓
     public.messages     · · · ·   · · · ·   · · · ·   ✓ ✓ ✓ ✓

     ✓ isolated: in 1,104 probes of 2 relations nobody got at rows beyond what is theirs

     0 findings · 0 untested                                                                      exit 0
    "
  `)
})

test('without a UTF-8 locale everything is ASCII', () => {
  const text = draw(
    { ...leaky, relations: [...leaky.relations, relation('public.größe')] },
    { unicode: false },
  )
  expect(text).toMatch(/^[\n -~]*$/)
  expect(text).toContain('X read-leak')
})

test('colours appear only where they are allowed', () => {
  expect(draw(leaky)).not.toContain('\u001b')
  const coloured = draw(leaky, { colour: true })
  expect(coloured).toContain('\u001b[31m')
  // oxlint-disable-next-line no-control-regex
  expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(draw(leaky))
})

test('with more than 30 relations only those are listed that need eyes', () => {
  const many = Array.from({ length: 40 }, (_, index) => relation(`public.quiet_${index}`))
  const entry: Untested = {
    relation: 'public.quiet_7',
    command: 'insert',
    actor: 'own',
    reason: 'no control',
  }
  const report: Report = {
    ...leaky,
    relations: [...leaky.relations, ...many],
    coverage: { planned: 5, executed: 4, untested: [entry], policies: [], scenarios: [], untried: [] },
  }
  const text = draw(report)
  expect(text).toContain('40 relations isolated (--level all lists them)')
  expect(text).toMatch(/public\.quiet_7 .* 1 untested/)
  expect(text).not.toContain('public.quiet_8')
  expect(draw(report, { level: 'all' })).toContain('public.quiet_39')
})

test('relations that nobody can reach are counted, not drawn', () => {
  const nothing = { anon: '––––', foreign: '––––', team: '––––', own: '––––' }
  const text = draw(
    sampleReport({ relations: [relation('public.chats'), relation('internal.jobs', nothing)] }),
  )
  expect(text).toContain('1 relation that no API role can reach')
  expect(text).not.toContain('internal.jobs')
})

test('a level hides findings below it and says how to see them', () => {
  const report = sampleReport({
    outcome: 'findings',
    findings: [
      finding(),
      finding({ id: 'n', code: 'team-access', severity: 'note', relation: 'public.messages' }),
    ],
  })
  const text = draw(report, { exitCode: 1 })
  expect(text).not.toContain('team-access')
  expect(text).toContain('2 findings (1 error, 1 note) · 0 untested · 1 not shown (--level note)')
  expect(draw(report, { level: 'note' })).toContain('team-access')
})

test('findings of one relation stand together', () => {
  const report = sampleReport({
    outcome: 'findings',
    findings: [
      finding(),
      finding({ relation: 'public.messages' }),
      finding({ code: 'update-leak', command: 'update' }),
    ],
  })
  const titles = draw(report)
    .split('\n')
    .filter((line) => line.startsWith(' ✗'))
    .map((line) => line.split(/\s+/)[3])
  expect(titles).toEqual(['public.chats', 'public.chats', 'public.messages'])
})

test('what is untested is listed by reason', () => {
  const reason = 'no seeded actor has an active membership'
  const untested: Untested[] = [
    { relation: 'public.chats', command: 'select', actor: 'foreign', reason },
    { relation: 'public.chats', command: 'select', actor: 'own', reason },
    { relation: 'public.messages', command: 'delete', actor: 'all', reason: 'no row could be seeded' },
  ]
  const report = sampleReport({
    outcome: 'findings',
    coverage: { planned: 5, executed: 2, untested, policies: [], scenarios: [], untried: [] },
  })
  const text = draw(report, { exitCode: 1 })
  expect(text).toContain(` ? 3 untested: nothing is proven about these
   ${reason}
     public.chats select (foreign, own)
   no row could be seeded
     public.messages delete
`)
  expect(text).not.toContain('isolated: in')
  expect(text).toContain('what is untested may still leak')
})

test('many places under one reason are cut short', () => {
  const untested = Array.from({ length: 20 }, (_, index): Untested => ({
    relation: `public.r${index}`,
    command: 'select',
    actor: 'own',
    reason: 'no control',
  }))
  const report = sampleReport({
    outcome: 'findings',
    coverage: { planned: 20, executed: 0, untested, policies: [], scenarios: [], untried: [] },
  })
  expect(draw(report)).toContain('     and 12 more (--level all lists them)')
  expect(draw(report, { level: 'all' })).toContain('public.r19')
})

test('ignored findings and notices are counted', () => {
  const suppressed = { by: 'ignore', reason: 'Scores are public', expires: '2027-01-31' } as const
  const report = sampleReport({
    findings: [finding({ suppressed })],
    notices: ['ignore[1] matched nothing'],
    summary: {
      relations: 2,
      functions: 0,
      probes: 8,
      bySeverity: { error: 0, warning: 0, note: 0 },
      suppressed: 1,
    },
  })
  const text = draw(report)
  expect(text).toContain(' ! ignore[1] matched nothing')
  expect(text).toContain('0 findings · 0 untested · 1 ignored · 1 notice')
  expect(text).not.toContain('Scores are public')
  expect(draw(report, { level: 'all' })).toContain('Scores are public (until 2027-01-31)')
})

test('a finding without own remedy gets the advice of its code', () => {
  const report = sampleReport({ outcome: 'findings', findings: [withoutRemedy()] })
  expect(draw(report)).toMatch(/remedy {3}Let the SELECT policies compare/)
})

function withoutRemedy(): ReturnType<typeof finding> {
  const { remedy: _, ...rest } = finding()
  return rest
}

test('a run that judged nothing says that it proves nothing', () => {
  expect(draw(sampleReport({ outcome: 'could-not-run' }), { exitCode: 2 })).toContain(
    'this run proves nothing',
  )
})

test('a part of a run never calls anything isolated, and names what is missing', () => {
  const { run } = sampleReport()
  const shard = { index: 2, count: 3, left: ['public.notes', 'public.files'] }
  const text = draw(sampleReport({ outcome: 'partial', run: { ...run, shard } }))
  expect(text).toContain('rls-harness 0.1.0   shard 2/3 · embedded')
  expect(text).toContain(
    'shard 2/3 proves nothing alone; 2 relations, buckets and functions are left to others',
  )
  expect(text).toContain('no finding in 1,104 probes of 2 relations of shard 2/3')
  expect(text).toMatch(/^ shard 2\/3 · 0 findings/m)
  expect(text).not.toContain('isolated:')
})

test('a report that was joined says of how many parts', () => {
  const { run } = sampleReport()
  const text = draw(sampleReport({ run: { ...run, shards: 3 } }))
  expect(text).toContain('rls-harness 0.1.0   3 shards · embedded')
  expect(text).toContain('isolated: in ')
})

test('of very many findings the most severe are described, the others named', () => {
  const findings = Array.from({ length: 60 }, (_, index) =>
    finding({ id: `id${index}`, relation: `public.r${index}`, severity: index < 30 ? 'warning' : 'error' }),
  )
  const report = sampleReport({ outcome: 'findings', findings })
  const text = draw(report, { exitCode: 1 })
  expect(text.match(/more +rls-harness explain/g)).toHaveLength(40)
  expect(text).toContain('explain id59,')
  expect(text).toContain('20 more findings, named only (--level all describes them)')
  expect(text).toMatch(/^ ! read-leak {2}public\.r29 {2}select/m)
  expect(draw(report, { level: 'all' }).match(/rls-harness explain/g)).toHaveLength(60)
})

test('many notices are cut short', () => {
  const report = sampleReport({ notices: Array.from({ length: 14 }, (_, index) => `notice ${index}.`) })
  expect(draw(report)).toContain('   and 4 more notices (--level all lists them)')
  expect(draw(report, { level: 'all' })).toContain(' ! notice 13.')
})

const ACCEPTED = { by: 'baseline', reason: 'untested at adoption' } as const

test('what was untested at adoption is counted as accepted, and does not look like a gap', () => {
  const gap: Untested = {
    relation: 'public.chats',
    command: 'select',
    actor: 'own',
    reason: 'no control',
    accepted: ACCEPTED,
  }
  const known = finding({ suppressed: { by: 'baseline', reason: 'there at adoption' } })
  const coverage = { ...sampleReport().coverage, untested: [gap] }
  const report = sampleReport({ findings: [known], coverage })
  const text = draw(report)
  expect(text.replaceAll(/\s+/g, ' ')).toContain(
    'theirs; 1 accepted finding as open as before, 1 accepted as untested, which may leak',
  )
  expect(text).toContain(' ? 1 untested and accepted: nothing is proven about it')
  expect(text).toContain('0 findings · 0 untested · 2 accepted')
  expect(text).toMatch(/public\.chats .* 1 accepted\n/)
  expect(text).not.toContain('no control')
  const all = draw(report, { level: 'all' })
  expect(all).toContain('accepted  untested  public.chats  select: untested at adoption')
  expect(all).toContain('accepted  read-leak  public.chats  select: there at adoption')
})

test('beside open gaps the accepted ones are counted', () => {
  const gap: Untested = { relation: 'public.chats', command: 'select', actor: 'own', reason: 'no control' }
  const untested = [gap, { ...gap, command: 'delete', accepted: ACCEPTED } as const]
  const coverage = { ...sampleReport().coverage, untested }
  const text = draw(sampleReport({ outcome: 'findings', coverage }), { exitCode: 1 })
  expect(text).toContain(' ? 1 untested: nothing is proven about these (1 accepted)')
  expect(text).toContain('public.chats select (own)')
  expect(text).not.toContain('public.chats delete')
  expect(text).toContain('1 untested · 1 accepted')
})

test('on a narrow terminal the matrix is drawn without the counts behind it', () => {
  const text = draw(leaky, { width: 60 })
  expect(text).toMatch(/^ public\.chats {4}\S? .*✗ · · ·/m)
  expect(text).not.toMatch(/^ public\.chats .*finding/m)
  expect(draw(leaky, { width: 80 })).toMatch(/^ public\.chats .*1 finding$/m)
})

test('wide letters and combined ones keep the matrix in its columns', () => {
  const names = [
    'public.日本語の表',
    'public.größe',
    'public.e\u0301te\u0301',
    'public.chats',
    `public.${'漢'.repeat(40)}`,
  ]
  const lines = draw(sampleReport({ relations: names.map((name) => relation(name)) })).split('\n')
  const rows = lines.filter((line) => line.startsWith(' public.') && line.includes('✓ ✓ ✓ ✓'))
  expect(rows).toHaveLength(names.length)
  expect(new Set(rows.map((line) => widthOf(line))).size).toBe(1)
})
