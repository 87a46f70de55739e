import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { resolveConfig } from '../src/config/resolve.ts'
import type { UserConfig } from '../src/config/schema.ts'
import type { Config } from '../src/domain/config.ts'
import { FINDINGS, FINDING_CODES } from '../src/domain/finding.ts'
import type { FindingCode } from '../src/domain/finding.ts'
import type { Report } from '../src/domain/report.ts'
import { run } from '../src/run.ts'

const PAGES = fileURLToPath(new URL('../docs/findings', import.meta.url))
const FIXTURES = fileURLToPath(new URL('../fixtures/findings', import.meta.url))

/** Everything that `broken.sql` gives rise to: `severity code relation command actor`. */
const BROKEN: Readonly<Record<FindingCode, readonly string[]>> = {
  'read-leak': ['error read-leak public.lab_results select foreign'],
  'world-readable': [
    'error world-readable public.delivery_addresses select anon',
    'error world-readable public.delivery_addresses select foreign',
  ],
  'insert-leak': ['error insert-leak public.expense_claims insert foreign'],
  'update-leak': ['error update-leak public.parcels update foreign'],
  'giveaway-leak': ['error giveaway-leak public.book_loans update foreign'],
  'delete-leak': ['error delete-leak public.savings_goals delete foreign'],
  'function-read-leak': [
    'error function-read-leak public.results_of(uuid) execute anon',
    'error function-read-leak public.results_of(uuid) execute foreign',
  ],
  'function-write-leak': [
    'error function-write-leak public.cancel_reservation(uuid) execute anon',
    'error function-write-leak public.cancel_reservation(uuid) execute foreign',
  ],
  'existence-oracle': [
    'note existence-oracle public.insurance_cards insert foreign',
    'note existence-oracle public.is_patient(text) execute anon',
    'note existence-oracle public.is_patient(text) execute foreign',
  ],
  'open-insert': [
    'warning open-insert public.air_readings insert anon',
    'warning open-insert public.air_readings insert foreign',
  ],
  'team-access': ['note team-access public.timesheets select team'],
  'unowned-access': [
    'note unowned-access public.care_guides select foreign',
    'warning unowned-access public.care_guides delete foreign',
    'warning unowned-access public.care_guides update foreign',
    // that nothing says whose the objects are leaves all of them to everybody
    'error unowned-access storage.objects delete foreign',
  ],
  'foreign-aggregate': ['note foreign-aggregate public.pickup_totals select foreign'],
  'privileged-column': ['error privileged-column public.profiles update own'],
  escalation: [
    'error escalation public.diary_pages select foreign',
    'error escalation public.diary_requests insert foreign',
  ],
  'forged-claim': ['error forged-claim public.bookings select foreign'],
  'read-overblock': ['error read-overblock public.vet_appointments select own'],
  'write-overblock': ['warning write-overblock public.training_plans update own'],
  'unseen-write': ['warning unseen-write public.workouts update own'],
  'broken-policy': ['error broken-policy public.reservations select own'],
  'policy-recursion': ['error policy-recursion public.staff_entries select own'],
  'missing-setting': ['error missing-setting public.trips select own'],
  'failing-cast': ['error failing-cast public.meter_readings select own'],
  'policy-needs-privilege': ['error policy-needs-privilege public.absences select own'],
  'row-security-off': ['error row-security-off public.ferry_fares select -'],
  'policy-without-row-security': [
    'error policy-without-row-security public.donations select -',
    // what the policy would have kept back
    'error read-leak public.donations select foreign',
  ],
  'no-policy': ['note no-policy public.voice_memos select -'],
  'restrictive-only': ['warning restrictive-only public.prescriptions select -'],
  tautology: [
    'error read-leak public.meeting_notes select foreign',
    'warning tautology public.meeting_notes select -',
  ],
  contradiction: [
    'error read-overblock public.shift_swaps select own',
    'warning contradiction public.shift_swaps select -',
  ],
  'migration-table-exposed': ['warning migration-table-exposed public._prisma_migrations select -'],
  'row-security-bypassed': [
    'error row-security-bypassed public.prescriptions delete foreign',
    'error row-security-bypassed public.prescriptions insert foreign',
    'error row-security-bypassed public.prescriptions select foreign',
    'error row-security-bypassed public.prescriptions update foreign',
  ],
  'truncate-privilege': ['warning truncate-privilege public.training_notes truncate foreign'],
  'references-privilege': ['warning references-privilege public.plates references foreign'],
  'trigger-privilege': ['warning trigger-privilege public.support_tickets trigger foreign'],
  'sequence-privilege': [
    'warning sequence-privilege public.order_numbers select foreign',
    'warning sequence-privilege public.order_numbers update foreign',
  ],
  'void-column-revoke': ['warning void-column-revoke public.accounts update -'],
  'role-membership': ['warning role-membership role report_worker select foreign'],
  'mutable-search-path': ['warning mutable-search-path public.complaints select foreign'],
  'public-bucket': ['note public-bucket storage.objects select -'],
  'published-without-row-security': [
    'error row-security-off public.bus_positions select -',
    'note published-without-row-security public.bus_positions select -',
  ],
}

