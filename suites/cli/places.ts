import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, closeSync, existsSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, type TestContext } from 'vitest'
import { complaint } from './bad-input.ts'
import { lab, newFolder, project, rls, type RunOptions } from './lab.ts'
import { SOUND } from './projects.ts'

const isRoot = process.getuid?.() === 0
const NOBODY = 65_534

/** Runs as somebody who may write to nothing but the cache and the folder for temporary files. */
function asNobody(context: TestContext): RunOptions {
  if (!isRoot) return {}
  const { status } = spawnSync(process.execPath, [lab().cli, '--version'], { uid: NOBODY, gid: NOBODY })
  if (status !== 0) context.skip('another user cannot read this checkout or run this node')
  const [tmp, cache] = [newFolder('nobody-tmp', lab().memory), newFolder('nobody-cache')]
  for (const dir of [tmp, cache]) chownSync(dir, NOBODY, NOBODY)
  return { tmp, uid: NOBODY, environment: { RLS_CACHE_DIR: cache } }
}

function readOnlyProject(): string {
  const dir = project(SOUND)
  for (const path of [join(dir, 'migrations'), dir]) chmodSync(path, 0o555)
  return dir
}

function describeUsers(): void {
  test('a project that cannot be written to is checked by an ordinary user, and stays as it was', async (context) => {
    const dir = readOnlyProject()
    const before = statSync(dir).mtimeMs
    const { code, stderr, left } = await rls(['check', dir], asNobody(context))
    expect({ code, left }, stderr).toEqual({ code: 0, left: [] })
    expect(statSync(dir).mtimeMs).toBe(before)
  })

  test('a report that cannot be written into it stops before the run', async (context) => {
    const dir = readOnlyProject()
    const report = join(dir, 'report.json')
    const text = await complaint(['check', dir, '--output-file', report], asNobody(context))
    expect(text).toContain(`cannot write ${report}: EACCES`)
    expect(existsSync(report)).toBe(false)
  })

  test('variables that PostgreSQL’s own programs listen to change nothing', async () => {
    const environment = {
      PGSSLMODE: 'require',
      PGOPTIONS: '-c search_path=nowhere -c default_transaction_read_only=on',
      PGHOST: 'production.example.com',
      PGUSER: 'admin',
      PGDATABASE: 'production',
      PGDATA: '/nowhere',
    }
    const { code, stderr, left } = await rls(['check', project(SOUND), '--no-cache'], { environment })
    expect({ code, left }, stderr).toEqual({ code: 0, left: [] })
  })

  test('a folder for temporary files that is not there is named', async () => {
    const environment = { RLS_TMPDIR: '/nowhere' }
    const text = await complaint(['check', project(SOUND)], { environment })
    expect(text).toContain("no folder for the server's files: cannot write to /nowhere")
    expect(text).toContain('hint: Set RLS_TMPDIR')
  })
}

const mounted: string[] = []

function unmountAll(): void {
  for (const dir of mounted.splice(0)) spawnSync('umount', [dir])
}

/** A folder on a small disk of its own; where none can be mounted the test is skipped and says so. */
function smallDisk(context: TestContext, size: string): string {
  const dir = newFolder('disk')
  const options = ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'tmpfs', dir]
  const { status, stderr, error } = spawnSync('mount', options, { encoding: 'utf8' })
  if (status !== 0) context.skip(`a small disk cannot be mounted: ${error?.message ?? stderr}`)
  mounted.push(dir)
  return dir
}

/** What `/dev/full` does to whoever writes to it. */
const FULL_FILE = '/dev/full'

const FILL = 'insert into big select repeat(md5(n::text), 30) from generate_series(1, 100000) n;'

const FULL: readonly (readonly [when: string, size: string, migration: string])[] = [
  ['the server is made', '8m', 'select 1;'],
  ['a migration writes', '48m', `create unlogged table big (t text);\n${FILL}`],
  [
    'the server writes its journal, which ends it',
    '48m',
    `select pg_logical_emit_message(false, 'fill', repeat('x', 1000000)) from generate_series(1, 100);`,
  ],
  [
    'rows are seeded',
    '48m',
    `create unlogged table public.big (t text);
     create function public.fill() returns trigger language plpgsql security definer set search_path = public as
       $$ begin ${FILL} return new; end $$;
     create trigger fill before insert on public.notes for each row execute function public.fill();`,
  ],
]

function describeFullDisk(): void {
  afterEach(unmountAll)

  test.for(FULL)('while %s', async ([, size, migration], context) => {
    const files = { ...SOUND, 'migrations/2_fill.sql': migration }
    const text = await complaint(['check', project(files), '--no-cache'], { tmp: smallDisk(context, size) })
    expect(text).toMatch(/No space left on device/)
    expect(text).toMatch(/\nhint: Free some space.* RLS_TMPDIR to a folder on another disk\.\n/)
  })
}

function describeFullOutput(): void {
  test.skipIf(!existsSync(FULL_FILE))('while the report is written', async () => {
    const stdout = openSync(FULL_FILE, 'w')
    const { code, stderr, left } = await rls(['check', project(SOUND), '-q'], { stdout })
    closeSync(stdout)
    expect({ code, stderr, left }).toEqual({
      code: 2,
      stderr: 'error: cannot write to stdout: ENOSPC: no space left on device, write\n',
      left: [],
    })
  })
}

export function describePlaces(): void {
  describe('where and as whom it runs:', describeUsers)
  describe('a full disk is a clear error, 2, and nothing is left,', () => {
    describeFullDisk()
    describeFullOutput()
  })
}
