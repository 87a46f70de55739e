import type { Cell, Finding, Reach, Report, ReportedRelation } from '../domain/report.ts'
import type { Command, Standing } from '../domain/vocabulary.ts'

/** Cells as the matrix prints them: `·✓✗!?–`, select insert update delete for each standing. */
export type Drawn = Readonly<Record<Standing, string>>

const CELLS: Readonly<Record<string, Cell>> = {
  '·': 'closed',
  '✓': 'open',
  '✗': 'leak',
  '!': 'blocked',
  '?': 'untested',
  '–': 'none',
}

const ISOLATED: Drawn = { anon: '····', foreign: '····', team: '····', own: '✓✓✓✓' }

function cells(drawn: string): Readonly<Record<Command, Cell>> {
  const at = (index: number): Cell => CELLS[drawn[index] ?? ''] ?? 'none'
  return { select: at(0), insert: at(1), update: at(2), delete: at(3) }
}

function reach(drawn: string): Readonly<Record<Command, Reach>> {
  const at = (cell: Cell): Reach => (cell === 'open' || cell === 'leak' ? 'all' : 'none')
  const { select, insert, update, delete: remove } = cells(drawn)
  return { select: at(select), insert: at(insert), update: at(update), delete: at(remove) }
}

/** A relation for tests of reporters. */
export function relation(name: string, drawn: Drawn = ISOLATED, kind = 'table'): ReportedRelation {
  return {
    name,
    kind,
    exposed: true,
    rowSecurity: { enabled: true, forced: false },
    policies: [],
    privileges: [],
    ownership: { kind: 'user', path: ['user_id'], evidence: ['foreign key to auth.users'] },
    access: { select: 'owner', insert: 'owner', update: 'owner', delete: 'owner' },
    cells: {
      anon: cells(drawn.anon),
      foreign: cells(drawn.foreign),
      team: cells(drawn.team),
      own: cells(drawn.own),
    },
    reach: {
      anon: reach(drawn.anon),
      foreign: reach(drawn.foreign),
      team: reach(drawn.team),
      own: reach(drawn.own),
    },
  }
}

/** A finding for tests of reporters: the one of the documentation. */
export function finding(changes: Partial<Finding> = {}): Finding {
  return {
    id: 'a1f3c09e',
    fingerprint: 'a1f3c09e00112233',
    code: 'read-leak',
    kind: 'leak',
    severity: 'error',
    relation: 'public.chats',
    command: 'select',
    actor: 'foreign',
    title: 'Rows are readable by somebody they do not belong to',
    evidence: 'carol read 3 of 3 rows that belong to alice (control: alice sees 3, anon 0)',
    blame: [
      {
        policy: 'chats_read',
        statement: 'for select to public using (true)',
        file: 'drizzle/0007_share.sql',
        line: 12,
      },
    ],
    reproduction: 'begin;',
    remedy: { sql: 'drop policy chats_read on public.chats;', verified: true },
    ...changes,
  }
}

const SOURCES: Report['sources'] = [
  {
    tool: 'prisma',
    files: [
      { path: 'prisma/0008_a.sql', sha256: '00', notes: [] },
      { path: 'prisma/0009_enum.sql', sha256: '01', notes: ['ran outside a transaction (55P04)'] },
    ],
    notes: [],
  },
  { tool: 'sql', files: [{ path: 'docs/rls.sql', sha256: '02', notes: [] }], notes: [] },
]

const ACTORS: Report['actors'] = [
  { name: 'anon', role: 'anon', claims: { role: 'anon' } },
  { name: 'alice', role: 'authenticated', tenant: 'acme', claims: { sub: '1', role: 'authenticated' } },
  { name: 'carol', role: 'authenticated', tenant: 'globex', claims: { sub: '2', role: 'authenticated' } },
  { name: 'service', role: 'service_role', claims: { role: 'service_role' } },
]

/** A report without findings, with changes. */
export function sampleReport(changes: Partial<Report> = {}): Report {
  return {
    schemaVersion: 1,
    tool: { name: 'rls-harness', version: '0.1.0' },
    run: {
      seed: 42,
      platform: { name: 'supabase', why: 'its CLI applies the migrations' },
      extensions: [],
      engine: { kind: 'embedded', version: '17.10' },
      apiPrivileges: 'legacy',
      durationMs: 1900,
      steps: [
        { name: 'migrate', ms: 1234 },
        { name: 'seed', ms: 312 },
        { name: 'probe', ms: 401 },
      ],
      peakMemoryMb: 120,
    },
    outcome: 'isolated',
    sources: SOURCES,
    relations: [relation('public.chats'), relation('public.messages')],
    storage: { buckets: [] },
    functions: [],
    actors: ACTORS,
    tenants: ['acme', 'globex'],
    rows: 96,
    seeding: { tables: 2, empty: [], withoutTriggers: [] },
    probes: { columns: ['relation', 'outcome'], rows: [['public.chats', 'returned']] },
    coverage: {
      planned: 1104,
      executed: 1104,
      untested: [],
      policies: [],
      scenarios: [],
      untried: ['1 function'],
    },
    platformGrants: [],
    findings: [],
    groups: [],
    notices: [],
    summary: {
      relations: 2,
      functions: 0,
      probes: 1104,
      bySeverity: { error: 0, warning: 0, note: 0 },
      suppressed: 0,
    },
    ...changes,
  }
}