/** What the configuration must say for a finding to show. */
const CONFIGURED: Readonly<Partial<Record<FindingCode, UserConfig>>> = {
  'row-security-bypassed': { app: { role: 'pharmacy_server' } },
}

/** What the pages tell people to write where the access of `broken.sql` is meant. */
const DECLARED: readonly (readonly [FindingCode, Config['expect']])[] = [
  ['read-leak', { 'public.lab_results': { select: ['owner', { authenticated: 'released' }] } }],
  ['world-readable', { 'public.delivery_addresses': { select: 'everyone' } }],
  ['update-leak', { 'public.parcels': { update: 'authenticated' } }],
  ['delete-leak', { 'public.savings_goals': { delete: 'authenticated' } }],
  ['function-read-leak', { 'public.results_of(uuid)': 'everyone' }],
  ['function-write-leak', { 'public.cancel_reservation(uuid)': 'everyone' }],
  ['open-insert', { 'public.air_readings': { insert: 'everyone' } }],
  ['team-access', { 'public.timesheets': { select: 'tenant' } }],
  ['public-bucket', { 'storage.objects/contracts': { select: 'everyone' } }],
  ['escalation', { 'public.diary_pages': { select: ['owner', { authenticated: 'true' }] } }],
  ['forged-claim', { 'public.bookings': { select: 'authenticated' } }],
  ['foreign-aggregate', { 'public.pickup_totals': { select: 'authenticated' } }],
]

describe.each(FINDING_CODES)('%s', (code) => {
  test('is what the broken schema is found guilty of', async () => {
    const report = await judged(code, ['broken.sql'])
    expect(findingsOf(report)).toEqual(BROKEN[code].toSorted())
  })

  test('is gone after the repair, and nothing else has come up', async () => {
    const { outcome, findings, coverage } = await judged(code, ['broken.sql', 'repair.sql'])
    expect({ outcome, findings, untested: coverage.untested }).toEqual({
      outcome: 'isolated',
      findings: [],
      untested: [],
    })
  })

  test('has a page that is called like it and shows SQL', () => {
    const page = read(PAGES, `${code}.md`)
    expect(page).toMatch(new RegExp(`^# \`?${code}\`?$`, 'm'))
    expect(page).toContain('```sql')
  })

  test('stands in the table of all findings with its kind and severity', () => {
    const { kind, severity } = FINDINGS[code]
    const row = read(PAGES, 'README.md')
      .split('\n')
      .find((line) => line.includes(`(${code}.md)`))
    expect(cellsOf(row ?? '')).toEqual([`[\`${code}\`](${code}.md)`, kind, severity, expect.any(String)])
  })
})

test.each(DECLARED)('%s is no finding once the access is declared', async (code, declared) => {
  const { findings, coverage } = await judged(code, ['broken.sql'], declared)
  expect({ findings, untested: coverage.untested }).toEqual({ findings: [], untested: [] })
})

test.each([
  ['world-readable', { 'public.delivery_addresses': { select: 'authenticated' } }, 'anon'],
  ['team-access', { 'public.timesheets': { select: 'owner' } }, 'team'],
] as const)(
  '%s turns into read-leak where the declared audience is exceeded',
  async (code, declared, actor) => {
    const { findings } = await judged(code, ['broken.sql'], declared)
    expect(findings).toMatchObject([{ code: 'read-leak', severity: 'error', actor }])
  },
)

test('there is a page and a fixture for nothing but the published codes', () => {
  const codes = FINDING_CODES.toSorted()
  const pages = readdirSync(PAGES).filter((name) => name !== 'README.md')
  expect(pages.toSorted()).toEqual(codes.map((code) => `${code}.md`))
  expect(readdirSync(FIXTURES).toSorted()).toEqual(codes)
})

/** Runs a fixture as a project whose configuration says nothing but whom it expects. */
function judged(code: FindingCode, sql: readonly string[], declared: Config['expect'] = {}): Promise<Report> {
  const config = resolveConfig({
    projectDir: `${FIXTURES}/${code}`,
    user: { ...CONFIGURED[code], expect: declared },
    environment: {},
    flags: {},
    sources: [{ sql }],
    sourcesFrom: 'suites/findings.suite.ts',
  })
  return run(config, {
    environment: process.env,
    signal: new AbortController().signal,
    progress: () => undefined,
    today: '2026-01-15',
  })
}

function findingsOf({ findings }: Report): readonly string[] {
  return findings
    .map(({ severity, code, relation, command, actor }) =>
      [severity, code, relation, command, actor ?? '-'].join(' '),
    )
    .toSorted()
}

const read = (folder: string, file: string): string => readFileSync(`${folder}/${file}`, 'utf8')

const cellsOf = (row: string): readonly string[] =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
