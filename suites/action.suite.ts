import { execFileSync, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'

/*
 * action.yml as a runner carries it out: its steps with bash, with the files that a runner gives them, on the built
 * command. `gh` is a script that keeps comments in a file as the API would.
 */
const root = fileURLToPath(new URL('..', import.meta.url))

interface Step {
  readonly id?: string
  readonly if?: string
  readonly shell?: string
  readonly uses?: string
  readonly run?: string
  readonly env?: Readonly<Record<string, string>>
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>
  readonly outputs: Readonly<Record<string, { readonly value: string }>>
  readonly runs: { readonly using: string; readonly steps: readonly Step[] }
}

const action = parse(fs.readFileSync(join(root, 'action.yml'), 'utf8')) as Action
const { steps } = action.runs
const runs = steps.filter(({ run }) => run !== undefined)

const SOUND = `create table notes (id int primary key, user_id uuid not null references auth.users, text text);
alter table notes enable row level security;
create policy own on notes to authenticated using (user_id = (select auth.uid()));
`
const LEAK = 'create policy everybody on notes for select to authenticated using (true);\n'

/** Comments in a file; a page holds as many as it is asked for. FORBIDDEN answers as to a token that may only read. */
const GH = `#!/usr/bin/env node
const fs = require('node:fs')
const args = process.argv.slice(3)
const store = process.env.GH_STORE
const comments = JSON.parse(fs.readFileSync(store, 'utf8'))
const path = args.find((word) => /^(user|repos)/.test(word))
const flag = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined)
const payload = () => JSON.parse(fs.readFileSync(flag('--input'), 'utf8'))
if (path === 'user' || (process.env.FORBIDDEN && flag('--method'))) {
  process.stderr.write('gh: Resource not accessible by integration (HTTP 403)\\n')
  process.exit(1)
}
const query = new URL(path, 'https://api.github.com').searchParams
if (!flag('--method')) {
  const [size, page] = [Number(query.get('per_page')), Number(query.get('page'))]
  process.stdout.write(JSON.stringify(comments.slice((page - 1) * size, page * size)))
} else if (flag('--method') === 'POST') comments.push({ id: 1000 + comments.length, user: { type: 'Bot', login: 'github-actions[bot]' }, ...payload() })
else comments.find(({ id }) => path.endsWith('/' + id)).body = payload().body
fs.writeFileSync(store, JSON.stringify(comments))
`

interface Comment {
  readonly id: number
  readonly body: string
}

let scratch = ''
beforeAll(() => {
  scratch = fs.mkdtempSync(join(tmpdir(), 'rls-action-'))
  write(join(scratch, 'bin/gh'), GH)
  fs.chmodSync(join(scratch, 'bin/gh'), 0o755)
})
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }))

function write(path: string, text: string): void {
  fs.mkdirSync(dirname(path), { recursive: true })
  fs.writeFileSync(path, text)
}

const git = (cwd: string, ...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
    cwd,
    encoding: 'utf8',
  }).trim()

/** A pull request on a project in a folder of a repository: sound at its base, then with these files more. */
function pullRequest(name: string, more: Readonly<Record<string, string>>): Runner {
  const workspace = join(scratch, name)
  write(join(workspace, 'apps/db/migrations/1_notes.sql'), SOUND)
  git(workspace, 'init', '--quiet')
  git(workspace, 'add', '.')
  git(workspace, 'commit', '--quiet', '--message', 'base')
  const base = git(workspace, 'rev-parse', 'HEAD')
  for (const [path, text] of Object.entries(more)) write(join(workspace, 'apps/db', path), text)
  git(workspace, 'add', '.')
  git(workspace, 'commit', '--quiet', '--allow-empty', '--message', 'head')
  fs.mkdirSync(join(workspace, 'apps/db/node_modules'))
  fs.symlinkSync(root, join(workspace, 'apps/db/node_modules/rls-harness'), 'junction')
  const files = `${workspace}-files`
  write(join(files, 'comments.json'), '[]')
  write(join(files, 'event.json'), JSON.stringify({ pull_request: { number: 7, base: { sha: base } } }))
  return { workspace, files }
}

