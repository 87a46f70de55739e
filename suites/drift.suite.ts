import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../src/cli/main.ts'
import { loadConfig } from '../src/config/load.ts'
import { Connection, DatabaseError } from '../src/database/connection.ts'
import type { DriftReport } from '../src/domain/drift.ts'
import type { ConnectionTarget, Server } from '../src/domain/server.ts'
import { openReadOnly } from '../src/drift/read-live.ts'
import { findDrift } from '../src/find-drift.ts'
import type { DriftOptions } from '../src/find-drift.ts'
import { databaseWith, startEmbedded } from './scene.ts'
import { UNASKED } from '../src/cli/sample-host.ts'

const dir = fileURLToPath(new URL('../fixtures/drift', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'rls-drift-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const { signal } = new AbortController()
const today = '2026-01-15'

const migrations = ['20260101000000_notes', '20260201000000_functions']
  .map((name) => readFileSync(join(dir, `supabase/migrations/${name}.sql`), 'utf8'))
  .join('\n')

async function driftFrom(other: DriftOptions['other'], access = true): Promise<DriftReport> {
  const config = await loadConfig({ cwd: dir, environment: {}, flags: {} })
  const context = { environment: process.env, signal, progress: () => {}, today }
  return findDrift(config, { other, access }, context)
}

function schemaFile(name: string, text: string): DriftOptions['other'] {
  const path = join(scratch, name)
  writeFileSync(path, text)
  return { kind: 'file', path, name }
}

const briefly = ({ differences }: DriftReport): readonly string[] =>
  differences.map(({ weight, kind, name, state }) => `${weight}: ${kind} ${name} ${state}`)

describe('a schema file', () => {
  test('that says the same is no drift', async () => {
    const found = await driftFrom(schemaFile('same.sql', migrations))
    expect(found).toMatchObject({ outcome: 'same', differences: [], access: { kind: 'same schema' } })
  })

  test('that pg_dump wrote is no drift, though it says nothing of Storage, and each value of a list is cast', async () => {
    const found = await driftFrom({ kind: 'file', path: join(dir, 'dump.sql'), name: 'dump.sql' })
    expect(briefly(found)).toEqual([])
    expect(found.notes[0]).toMatch(
      /^dump\.sql: it says nothing about publications, .* of storage: these were/,
    )
  })

  test('is named with everything that it states otherwise, and with what that opens', async () => {
    const changed = migrations
      .replace('using (user_id = (select auth.uid()))', 'using (true)')
      .replace('  body text,\n', '')
      .replace('revoke insert, update, delete,', 'revoke insert, delete,')
    const found = await driftFrom(schemaFile('changed.sql', changed))
    expect(found.outcome).toBe('drift')
    expect(briefly(found)).toEqual([
      'access: policy own different',
      'access: privilege of anon on public.plans different',
      'access: privilege of authenticated on public.plans different',
      'structure: column body missing',
    ])
    expect(found.differences[0]).toMatchObject({
      relation: 'public.notes',
      changes: [{ name: 'using', before: '(user_id = ( SELECT auth.uid() AS uid))', after: 'true' }],
      file: 'supabase/migrations/20260101000000_notes.sql',
      line: 13,
    })
    expect(found.notRebuilt).toEqual([])
    expect(found.access).toMatchObject({ kind: 'compared', closed: [], untested: [] })
    const { changes, opened } = found.access.kind === 'compared' ? found.access : { changes: [], opened: [] }
    expect(changes).toContainEqual({
      relation: 'public.notes',
      command: 'select',
      from: 'owner',
      to: 'authenticated',
    })
    expect(opened.map(({ code, relation }) => `${code} ${relation}`)).toContain('update-leak public.notes')
    // the platform opens TRIGGER in both, and the file grants nothing of it
    expect(opened.map(({ code }) => code)).not.toContain('trigger-privilege')
  })

  test('that leaves a state which cannot be checked leaves access in doubt', async () => {
    const found = await driftFrom(schemaFile('bypass.sql', `${migrations}; alter role anon bypassrls;`))
    expect(found.outcome).toBe('drift')
    expect(found.access).toMatchObject({ kind: 'failed', reason: expect.stringContaining('BYPASSRLS') })
  })
})

describe('a live database', () => {
  let server: Server
  let live: ConnectionTarget
  const url = (user = 'reader'): string =>
    `postgres://${user}@/${live.database}?host=${encodeURIComponent(live.host)}&port=${live.port}`

  beforeAll(async () => {
    server = await startEmbedded()
    live = await databaseWith(server, 'live', migrations)
    await using connection = await Connection.open(live)
    await connection.run('create role reader login; grant connect on database live to reader')
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('that the migrations made is no drift, also for a user without rights', async () => {
    expect(briefly(await driftFrom({ kind: 'live', url: url() }))).toEqual([])
  })

  test('that somebody opened by hand is found, and is as it was', async () => {
    await using connection = await Connection.open(live)
    await connection.run(`
      alter policy own on public.notes to public using (true);
      create table public.imported (id integer, mail text);
      create function public.everything() returns setof public.notes
        language sql security definer as 'select * from public.notes';
      grant select on auth.users to anon`)
    const before = await traces(connection)
    const found = await driftFrom({ kind: 'live', url: url() })
    expect(briefly(found)).toEqual([
      'access: function public.everything() extra',
      'access: privilege of anon on function public.everything() extra',
      'access: privilege of authenticated on function public.everything() extra',
      'access: privilege of public on function public.everything() extra',
      'access: privilege of service_role on function public.everything() extra',
      'access: privilege of anon on auth.users extra',
      'access: table public.imported extra',
      'access: row security public.imported extra',
      'access: privilege of anon on public.imported extra',
      'access: privilege of authenticated on public.imported extra',
      'access: privilege of service_role on public.imported extra',
      'access: policy own different',
    ])
    expect(found.notRebuilt).toEqual([])
    const { changes, opened } = found.access.kind === 'compared' ? found.access : { changes: [], opened: [] }
    expect(changes).toContainEqual({
      relation: 'public.notes',
      command: 'select',
      from: 'owner',
      to: 'everyone',
    })
    expect(changes).toContainEqual({
      relation: 'public.everything()',
      command: 'execute',
      from: null,
      to: 'everyone',
    })
    expect(opened.map(({ code, relation }) => `${code} ${relation}`)).toEqual(
      expect.arrayContaining(['row-security-off public.imported', 'world-readable public.notes']),
    )
    expect(await traces(connection)).toEqual(before)
  })

  test('cannot be written to through the session that reads it', async () => {
    await using session = await openReadOnly(live)
    for (const statement of [
      'create table public.oops ()',
      'delete from public.notes',
      'drop view public.titles',
    ])
      await expect(session.run(statement)).rejects.toSatisfy(
        (error) => error instanceof DatabaseError && error.error.sqlstate === '25006',
      )
  })

  /** What any write would change: the next transaction, and every row of the catalogs with who wrote it. */
  async function traces(connection: Connection): Promise<unknown> {
    return connection.rows(`
      select pg_snapshot_xmax(pg_current_snapshot())::text as next,
        (select md5(string_agg(c.xmin::text || c::text, '' order by c.oid)) from pg_class c) as relations,
        (select md5(string_agg(p.xmin::text || p::text, '' order by p.oid)) from pg_policy p) as policies,
        (select md5(string_agg(a.xmin::text || a::text, '' order by a.oid)) from pg_authid a) as roles,
        (select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_all_tables) as written,
        (select sum(seq_scan + coalesce(idx_scan, 0)) from pg_stat_user_tables) as read`)
  }

  test.each([
    ['postgres://somebody:hunter2@127.0.0.1:1/app', /cannot connect to database "app" on 127\.0\.0\.1:1/],
    ['postgres://somebody:hunter2@db.example.org/app', /leads to another machine: db\.example\.org:5432/],
    ['postgres://somebody:hunter2@127.0.0.1:x/app', /the database URL cannot be read/],
    ['mysql://somebody:hunter2@127.0.0.1/app', /a "mysql" URL is not one of PostgreSQL/],
  ])('that cannot be had ends with exit code 2 and without the password: %s', async (given, message) => {
    const { code, stdout, stderr } = await drift(given)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).toContain('hint: ')
    expect(stderr).not.toContain('hunter2')
  })
})

test.each([
  ['not-there.sql', null, /not-there\.sql: there is no such file/],
  ['empty.sql', '-- nothing\n\\echo hello\n', /empty\.sql holds no statement of SQL/],
  ['broken.sql', 'create tabel x ();', /broken\.sql:1: syntax error/],
])('a schema file that says nothing ends with exit code 2: %s', async (name, text, message) => {
  if (text !== null) writeFileSync(join(scratch, name), text)
  const { code, stdout, stderr } = await drift(join(scratch, name))
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(message)
})

test('the command writes the report where it is asked to, and exits with 1', async () => {
  const changed = migrations.replace("check (title in ('draft', 'final', 'it''s odd'))", '')
  writeFileSync(join(scratch, 'cli.sql'), changed)
  const file = join(scratch, 'out/drift.md')
  const { code, stdout } = await drift(
    join(scratch, 'cli.sql'),
    '--no-access',
    '--reporter',
    'markdown',
    '--output-file',
    file,
  )
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  const text = readFileSync(file, 'utf8')
  expect(text).toContain('## Drift: 1 difference, 0 touch access')
  expect(text).toContain('only the structure was compared')
})

async function drift(
  ...argv: readonly string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const written = { stdout: '', stderr: '' }
  const code = await main(['drift', '--quiet', argv[0] ?? '', dir, ...argv.slice(1)], '1.2.3', {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    environment: { ...process.env, LANG: 'C.UTF-8' },
    cwd: scratch,
    platform: 'linux',
    today,
    signal,
    ...UNASKED,
    findDrift,
  })
  return { code, ...written }
}
