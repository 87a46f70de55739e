import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rls } from './command.ts'
import type { Report } from '../src/domain/report.ts'
import { junitErrors, sarifErrors, schemaErrors } from '../src/report/sample-readers.ts'

const scratch = mkdtempSync(join(tmpdir(), 'rls-life-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** A check that writes every format, each of which is held against its schema. */
async function checkAll(cwd: string, step: string, ...flags: readonly string[]) {
  const files = ['json', 'sarif', 'xml', 'md', 'html', 'txt', 'log'].map((ending) => `out/${step}.${ending}`)
  const named = files.map((file) =>
    file.endsWith('.txt') ? `terminal=${file}` : file.endsWith('.log') ? `github=${file}` : file,
  )
  const said = await rls(cwd, 'check', ...named.flatMap((file) => ['--output-file', file]), ...flags)
  const read = (ending: string): string => readFileSync(join(cwd, `out/${step}.${ending}`), 'utf8')
  const report = JSON.parse(read('json')) as Report
  expect(schemaErrors('report', report), step).toEqual([])
  expect(sarifErrors(read('sarif')), step).toEqual([])
  expect(await junitErrors(read('xml')), step).toEqual([])
  expect(read('html').startsWith('<!doctype html>'), step).toBe(true)
  expect(said.stderr, step).toBe('')
  return { code: said.code, text: read('txt'), report, read }
}

const codesIn = ({ findings }: Report): readonly string[] =>
  findings
    .filter(({ severity, suppressed }) => severity !== 'note' && !suppressed)
    .map(({ code, relation, command, actor }) => [code, relation, command, actor].join(' '))

describe('a project', { timeout: 120_000 }, () => {
  const dir = join(scratch, 'newsletter')
  const migrations = join(dir, 'supabase/migrations')
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], {
      cwd: dir,
      encoding: 'utf8',
    })
  const commit = (message: string): void => {
    git('add', '--all')
    git('commit', '--quiet', '--message', message)
  }

  beforeAll(() => {
    mkdirSync(migrations, { recursive: true })
    writeFileSync(
      join(dir, 'package.json'),
      '{ "name": "newsletter", "type": "module", "devDependencies": { "typescript": "^6.0.0" } }\n',
    )
    writeFileSync(join(dir, '.gitignore'), 'out/\n')
    writeFileSync(
      join(migrations, '20260101000000_schema.sql'),
      `create table public.issues (
  id uuid primary key default gen_random_uuid(),
  author_id uuid not null references auth.users,
  title text not null,
  status text not null default 'draft' check (status in ('draft', 'published'))
);
alter table public.issues enable row level security;
create policy read on public.issues for select using (author_id = auth.uid() or status = 'published');
create policy write on public.issues for all using (author_id = auth.uid()) with check (author_id = auth.uid());

create table public.subscribers (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users,
  address text not null
);
alter table public.subscribers enable row level security;
create policy own on public.subscribers for all using (user_id = auth.uid()) with check (user_id = auth.uid());
`,
    )
    git('init', '--quiet', '--initial-branch', 'main')
    commit('Begin')
  })

  test('is set up, and shows what nobody said is meant', async () => {
    const { code } = await rls(dir, 'init', '--yes', '--ci', 'github')
    expect(code).toBe(0)
    for (const file of ['rls.config.ts', 'rls.lock', '.github/workflows/rls.yml'])
      expect(existsSync(join(dir, file)), file).toBe(true)
    const { code: red, report } = await checkAll(dir, '1-init')
    expect(red).toBe(1)
    expect(codesIn(report)).toStrictEqual([
      'read-leak public.issues select anon',
      'read-leak public.issues select foreign',
    ])
  })

  test('is green once that is declared, and its lock holds', async () => {
    writeFileSync(
      join(dir, 'rls.config.ts'),
      `import { defineConfig } from 'rls-harness'

export default defineConfig({
  expect: { 'public.issues': { select: ['owner', { everyone: "status = 'published'" }] } },
})
`,
    )
    const { code, report } = await checkAll(dir, '2-intent')
    expect([code, report.outcome, codesIn(report)]).toStrictEqual([0, 'isolated', []])
    const lock = await rls(dir, 'lock', '--update')
    expect(lock).toMatchObject({ code: 0, stdout: 'rls.lock is written\n' })
    expect(readFileSync(join(dir, 'rls.lock'), 'utf8')).toMatch(
      /^public\.issues +select +owner, everyone \(some rows\)$/m,
    )
    const locked = await checkAll(dir, '3-locked', '--locked')
    expect([locked.code, locked.report.lock?.differences]).toStrictEqual([0, []])
    commit('Say who may read what, and lock it')
  })

  const OPENING = '20260201000000_open.sql'

  test('is red where a migration opens something: the lock, the difference and the gate name it', async () => {
    writeFileSync(
      join(migrations, OPENING),
      `create policy campaign on public.subscribers for select to authenticated using (length(address) > 3);\n`,
    )
    const { code, report, read } = await checkAll(dir, '4-open', '--locked')
    expect([code, codesIn(report)]).toStrictEqual([1, ['read-leak public.subscribers select foreign']])
    expect(report.lock?.differences).toStrictEqual([
      {
        subject: 'public.subscribers',
        aspect: 'select',
        before: 'owner',
        after: 'authenticated',
        places: expect.arrayContaining([{ file: `supabase/migrations/${OPENING}`, line: 1 }]) as unknown,
      },
    ])
    for (const ending of ['txt', 'md', 'xml', 'sarif', 'log', 'html'])
      expect(read(ending), ending).toContain('rls.lock')
    const diff = await rls(dir, 'diff', 'main')
    expect(diff.code).toBe(1)
    expect(diff.stdout).toMatch(new RegExp(`by +policy "campaign" is new +supabase/migrations/${OPENING}:1`))
    expect(diff.stdout).toMatch(/public\.subscribers {2}select {2}owner → authenticated/)
    const comment = await rls(dir, 'diff', 'main', '--reporter', 'markdown')
    expect(comment.stdout).toContain('### ✗ rls-harness: 1 opened, access is wider in 1 place')
    const page = await rls(dir, 'diff', 'main', '--reporter', 'html', '--output-file', 'out/diff.html')
    expect([page.code, readFileSync(join(dir, 'out/diff.html'), 'utf8')]).toStrictEqual([
      1,
      expect.stringMatching(
        /"changed":\["public\.subscribers\/select"\].*"compared":"main|"compared":"main.*"changed":\["public\.subscribers\/select"\]/s,
      ),
    ])
    commit('Let the campaign read addresses')
  })

  test('is green again once that is repaired, and the difference says what closed', async () => {
    writeFileSync(
      join(migrations, '20260202000000_repair.sql'),
      'drop policy campaign on public.subscribers;\n',
    )
    const { code, report } = await checkAll(dir, '5-repaired', '--locked')
    expect([code, report.outcome, report.lock?.differences]).toStrictEqual([0, 'isolated', []])
    commit('Keep addresses to their owners')
    const back = await rls(dir, 'diff', 'HEAD~1', 'HEAD')
    expect(back.code).toBe(0)
    expect(back.stdout).toMatch(/Closed\n ✓ read-leak {2}public\.subscribers {2}select/)
    const whole = await rls(dir, 'diff', 'HEAD~2...HEAD', '--json')
    expect(whole.code).toBe(0)
    expect(JSON.parse(whole.stdout)).toMatchObject({
      findings: { opened: [], closed: [], changed: [] },
      access: [],
      files: { added: [`supabase/migrations/${OPENING}`, 'supabase/migrations/20260202000000_repair.sql'] },
    })
    expect(git('status', '--porcelain')).toBe('')
  })
})

