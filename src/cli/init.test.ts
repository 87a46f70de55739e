import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HarnessError } from '../errors.ts'
import { sampleReport } from '../report/sample-report.ts'
import type { Host } from './host.ts'
import { main } from './main.ts'
import type { Prompts } from './prompts.ts'
import { UNASKED } from './sample-host.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'rls-init-'))
})
afterEach(() => rmSync(cwd, { recursive: true }))

function given(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true })
    writeFileSync(join(cwd, path), text)
  }
}

interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const REPORT = sampleReport()

async function init(argv: readonly string[], more: Partial<Host> = {}): Promise<Result> {
  const said = { stdout: '', stderr: '' }
  const code = await main(['init', ...argv], '1.2.3', {
    stdout: { write: (text) => (said.stdout += text) },
    stderr: { write: (text) => (said.stderr += text) },
    environment: { LANG: 'C.UTF-8' },
    cwd,
    platform: 'linux',
    today: '2026-11-20',
    signal: new AbortController().signal,
    ...UNASKED,
    run: async () => REPORT,
    ...more,
  })
  return { code, ...said }
}

/** Somebody at a terminal who gives these answers, in order; null ends it. */
function person(
  ...answers: readonly unknown[]
): Pick<Host, 'prompts'> & { readonly asked: readonly string[] } {
  const asked: string[] = []
  const answer = async (message: string): Promise<never> => {
    asked.push(message)
    return answers[asked.length - 1] as never
  }
  const prompts: Prompts = { one: answer, some: answer, yes: answer }
  return { asked, prompts: async () => prompts }
}

const MANIFEST = { 'package.json': '{ "type": "module", "devDependencies": { "typescript": "5" } }' }
const SEVERAL = { ...MANIFEST, 'supabase/migrations/1.sql': '', 'prisma/migrations/1/migration.sql': '' }
const names = (): readonly string[] => readdirSync(cwd).toSorted()

test('a check that cannot run leaves the rest written, says why, and ends with 2', async () => {
  given({ ...MANIFEST, 'migrations/1.sql': 'creat table' })
  const broken = new HarnessError('MIGRATION_FAILED', 'migrations/1.sql:1: syntax error', {
    hint: 'Look there.',
  })
  const { code, stdout } = await init(['--yes'], { run: () => Promise.reject(broken) })
  expect(code).toBe(2)
  expect(stdout).toContain(' missing  the example of the suite and rls.lock: the check could not run\n')
  expect(stdout).toContain('migrations/1.sql:1: syntax error\n          hint: Look there.\n')
  expect(names()).toEqual([
    '.github',
    'migrations',
    'package.json',
    'rls.config.ts',
    'tests',
    'vitest.config.ts',
  ])
  expect(readFileSync(join(cwd, 'tests/rls.test.ts'), 'utf8')).toContain('\ndescribeIsolation()\n')

  const again = await init(['--yes'])
  expect(again.code).toBe(0)
  expect(again.stdout).toContain(' written  rls.lock\n')
})

test('a bug of ours is none of the project’s', async () => {
  given({ ...MANIFEST, 'migrations/1.sql': '' })
  const { code, stderr } = await init([], { run: () => Promise.reject(new TypeError('x is undefined')) })
  expect(code).toBe(2)
  expect(stderr).toContain('this is a bug in rls-harness')
})

test('where there is no SQL at all, nothing is written', async () => {
  given(MANIFEST)
  const { code, stderr, stdout } = await init([])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('no migrations found')
  expect(names()).toEqual(['package.json'])
})

test('of several sources none is taken by default: the configuration lists them', async () => {
  given(SEVERAL)
  const { code, stdout } = await init([])
  expect(code).toBe(2)
  expect(stdout).toContain('Nothing is asked (this is no terminal): the defaults are taken.')
  expect(stdout).toContain(
    'the migrations are not chosen: Supabase in supabase, Prisma in prisma/migrations\n',
  )
  expect(readFileSync(join(cwd, 'rls.config.ts'), 'utf8')).toContain(
    "  //   { tool: 'supabase', dir: 'supabase' },\n  //   { tool: 'prisma', dir: 'prisma/migrations' },",
  )
})

test('a person chooses the sources, who runs the checks, and whether to go on', async () => {
  given(SEVERAL)
  const somebody = person(['1'], 'gitlab', true)
  const { code, stdout } = await init([], somebody)
  expect(code).toBe(0)
  expect(somebody.asked).toHaveLength(3)
  expect(stdout).not.toContain('Nothing is asked')
  expect(readFileSync(join(cwd, 'rls.config.ts'), 'utf8')).toContain(
    "  migrations: [\n    { tool: 'prisma', dir: 'prisma/migrations' },\n  ],",
  )
  expect(existsSync(join(cwd, '.gitlab/rls.gitlab-ci.yml'))).toBe(true)
  expect(stdout).toContain('to .gitlab-ci.yml:\n            include:\n')
})

test.each([[[null]], [[['0'], null]], [[['0'], 'github', null]], [[['0'], 'github', false]]])(
  'whoever ends it at a question changes nothing: %j',
  async (answers) => {
    given(SEVERAL)
    const before = names()
    expect(await init([], person(...answers))).toMatchObject({ code: 130, stderr: '' })
    expect(names()).toEqual(before)
  },
)

test('nobody is asked with --yes, or where CI is set', async () => {
  given({ ...MANIFEST, 'migrations/1.sql': '' })
  const somebody = person()
  expect((await init(['--yes', '--ci', 'none'], somebody)).stdout).toContain('Nothing is asked (--yes)')
  expect(existsSync(join(cwd, '.github'))).toBe(false)
  const environment = { CI: 'true' }
  expect((await init([], { ...somebody, environment })).stdout).toContain('Nothing is asked (CI is set)')
  expect(somebody.asked).toEqual([])
})

test('a configuration of Vitest that is there is not edited: what to add is said, until it is added', async () => {
  const own = 'export default { test: { environment: "jsdom" } }'
  given({ ...MANIFEST, 'migrations/1.sql': '', 'vite.config.ts': own })
  const { stdout } = await init([])
  expect(stdout).toContain(' add      to vite.config.ts:\n            test: {\n')
  expect(readFileSync(join(cwd, 'vite.config.ts'), 'utf8')).toBe(own)
  expect(names()).not.toContain('vitest.config.ts')
  writeFileSync(join(cwd, 'vite.config.ts'), `${own} // rls-harness/vitest/global-setup`)
  const again = await init([])
  expect(again.stdout).not.toContain(' add ')
  expect(again.stdout).toContain(' kept     vite.config.ts\n')
})

test('a provider that is none is refused before anything is looked at', async () => {
  const { code, stderr } = await init(['--ci', 'gitlub'])
  expect(code).toBe(2)
  expect(stderr).toContain('--ci: "gitlub" is not one of github, gitlab, none\nhint: Did you mean')
})
