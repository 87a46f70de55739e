import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../src/cli/main.ts'
import { packageVersion } from '../src/cli/version.ts'
import { loadConfig } from '../src/config/load.ts'
import type { Report } from '../src/domain/report.ts'
import type { ShardReport } from '../src/domain/tried.ts'
import { inspect } from '../src/inspect.ts'
import { declareTypes } from '../src/types.ts'
import { merge } from '../src/merge.ts'
import { json } from '../src/report/json.ts'
import { run } from '../src/run.ts'
import { UNASKED } from '../src/cli/sample-host.ts'

/*
 * Shards tried apart and joined are one run of the whole, byte for byte but for `run`; whatever is no such set of shards
 * is refused by name: a green from two of three would be worse than none.
 */
const root = fileURLToPath(new URL('../fixtures/apps/', import.meta.url))
const isProject = (dir: string): boolean => existsSync(`${dir}/rls.config.ts`)
const applications = readdirSync(root).filter((name) => isProject(root + name))
const variants = applications.flatMap((name) =>
  readdirSync(root + name)
    .filter((entry) => isProject(`${root}${name}/${entry}`))
    .map((entry) => `${name}/${entry}`),
)
const COUNTS = [2, 3, 5]

async function checkPart(dir: string, shard?: string): Promise<Report> {
  const config = await loadConfig({ cwd: dir, environment: {}, flags: shard ? { shard } : {} })
  const { signal } = new AbortController()
  return run(config, { environment: process.env, signal, progress: () => {}, today: '2026-01-15' })
}

/** As the file of the report gives it back. */
const fromFile = (report: Report): ShardReport => JSON.parse(json(report)) as ShardReport

async function joined(dir: string, count: number): Promise<Report> {
  const shards = []
  for (let index = count; index >= 1; index -= 1)
    shards.push({
      file: `shard-${index}.json`,
      report: fromFile(await checkPart(dir, `${index}/${count}`)),
    })
  return merge(shards)
}

/**
 * Keys that the project's own triggers make up are others in every run, and reproductions name them: they are left out
 * of what is compared where there are any.
 */
const UNSTABLE: ReadonlySet<string> = new Set(['journal/leaky-self-upgrade'])
const withoutKeys = (text: string): string => text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '')

const textOf = (report: Report, name: string): string => {
  const text = json({ ...report, run: {} as Report['run'] })
  return UNSTABLE.has(name) ? withoutKeys(text) : text
}

// a whole run and all of its shards take a while: one number of shards for each, and all of them where ALL=1 asks for it
const countsFor = (at: number): readonly number[] =>
  process.env['ALL'] === '1' ? COUNTS : [COUNTS[at % COUNTS.length] ?? 2]

describe.each(applications.map((name, at) => [name, countsFor(at)] as const))('%s', (name, counts) => {
  test('the sound project in two, three or five shards is the whole', { timeout: 180_000 }, async () => {
    const whole = textOf(await checkPart(root + name), name)
    for (const count of counts) expect(textOf(await joined(root + name, count), name)).toBe(whole)
  })
})

// each variant takes a whole run and all of its shards: every fifth, with another number of shards each time
test.each(
  variants
    .filter((_, at) => at % 5 === 0)
    .map((name, at) => [name, COUNTS[at % COUNTS.length] ?? 2] as const),
)('%s in %i shards is the whole', { timeout: 180_000 }, async (name, count) => {
  const whole = await checkPart(root + name)
  expect(textOf(await joined(root + name, count), name)).toBe(textOf(whole, name))
})

test('more shards than there are relations leave some with nothing, and join all the same', async () => {
  const dir = `${root}chidi/leaky-move`
  const whole = await checkPart(dir)
  const count = 2 * whole.relations.length + 5
  const last = await checkPart(dir, `${count}/${count}`)
  expect(last.relations).toEqual([])
  expect(last.outcome).toBe('partial')
  expect(textOf(await joined(dir, count), '')).toBe(textOf(whole, ''))
}, 180_000)