interface Runner {
  readonly workspace: string
  readonly files: string
}

interface Ran {
  readonly code: number | null
  readonly log: string
}

/** One step, with its environment made as a runner makes it, from inputs and outputs. */
function runStep(
  step: Step | undefined,
  { workspace, files }: Runner,
  inputs: Readonly<Record<string, string>>,
  more = {},
): Ran {
  if (step?.run === undefined) throw new Error('there is no such step')
  const outputs = outputsOf(files)
  const value = (text: string): string =>
    text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, name: string) => {
      const [, input] = /^inputs\.([\w-]+)$/.exec(name) ?? []
      if (input !== undefined) return inputs[input] ?? action.inputs[input]?.default ?? ''
      return outputs[name.replace(/^steps\.check\.outputs\./, '')] ?? ''
    })
  const own = Object.entries(step.env ?? {}).map(([name, text]) => [name, value(text)])
  const kept = Object.entries(process.env).filter(([name]) => !/^(GITHUB_|VITEST|NODE_V8|CI$)/.test(name))
  const env = {
    ...Object.fromEntries(kept),
    PATH: `${join(scratch, 'bin')}${delimiter}${process.env['PATH']}`,
    LANG: 'C.UTF-8',
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION_PATH: root,
    GITHUB_WORKSPACE: workspace,
    GITHUB_OUTPUT: join(files, 'output'),
    GITHUB_STEP_SUMMARY: join(files, 'summary.md'),
    GITHUB_EVENT_PATH: join(files, 'event.json'),
    GITHUB_REPOSITORY: 'somebody/something',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_RUN_ID: '42',
    RUNNER_TEMP: files,
    GH_STORE: join(files, 'comments.json'),
    ...Object.fromEntries(own),
    ...more,
  }
  write(join(files, 'step.sh'), step.run)
  const args = ['--noprofile', '--norc', '-e', '-o', 'pipefail', join(files, 'step.sh')]
  const { status, stdout, stderr } = spawnSync('bash', args, { cwd: workspace, env, encoding: 'utf8' })
  return { code: status, log: `${stdout}${stderr}` }
}

