import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeLab, lab, newFolder, openLab, project, rls } from './cli/lab.ts'
import { processesOf, remainder } from './cli/processes.ts'

beforeAll(openLab, 120_000)
afterAll(closeLab)

const PATIENCE_MS = 50_000

const table = (name: string, using = 'user_id = auth.uid()'): string => `create table public.${name} (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  body text not null
);
alter table public.${name} enable row level security;
create policy own on public.${name} for all to authenticated using (${using}) with check (user_id = auth.uid());
`

/** check --watch as a process, with what it said since one last asked. */
class Watching implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly tmp: string
  #said = ''

  constructor(dir: string) {
    const { cli, cache, dir: home, memory } = lab()
    this.tmp = newFolder('tmp', memory)
    const env = { PATH: process.env['PATH'], HOME: home, LANG: 'C.UTF-8', TMPDIR: this.tmp }
    this.#child = spawn(process.execPath, [cli, 'check', dir, '--watch'], {
      env: { ...env, RLS_CACHE_DIR: cache, RLS_TMPDIR: this.tmp },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (part: string) => (this.#said += part))
  }

  /** Waits until it watches again, and gives what it said until then. */
  async settled(): Promise<string> {
    const deadline = performance.now() + PATIENCE_MS
    while (!/^watching for changes$/m.test(this.#said)) {
      if (performance.now() > deadline || this.#child.exitCode !== null)
        throw new Error(`it does not watch:\n${this.#said}`)
      await sleep(25)
    }
    const said = this.#said
    this.#said = ''
    return said
  }

  /** Ends it where the test failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const closed = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    await closed
  }

  async interrupted(): Promise<{ readonly code: unknown; readonly left: readonly string[] }> {
    const closed = once(this.#child, 'close')
    process.kill(-(this.#child.pid ?? 0), 'SIGINT')
    const [code] = await closed
    const files = await remainder(() => fs.readdirSync(this.tmp), 0)
    return { code, left: [...files, ...(await remainder(() => processesOf(this.tmp), 1000))] }
  }
}

test('a save is answered with what it opens and closes, and what is wrong is told and waited for', async () => {
  const dir = project({ 'migrations/1_notes.sql': table('notes'), 'migrations/2_tasks.sql': table('tasks') })
  const save = (name: string, text: string): void => fs.writeFileSync(join(dir, 'migrations', name), text)
  await using watching = new Watching(dir)
  expect(await watching.settled()).toContain('isolated: in ')

  save('2_tasks.sql', table('tasks', 'true'))
  const leaking = await watching.settled()
  expect(leaking).toMatch(/^ opened {2}read-leak|^ opened {2}world-readable/m)
  expect(leaking).toContain('public.tasks')
  expect(leaking).toMatch(/1 relation, bucket or function is unchanged since the last run: not judged again/)

  save('2_tasks.sql', 'create tabel public.tasks (id int);')
  expect(await watching.settled()).toContain('migrations/2_tasks.sql:1')

  save('2_tasks.sql', table('tasks'))
  const repaired = await watching.settled()
  expect(repaired).toMatch(/^ closed {2}(read-leak|world-readable) {2}public\.tasks/m)
  expect(repaired).toMatch(/0 opened, [1-9]\d* closed; 0 findings, 0 untested in the whole project/)

  save('3_plans.sql', table('plans', 'true'))
  const added = await watching.settled()
  expect(added).toMatch(/^ opened .*public\.plans/m)
  expect(added).toContain('2 of them cached')

  fs.writeFileSync(join(dir, 'rls.config.json'), JSON.stringify({ seed: { seed: 7 } }))
  const configured = await watching.settled()
  expect(configured).toContain('everything is judged: the configuration changed')
  expect(configured).toContain('0 opened, 0 closed')
  expect(await watching.interrupted()).toEqual({ code: 130, left: [] })
}, 120_000)

test('nobody edits files in CI, and a report is not for those who watch', async () => {
  const dir = project({ 'migrations/1.sql': table('notes') })
  const inCi = await rls(['check', dir, '--watch'], { environment: { CI: 'true' } })
  expect({ code: inCi.code, stderr: inCi.stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining('nobody does where CI is set'),
  })
  expect(await rls(['check', dir, '--watch', '--json'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--json and --watch do not go together'),
  })
})

const git = (dir: string, ...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', ...args], {
    cwd: dir,
    encoding: 'utf8',
  })

test('check --changed judges what a branch may have changed, and never speaks for the rest', async () => {
  const dir = project({ 'migrations/1_notes.sql': table('notes'), 'migrations/2_tasks.sql': table('tasks') })
  git(dir, 'init', '--quiet', '--initial-branch=main')
  git(dir, 'add', '--all')
  git(dir, 'commit', '--quiet', '--message', 'start')
  git(dir, 'switch', '--quiet', '--create', 'topic')
  const nothing = await rls(['check', dir, '--changed'])
  expect(nothing, nothing.stderr).toMatchObject({ code: 0, left: [] })
  expect(nothing.stdout).toContain('nothing that is judged can have changed since main')
  expect(nothing.stdout).toContain('2 relations, buckets and functions are unchanged since main')
  expect(nothing.stdout).not.toContain('isolated')

  fs.writeFileSync(
    join(dir, 'migrations/3_open.sql'),
    'create policy open on public.tasks for select using (true);',
  )
  const { code, stdout } = await rls(['check', dir, '--changed', 'main', '--json'])
  const report = JSON.parse(stdout) as { run: { changed: unknown }; findings: { relation: string }[] }
  expect(code).toBe(1)
  expect(report.run.changed).toMatchObject({
    judged: [{ name: 'public.tasks', reason: 'its policy open is new' }],
    left: ['public.notes'],
  })
  expect(new Set(report.findings.map(({ relation }) => relation))).toEqual(new Set(['public.tasks']))

  expect(await rls(['check', dir, '--changed', 'mian'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean "main"?'),
  })
  expect(await rls(['check', dir, '--changed', '--shard', '1/2'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--shard and --changed do not go together'),
  })
}, 120_000)