const NOTES = `
create table public.notes (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  body text not null
);
alter table public.notes enable row level security;
create policy "own notes" on public.notes for all to authenticated
  using (user_id = auth.uid()) with check (user_id = auth.uid());
create table public.files (like public.notes including all);
alter table public.files add foreign key (user_id) references auth.users (id);
alter table public.files enable row level security;
create policy "own files" on public.files for all to authenticated
  using (FILES) with check (user_id = auth.uid());
create function public.ping(person uuid) returns text language sql stable security definer set search_path = ''
  as $$ select null::text where person is null $$;
revoke all on function public.ping(uuid) from public, anon, authenticated;
PING
`
const OWN = 'user_id = auth.uid()'
const sound = NOTES.replace('FILES', OWN).replace('PING', '')
const leaky = NOTES.replace('FILES', 'true').replace('PING', '')
const doubtful = NOTES.replace('FILES', OWN).replace(
  'PING',
  'grant execute on function public.ping(uuid) to authenticated;',
)

const WIPED = `
create table public.board (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  body text not null
);
alter table public.board enable row level security;
create policy "everybody's board" on public.board for all to authenticated using (true) with check (true);
create function public.wipe(target uuid) returns void language sql security definer set search_path = ''
  as $$ update public.board set body = 'wiped' where id = target $$;
revoke all on function public.wipe(uuid) from public, anon;
grant execute on function public.wipe(uuid) to authenticated;
`