function outputsOf(files: string): Readonly<Record<string, string>> {
  const path = join(files, 'output')
  const lines = fs.existsSync(path) ? fs.readFileSync(path, 'utf8').trim().split('\n') : []
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

const [check, comment, ending] = runs
const PROJECT = { 'working-directory': 'apps/db' }
const commentsOf = ({ files }: Runner): readonly Comment[] =>
  JSON.parse(fs.readFileSync(join(files, 'comments.json'), 'utf8')) as readonly Comment[]

describe('action.yml', () => {
  test('is composite, describes what it takes, and no script holds an expression', () => {
    expect(action.runs.using).toBe('composite')
    for (const { description } of Object.values(action.inputs)) expect(description).toMatch(/\.$/)
    for (const { run, shell } of runs) {
      expect(run).not.toContain('${{')
      expect(shell).toBe('bash')
    }
    expect(steps.flatMap(({ uses }) => uses ?? []).every((uses) => /@v\d+$/.test(uses))).toBe(true)
    expect(steps.at(-1)?.if).toContain('always()')
  })

  test('a leak is reported, commented on once, and fails the job at its end', () => {
    const runner = pullRequest('leaky', { 'migrations/2_open.sql': LEAK })
    const checked = runStep(check, runner, PROJECT)
    expect(checked.code, checked.log).toBe(0)
    expect(checked.log).toContain('::error file=apps/db/migrations/2_open.sql,line=1')
    const outputs = outputsOf(runner.files)
    expect(outputs).toMatchObject({ 'exit-code': '1', outcome: 'findings', warnings: '0', untested: '0' })
    expect(Number(outputs['errors'])).toBeGreaterThan(0)
    const reports = ['report.html', 'report.json', 'report.md', 'report.sarif', 'report.xml']
    expect(fs.readdirSync(outputs['reports'] ?? '').toSorted()).toEqual(reports)
    expect(fs.readFileSync(join(runner.files, 'summary.md'), 'utf8')).toContain('public.notes')

    // somebody else's comment with the same first line, and a page of others before ours
    const others = Array.from({ length: 100 }, (_, id) => ({
      id,
      user: { type: 'User', login: 'mallory' },
      body: `<!-- rls-harness: apps%2Fdb -->\n${id}`,
    }))
    write(join(runner.files, 'comments.json'), JSON.stringify(others))
    const first = runStep(comment, runner, PROJECT)
    expect(first, first.log).toMatchObject({ code: 0 })
    expect(first.log).toContain('The comment on pull request 7 was written.')
    const [ours] = commentsOf(runner).slice(100)
    expect(ours?.body).toMatch(/^<!-- rls-harness: apps%2Fdb -->\n/)
    expect(ours?.body).toContain('2_open.sql')
    expect(ours?.body).toContain('(https://github.com/somebody/something/actions/runs/42)')

    const second = runStep(comment, runner, PROJECT)
    expect(second.log).toContain('was edited.')
    expect(commentsOf(runner).map(({ id }) => id)).toEqual([...others.map(({ id }) => id), ours?.id])
    expect(commentsOf(runner).slice(0, 100)).toEqual(others)
    expect(runStep(ending, runner, PROJECT).code).toBe(1)
  })

  test('a sound change passes; a token that may not write, and a base that is nowhere, are said and fail nothing', () => {
    const runner = pullRequest('sound', {})
    const checked = runStep(check, runner, PROJECT)
    expect(checked.code, checked.log).toBe(0)
    expect(outputsOf(runner.files)).toMatchObject({ 'exit-code': '0', outcome: 'isolated', errors: '0' })

    const forbidden = runStep(comment, runner, PROJECT, { FORBIDDEN: '1' })
    expect(forbidden.code).toBe(0)
    expect(forbidden.log).toMatch(
      /^::notice title=rls-harness::The pull request has no comment: gh: Resource not/m,
    )
    expect(forbidden.log).toContain('which pull requests from forks do not have')

    expect(runStep(comment, runner, { ...PROJECT, base: 'nowhere' }).code).toBe(0)
    expect(commentsOf(runner)[0]?.body).toContain('The commit nowhere could not be fetched.')
    expect(runStep(ending, runner, PROJECT).code).toBe(0)
  })

  test('what cannot run is red, and says why in annotation, summary and comment', () => {
    const runner = pullRequest('broken', { 'migrations/2_broken.sql': 'creat table x ();' })
    const checked = runStep(check, runner, PROJECT)
    expect(checked.code).toBe(0)
    expect(checked.log).toMatch(/^::error title=rls-harness::migrations\/2_broken.sql:1: [^\n]*%0A/m)
    expect(outputsOf(runner.files)).toMatchObject({ 'exit-code': '2', outcome: 'could-not-run' })
    expect(fs.readFileSync(join(runner.files, 'summary.md'), 'utf8')).toContain(
      '    migrations/2_broken.sql:1: ',
    )
    runStep(comment, runner, PROJECT)
    expect(commentsOf(runner)[0]?.body).toContain('The check could not run: exit code 2.')
    expect(runStep(ending, runner, PROJECT).code).toBe(2)
  })

  test('inputs are arguments, whatever they hold', () => {
    const runner = pullRequest('hostile', {})
    const args = `--relation 'public.no such' "; touch ran" $(touch ran)\n\`touch ran\``
    const checked = runStep(check, runner, { ...PROJECT, args, config: '$(touch ran).json', 'fail-on': '' })
    expect(checked.code).toBe(0)
    expect(outputsOf(runner.files)).toMatchObject({ 'exit-code': '2' })
    expect(fs.existsSync(join(runner.workspace, 'ran'))).toBe(false)
    expect(fs.existsSync(join(runner.workspace, 'apps/db/ran'))).toBe(false)
    const open = runStep(check, runner, { ...PROJECT, args: `--relation 'public` })
    expect(open.log).toContain('::error title=rls-harness::args: a quote is not closed')
  })
})
