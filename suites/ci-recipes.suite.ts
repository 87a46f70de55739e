import { execFileSync, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'

/*
 * The recipes of docs/ci, as they stand there: their lines with bash on the built command, where `npm` installs nothing; hooks
 * with lefthook and pre-commit where these are installed.
 */
const root = fileURLToPath(new URL('..', import.meta.url))

const SOUND = `create table notes (id int primary key, user_id uuid not null references auth.users, text text);
alter table notes enable row level security;
create policy own on notes to authenticated using (user_id = (select auth.uid()));
`
const LEAK = 'create policy everybody on notes for select to authenticated using (true);\n'

let scratch = ''
beforeAll(() => {
  scratch = fs.mkdtempSync(join(tmpdir(), 'rls-recipes-'))
  write(join(scratch, 'bin/npm'), '#!/bin/sh\n')
  fs.chmodSync(join(scratch, 'bin/npm'), 0o755)
})
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }))

function write(path: string, text: string): void {
  fs.mkdirSync(dirname(path), { recursive: true })
  fs.writeFileSync(path, text)
}

/** The code of a page in one language, in order. */
function blocks(page: string, language: string): readonly string[] {
  const text = fs.readFileSync(join(root, 'docs/ci', page), 'utf8')
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, name, code]) =>
    name === language && code !== undefined ? [code] : [],
  )
}

/** A project that has the package, its lock written. */
function project(name: string): string {
  const dir = join(scratch, name)
  write(join(dir, 'migrations/1_notes.sql'), SOUND)
  write(join(dir, 'package.json'), '{ "private": true }')
  write(join(dir, '.gitignore'), 'node_modules\n')
  fs.mkdirSync(join(dir, 'node_modules/.bin'), { recursive: true })
  fs.symlinkSync(root, join(dir, 'node_modules/rls-harness'), 'junction')
  fs.symlinkSync(join(root, 'dist/cli.js'), join(dir, 'node_modules/.bin/rls-harness'))
  expect(bash(dir, 'npx rls-harness lock --quiet').code).toBe(0)
  return dir
}

interface Ran {
  readonly code: number | null
  readonly output: string
}

function environment(): Readonly<Record<string, string | undefined>> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(GITHUB_|VITEST|NODE_V8)/.test(name))
  const own = {
    PATH: `${join(scratch, 'bin')}${delimiter}${process.env['PATH']}`,
    LANG: 'C.UTF-8',
    CI: 'true',
  }
  const git = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.com', GIT_COMMITTER_NAME: 'a' }
  return { ...Object.fromEntries(kept), ...own, ...git, GIT_COMMITTER_EMAIL: 'a@example.com' }
}

function bash(dir: string, script: string): Ran {
  const args = ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script]
  const { status, stdout, stderr } = spawnSync('bash', args, {
    cwd: dir,
    env: environment(),
    encoding: 'utf8',
  })
  return { code: status, output: `${stdout}${stderr}` }
}

const opened = (dir: string): void => write(join(dir, 'migrations/2_open.sql'), LEAK)

interface Step {
  readonly run?: string
}

/** The lines of each recipe that a shell runs. */
const SCRIPTS: Readonly<Record<string, () => string>> = {
  'github.md': () => {
    const [recipe] = blocks('github.md', 'yaml')
    const { jobs } = parse(recipe ?? '') as { jobs: { rls: { steps: readonly Step[] } } }
    return jobs.rls.steps.flatMap(({ run }) => run ?? []).join('\n')
  },
  'gitlab.md': () => {
    const [recipe] = blocks('gitlab.md', 'yaml')
    const job = parse(recipe ?? '') as { 'row-security': { script: readonly string[] } }
    return job['row-security'].script.join('\n')
  },
  'shell.md': () => blocks('shell.md', 'sh')[0] ?? '',
}

describe.each(Object.entries(SCRIPTS))('the recipe of %s', (page, script) => {
  test('is green on a sound project and writes its reports', () => {
    const dir = project(page)
    const sound = bash(dir, script())
    expect(sound.code, sound.output).toBe(0)
    const reports = [...script().matchAll(/rls-report\/[\w.]+/g)].map(([path]) => path)
    expect(reports).toHaveLength(2)
    for (const report of reports) expect(fs.statSync(join(dir, report)).size).toBeGreaterThan(100)
  })
})

test('a recipe is red on a leak', () => {
  const dir = project('leaky')
  opened(dir)
  expect(bash(dir, SCRIPTS['shell.md']?.() ?? '').code).toBe(1)
})

test('the recipe of the action names inputs that it has', () => {
  const [recipe] = blocks('action.md', 'yaml')
  const { jobs } = parse(recipe ?? '') as {
    jobs: { rls: { steps: readonly { readonly uses?: string; readonly with?: object }[] } }
  }
  const { inputs } = parse(fs.readFileSync(join(root, 'action.yml'), 'utf8')) as { readonly inputs: object }
  const step = jobs.rls.steps.find(({ uses }) => uses?.includes('rls-harness'))
  const given = Object.keys(step?.with ?? {})
  expect(given.length).toBeGreaterThan(0)
  expect(Object.keys(inputs)).toEqual(expect.arrayContaining(given))
  const page = fs.readFileSync(join(root, 'docs/ci/action.md'), 'utf8')
  for (const name of Object.keys(inputs)) expect(page).toContain(`\`${name}\``)
})

const has = (command: string): boolean =>
  spawnSync(command, ['--version']).status === 0 || spawnSync(command, ['version']).status === 0

/** Pushes to a repository beside it. @returns what the push ended with */
function push(dir: string, message: string): Ran {
  return bash(
    dir,
    `git add . && git commit --quiet --message ${message} && git push --quiet origin HEAD:main`,
  )
}

function repository(name: string, file: string, text: string, install: string): string {
  const dir = project(name)
  write(join(dir, file), text)
  execFileSync('git', ['init', '--quiet', '--bare', `${dir}.git`])
  const ready = bash(dir, `git init --quiet . && git remote add origin '${dir}.git' && ${install}`)
  expect(ready.code, ready.output).toBe(0)
  return dir
}

const HOOKS = [
  { tool: 'lefthook', file: 'lefthook.yml', install: 'lefthook install' },
  {
    tool: 'pre-commit',
    file: '.pre-commit-config.yaml',
    install: 'git add . && pre-commit install --hook-type pre-push',
  },
]

describe.each(HOOKS)('the hook of $tool', ({ tool, file, install }) => {
  const without = has(tool) ? '' : ` (skipped: there is no command ${tool})`
  test.skipIf(without !== '')(`lets a sound push through, and stops one that opens a table${without}`, () => {
    const recipe = blocks('hooks.md', 'yaml').find((text) => text.startsWith(`# ${file}`))
    const dir = repository(tool, file, recipe ?? '', install)
    const sound = push(dir, 'sound')
    expect(sound.code, sound.output).toBe(0)
    opened(dir)
    const stopped = push(dir, 'leak')
    expect(stopped.code).not.toBe(0)
    expect(stopped.output).toContain('public.notes')
    write(join(dir, 'notes.txt'), '')
    fs.rmSync(join(dir, 'migrations/2_open.sql'))
    expect(push(dir, 'repaired').code).toBe(0)
  })
})
