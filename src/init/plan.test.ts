import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { commandOf } from './ci-file.ts'
import { configText, jsonConfigText } from './config-file.ts'
import type { Facts, PackageManager } from './facts.ts'
import { planCi, planConfig, planSuite, planVitest } from './plan.ts'

const packages = { manager: 'npm', locked: true, modernYarn: false, pinned: false, named: [] } as const

const facts: Facts = {
  config: null,
  sources: [],
  candidates: [],
  settings: [],
  packages,
  modules: true,
  typescript: true,
  nodeModules: false,
  vitestConfig: null,
  testFolder: 'tests',
  jest: false,
  suite: null,
  ci: null,
  prefix: '',
  up: '',
}
const detected = { kind: 'detected', source: { tool: 'prisma', dir: 'prisma/migrations' } } as const
const choices = { migrations: detected, ci: 'github', json: false, version: '1.2.3' } as const

const paths = (some: Facts): readonly (string | undefined)[] =>
  [planConfig(some, choices), planSuite(some, null), planVitest(some)].map((file) => file?.path)

test('extensions are those that the project’s module system can read', () => {
  expect(paths(facts)).toEqual(['rls.config.ts', 'tests/rls.test.ts', 'vitest.config.ts'])
  expect(paths({ ...facts, modules: false })).toEqual([
    'rls.config.ts',
    'tests/rls.test.mts',
    'vitest.config.mts',
  ])
  // by Node's rules a CommonJS file may not import the package, and rls.config.mts is no configuration
  expect(paths({ ...facts, modules: false, nodeModules: true })[0]).toBe('rls.config.mjs')
  expect(paths({ ...facts, typescript: false })).toEqual([
    'rls.config.mjs',
    'tests/rls.test.mjs',
    'vitest.config.mjs',
  ])
  expect(paths({ ...facts, packages: null })).toEqual(['rls.config.ts', undefined, undefined])
})

test('beside Jest a suite is called so that Jest does not take it for a test', () => {
  expect(paths({ ...facts, testFolder: 'rls', jest: true })[1]).toBe('rls/rls.suite.ts')
})

test('what is there keeps its name', () => {
  const there = {
    ...facts,
    config: 'rls.config.js',
    suite: 'test/rls.test.mjs',
    vitestConfig: { path: 'vite.config.ts', ready: false },
  }
  expect(paths(there)).toEqual(['rls.config.js', 'test/rls.test.mjs', 'vite.config.ts'])
  expect(planVitest(there)).toMatchObject({
    lines: expect.arrayContaining([expect.stringContaining("'test/rls.test.mjs'")]) as unknown,
  })
  expect(planVitest({ ...there, vitestConfig: { path: 'vitest.config.ts', ready: true } })).toBeNull()
})

test('several sources are never chosen for somebody: they stand there as a remark', () => {
  const sources = [
    { tool: 'supabase', dir: 'supabase' },
    { tool: 'sql', dir: "it's" },
  ] as const
  const text = configText(facts, { kind: 'undecided', sources })
  expect(text).toContain(
    `  //   { tool: 'supabase', dir: 'supabase' },\n  //   { tool: 'sql', dir: 'it\\'s' },`,
  )
  expect(text).not.toMatch(/^ {2}migrations/m)
  expect(configText(facts, { kind: 'chosen', sources })).toMatch(
    /^ {2}migrations: \[\n {4}\{ tool: 'supabase'/m,
  )
  expect(JSON.parse(jsonConfigText({ kind: 'chosen', sources }, './schema.json'))).toEqual({
    $schema: './schema.json',
    migrations: sources,
  })
})

test('settings that policies ask for are proposed, not taken, as who asks', () => {
  const text = configText({ ...facts, settings: ['app.org', 'app.user_id'] }, detected)
  expect(text).toContain(
    "  // identity: { role: 'app_user', settings: { 'app.user_id': '$user', 'app.org': '$tenant' } },",
  )
})

interface Workflow {
  readonly jobs: {
    readonly rls: {
      readonly defaults?: unknown
      readonly steps: readonly { readonly run?: string; readonly uses?: string; readonly with?: unknown }[]
    }
  }
}

function workflow(some: Facts): Workflow['jobs']['rls'] {
  const [file] = planCi(some, choices)
  if (file === undefined || !('text' in file)) throw new Error('no workflow is planned')
  return (parse(file.text) as Workflow).jobs.rls
}

test('the workflow installs what the lock file says, with the package manager of the project', () => {
  const runs = (manager: PackageManager, more: object = {}): readonly string[] =>
    workflow({ ...facts, packages: { ...packages, manager, ...more } }).steps.flatMap(({ run }) => run ?? [])
  expect(runs('npm')[0]).toBe('npm ci')
  expect(runs('npm', { locked: false })[0]).toBe('npm install')
  expect(runs('pnpm')[0]).toBe('pnpm install --frozen-lockfile')
  expect(runs('yarn', { modernYarn: true }).slice(0, 2)).toEqual([
    'corepack enable',
    'yarn install --immutable',
  ])
  expect(runs('bun').at(-1)).toMatch(/^bunx rls-harness check --locked /)
})

test('without packages the version is named, and nothing is installed', () => {
  const { steps } = workflow({ ...facts, packages: null })
  expect(steps.flatMap(({ run }) => run ?? [])).toEqual([
    expect.stringMatching(/^npx --yes rls-harness@1\.2\.3 check --locked /),
  ])
  expect(commandOf(null, '1.2.3')).toBe('npx --yes rls-harness@1.2.3')
})

test('a project inside a repository has its own workflow at the top, which works in its folder', () => {
  const inside = { ...facts, prefix: 'apps/web', up: '../..' }
  expect(planCi(inside, choices)[0]?.path).toBe('../../.github/workflows/rls-apps-web.yml')
  expect(workflow(inside)).toMatchObject({
    defaults: { run: { 'working-directory': 'apps/web' } },
    steps: expect.arrayContaining([
      expect.objectContaining({ with: expect.objectContaining({ path: 'apps/web/rls-report' }) as unknown }),
    ]) as unknown,
  })
})

test('GitLab gets a job of its own and the line that includes it', () => {
  const [job, include] = planCi({ ...facts, prefix: "it's" }, { ...choices, ci: 'gitlab' })
  if (job === undefined || !('text' in job)) throw new Error('no job is planned')
  expect(parse(job.text)).toMatchObject({
    'row-security': {
      script: [
        String.raw`cd 'it'\''s'`,
        'npm ci',
        expect.stringContaining('npx rls-harness check') as unknown,
      ],
    },
  })
  expect(include).toEqual({
    path: '.gitlab-ci.yml',
    lines: ['include:', `  - local: /${job.path}`],
  })
  expect(planCi(facts, { ...choices, ci: 'none' })).toEqual([])
})