describe('the command line', () => {
  let folder = ''
  let counter = 0

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rls-shards-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  function project(sql: string, config: object = {}): string {
    counter += 1
    const dir = join(folder, `project-${counter}`)
    const files = { 'migrations/1.sql': sql, 'rls.config.json': JSON.stringify(config) }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(dir, dirname(path)), { recursive: true })
      writeFileSync(join(dir, path), text)
    }
    return dir
  }

  async function rls(cwd: string, ...argv: readonly string[]) {
    const said = { stdout: '', stderr: '' }
    const code = await main(argv, packageVersion(), {
      stdout: { write: (text) => (said.stdout += text) },
      stderr: { write: (text) => (said.stderr += text) },
      environment: { ...process.env, LANG: 'C.UTF-8', NO_COLOR: '1' },
      cwd,
      platform: process.platform,
      today: '2026-01-15',
      signal: new AbortController().signal,
      ...UNASKED,
      run,
      inspect,
      declareTypes,
    })
    return { code, ...said }
  }

  /** Runs shards and leaves their reports beside the project's files. @returns exit codes and terminal reports */
  async function shards(dir: string, parts: readonly string[], ...flags: readonly string[]) {
    const runs = []
    for (const part of parts)
      runs.push(
        await rls(
          dir,
          'check',
          '--shard',
          part,
          '--output-file',
          `${part.replace('/', '-of-')}.json`,
          ...flags,
        ),
      )
    return runs
  }

  const reportIn = (dir: string, file: string): ShardReport =>
    JSON.parse(readFileSync(join(dir, file), 'utf8')) as ShardReport

  test('a sound project: every shard exits with 0 and says what it is, and so does the whole', async () => {
    const dir = project(sound)
    const runs = await shards(dir, ['1/2', '2/2'])
    expect(runs.map(({ code }) => code)).toEqual([0, 0])
    for (const [at, { stdout }] of runs.entries()) {
      expect(stdout).toContain(`shard ${at + 1}/2 proves nothing alone`)
      expect(stdout).not.toContain('isolated:')
    }
    const parts = ['1-of-2.json', '2-of-2.json'].map((file) => reportIn(dir, file))
    expect(parts.map(({ outcome }) => outcome)).toEqual(['partial', 'partial'])
    const names = parts.map(({ relations }) => relations.map(({ name }) => name))
    expect(names.flat().sort()).toEqual(['public.files', 'public.notes'])
    expect(parts.map(({ run: { shard } }) => shard?.left)).toEqual([names[1], names[0]])
    const whole = await rls(dir, 'merge', '2-of-2.json', '1-of-2.json')
    expect(whole).toMatchObject({ code: 0, stderr: '' })
    expect(whole.stdout).toContain('2 shards · ')
    expect(whole.stdout).toContain('isolated: in ')
    expect(whole.stdout).not.toContain('shard 1/2')
  })

  test('shards of a project in a repository are joined like any other', async () => {
    const dir = project(sound)
    const git = (...args: readonly string[]): unknown =>
      execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], {
        cwd: dir,
      })
    git('init', '--quiet')
    git('add', '--all')
    git('commit', '--quiet', '--message', 'Begin')
    await shards(dir, ['1/2', '2/2'])
    expect(await rls(dir, 'merge', '1-of-2.json', '2-of-2.json')).toMatchObject({ code: 0, stderr: '' })
  })

  test('a leak makes its shard and the whole exit with 1, also where the shards were told to let it pass', async () => {
    const dir = project(leaky)
    const plain = await shards(dir, ['1/2', '2/2'])
    expect(new Set(plain.map(({ code }) => code))).toEqual(new Set([0, 1]))
    expect((await rls(dir, 'merge', '1-of-2.json', '2-of-2.json')).code).toBe(1)
    const lenient = await shards(dir, ['1/2', '2/2'], '--fail-on', 'never')
    expect(lenient.map(({ code }) => code)).toEqual([0, 0])
    expect((await rls(dir, 'merge', '1-of-2.json', '2-of-2.json')).code).toBe(1)
    expect((await rls(dir, 'merge', '1-of-2.json', '2-of-2.json', '--fail-on', 'never')).code).toBe(0)
  })

  test('what one shard could not test is untested in the whole, which is never green', async () => {
    const dir = project(doubtful)
    await shards(dir, ['1/3', '2/3', '3/3'])
    const { code, stdout } = await rls(dir, 'merge', '1-of-3.json', '2-of-3.json', '3-of-3.json', '--json')
    const { coverage, outcome } = JSON.parse(stdout) as Report
    expect(coverage.untested.map(({ relation }) => relation)).toEqual(['public.ping(uuid)'])
    expect({ code, outcome }).toEqual({ code: 1, outcome: 'findings' })
  })

  test('an ignore entry that matches in one shard is not called unused by another; one that matches nowhere is', async () => {
    const reason = 'Everybody may read files'
    const ignore = [
      { code: 'read-leak', relation: 'public.files', reason },
      { code: 'update-leak', relation: 'public.files', reason },
      { code: 'giveaway-leak', relation: 'public.files', reason },
      { code: 'delete-leak', relation: 'public.files', reason },
      { code: 'world-readable', relation: 'public.files', reason },
      { code: 'insert-leak', relation: 'public.notes', reason },
    ]
    const dir = project(leaky, { ignore })
    const whole = JSON.parse((await rls(dir, 'check', '--json')).stdout) as Report
    await shards(dir, ['1/2', '2/2'])
    const parts = ['1-of-2.json', '2-of-2.json'].map((file) => reportIn(dir, file))
    expect(parts.flatMap(({ notices }) => notices).join()).not.toContain('matches no finding')
    const merged = JSON.parse(
      (await rls(dir, 'merge', '1-of-2.json', '2-of-2.json', '--json')).stdout,
    ) as Report
    expect(merged.notices).toEqual(whole.notices)
    expect(merged.notices.join()).toContain('insert-leak public.notes matches no finding')
    expect(merged.summary.suppressed).toBe(whole.summary.suppressed)
    expect(merged.summary.suppressed).toBeGreaterThan(0)
    const strict = await rls(dir, 'merge', '1-of-2.json', '2-of-2.json', '--strict')
    expect(strict.code).toBe(1)
  })

  test('what a function does that its caller may do anyway is no leak, though another shard tries the table', async () => {
    const dir = project(WIPED)
    const whole = await checkPart(dir)
    expect(whole.findings.map(({ code }) => code)).not.toContain('function-write-leak')
    const apart = [await checkPart(dir, '1/2'), await checkPart(dir, '2/2')]
    const holds = apart.map(({ relations, functions }) => [relations.length, functions.length])
    expect(holds).toContainEqual([0, 1])
    expect(textOf(await joined(dir, 2), '')).toBe(textOf(whole, ''))
  })

  test('a narrowed run is shared out as any other', async () => {
    const dir = project(leaky)
    await shards(dir, ['1/2', '2/2'], '--relation', 'public.files')
    const whole = JSON.parse(
      (await rls(dir, 'check', '--json', '--relation', 'public.files')).stdout,
    ) as Report
    const merged = JSON.parse(
      (await rls(dir, 'merge', '1-of-2.json', '2-of-2.json', '--json')).stdout,
    ) as Report
    expect({ ...merged, run: null }).toEqual({ ...whole, run: null })
  })

  describe('refuses', () => {
    let dir = ''
    const complaint = async (...files: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await rls(dir, 'merge', ...files)
      expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' })
      return stderr
    }

    beforeAll(async () => {
      dir = project(leaky)
      await shards(dir, ['1/3', '2/3', '3/3', '1/2', '2/2'])
    }, 120_000)

    test('a set with a shard missing, which it names', async () => {
      expect(await complaint('1-of-3.json', '3-of-3.json')).toContain('shard 2/3 is missing')
      expect(await complaint('3-of-3.json')).toContain('shard 1/3, 2/3 is missing')
    })

    test('a shard that is given twice, with both files', async () => {
      writeFileSync(join(dir, 'copy.json'), readFileSync(join(dir, '2-of-3.json')))
      const all = ['1-of-3.json', '2-of-3.json', '3-of-3.json']
      expect(await complaint(...all, 'copy.json')).toContain(
        'shard 2/3 is given twice: 2-of-3.json and copy.json',
      )
      expect(await complaint('1-of-3.json', '2-of-3.json', 'copy.json')).toContain('is given twice')
    })

    test('shards of other counts', async () => {
      expect(await complaint('1-of-3.json', '2-of-2.json')).toContain('2-of-2.json is 2/2')
    })

    test.each([
      ['another seed', ['--seed', '7'], 'they differ in the seed (42 and 7)'],
      ['more rows', ['--rows', '4'], 'they differ in the configuration'],
      ['other relations', ['--relation', 'public.files'], 'they differ in the configuration'],
    ])('a shard with %s', async (_, flags, text) => {
      await shards(dir, ['2/2'], ...flags)
      expect(await complaint('1-of-2.json', '2-of-2.json')).toContain(text)
      await shards(dir, ['2/2'])
      expect((await rls(dir, 'merge', '1-of-2.json', '2-of-2.json')).code).toBe(1)
    })

    test('a shard of other SQL', async () => {
      const other = project(`${leaky}-- later`)
      await shards(other, ['2/2'])
      expect(await complaint('1-of-2.json', join(other, '2-of-2.json'))).toContain(
        'they differ in the SQL files',
      )
    })

    test('a file that somebody changed', async () => {
      const report = reportIn(dir, '2-of-2.json')
      writeFileSync(join(dir, 'changed.json'), JSON.stringify({ ...report, rows: 0 }))
      expect(await complaint('1-of-2.json', 'changed.json')).toContain(
        'changed.json is not as it was written',
      )
      writeFileSync(join(dir, 'compact.json'), JSON.stringify(report))
      expect((await rls(dir, 'merge', '1-of-2.json', 'compact.json')).code).toBe(1)
    })

    test('a report of another version', async () => {
      const report = reportIn(dir, '2-of-2.json')
      const other = { ...report, tool: { ...report.tool, version: '0.0.1' } }
      writeFileSync(join(dir, 'older.json'), json(other))
      expect(await complaint('1-of-2.json', 'older.json')).toContain(
        'was written by rls-harness 0.0.1, this is',
      )
    })

    test('a report of a whole run, and what is merged already', async () => {
      await rls(dir, 'check', '--output-file', 'whole.json')
      expect(await complaint('whole.json')).toContain('whole.json is the report of a whole run')
      await rls(dir, 'merge', '1-of-2.json', '2-of-2.json', '--output-file', 'merged.json')
      expect(await complaint('merged.json', '1-of-2.json')).toContain('merged.json is merged already')
    })

    test('what is no report, no JSON or not there', async () => {
      expect(await complaint('rls.config.json')).toContain('rls.config.json is no JSON report of rls-harness')
      expect(await complaint('migrations/1.sql')).toContain('migrations/1.sql is no JSON')
      expect(await complaint('1-of-2.json', 'nowhere.json')).toContain('nowhere.json cannot be read')
      expect(await complaint()).toContain("missing required argument 'reports'")
    })

    test.each(['4/3', '0/3', '1/0', 'a', '2', '1.5/3', '-1/3', '1/3/5', ''])('--shard %j', async (shard) => {
      const { code, stdout, stderr } = await rls(dir, 'check', `--shard=${shard}`)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain(`--shard: ${JSON.stringify(shard)}`)
    })

    test('a scope that holds nothing, in every shard', async () => {
      const { code, stderr } = await rls(dir, 'check', '--shard', '1/2', '--relation', 'public.nothing')
      expect(code).toBe(2)
      expect(stderr).toContain('no relation is like public.nothing')
    })

    test('a shard as the report that names are held against', async () => {
      mkdirSync(join(dir, 'src'), { recursive: true })
      writeFileSync(join(dir, 'src/a.ts'), "export const notes = client.from('notes')\n")
      const { code, stderr } = await rls(dir, 'usage', '--report', '1-of-2.json')
      expect(code).toBe(2)
      expect(stderr).toContain('is the report of a shard')
    })
  })
})