describe('an old project that is adopted', { timeout: 120_000 }, () => {
  const dir = join(scratch, 'journal')
  const project = join(dir, 'leaky-views')
  const addPatch = (sql: string): void => {
    const path = join(project, 'patch.sql')
    writeFileSync(path, `${readFileSync(path, 'utf8')}\n${sql}\n`)
  }
  beforeAll(() => cpSync('fixtures/apps/journal', dir, { recursive: true }))

  test('is accepted as it is, and says so', async () => {
    const written = await rls(project, 'baseline', 'write')
    expect(written).toMatchObject({ code: 0, stderr: '' })
    expect(written.stdout).toContain('rls.baseline.json is written: it accepts 24 findings and 0 untested')
    const { code, report, text } = await checkAll(project, '1-adopted')
    expect([code, report.outcome, codesIn(report)]).toStrictEqual([0, 'findings', []])
    expect(text).toContain('0 findings · 0 untested · 24 accepted')
    expect(text).not.toContain('isolated: in')
  })

  test('fails for what is new, and names that alone', async () => {
    addPatch(
      'create policy "everybody reads" on public.user_memory_notes for select using (true);'.replace(
        'user_memory_notes',
        '"InsightRun"',
      ),
    )
    const { code, report, text } = await checkAll(project, '2-new')
    expect(code).toBe(1)
    expect(codesIn(report)).toStrictEqual(['world-readable public.InsightRun select foreign'])
    expect(text.match(/^ ✗ /gm)).toHaveLength(1)
    const again = await rls(project, 'baseline', 'write')
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('is there already') as string })
  })

  test('forgets what is repaired', async () => {
    addPatch(`drop policy "everybody reads" on public."InsightRun";
      alter view public.daily_mood set (security_invoker = true);`)
    const { code, report } = await checkAll(project, '3-repaired')
    expect(code).toBe(0)
    expect(report.notices).toStrictEqual([
      expect.stringMatching(
        /^rls\.baseline\.json: 4 entries match nothing any more \(.*\): rls-harness baseline prune$/,
      ),
    ])
    expect((await rls(project, 'baseline', 'prune')).stdout).toBe(
      'rls.baseline.json: 4 entries removed, 20 left\n',
    )
    expect((await rls(project, 'check', '--strict')).code).toBe(0)
    addPatch('alter view public.daily_mood set (security_invoker = false);')
    const back = await checkAll(project, '4-back')
    expect(
      new Set(back.report.findings.filter(({ suppressed }) => !suppressed).map(({ relation }) => relation)),
    ).toStrictEqual(new Set(['public.daily_mood']))
  })
})
