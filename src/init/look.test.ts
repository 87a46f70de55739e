import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { HarnessError } from '../errors.ts'
import { look } from './look.ts'

const made: string[] = []

afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true })
})

function project(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'rls-init-'))
  made.push(dir)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  return dir
}

test('of a project everything is seen that decides what is written', () => {
  const dir = project({
    'package.json': JSON.stringify({
      type: 'module',
      devDependencies: { typescript: '^5', vitest: '^4' },
    }),
    'pnpm-lock.yaml': '',
    'tsconfig.json': '{ "compilerOptions": { "module": "nodenext" } }',
    'vitest.config.ts': 'export default {}',
    'vite.config.ts': 'export default {}',
    'supabase/migrations/1.sql': 'select 1',
    'supabase/seed.sql': 'select 1',
    'test/a.test.ts': '',
    '.git/config': '[remote "origin"]\n\turl = git@gitlab.example.com:a/b.git\n',
  })
  expect(look(dir)).toEqual({
    config: null,
    sources: [
      { title: 'Supabase', place: 'supabase', source: { tool: 'supabase', dir: 'supabase' }, files: 1 },
    ],
    candidates: [],
    settings: [],
    packages: {
      manager: 'pnpm',
      locked: true,
      modernYarn: false,
      pinned: false,
      named: ['typescript', 'vitest'],
    },
    modules: true,
    typescript: true,
    nodeModules: true,
    vitestConfig: { path: 'vitest.config.ts', ready: false },
    jest: false,
    testFolder: 'test',
    suite: null,
    ci: 'gitlab',
    prefix: '',
    up: '',
  })
})

test('a project inside a repository is set up from the top: its lock file, its CI', () => {
  const dir = project({
    '.git/HEAD': '',
    '.github/workflows/ci.yml': '',
    'bun.lock': '',
    'apps/web/package.json': '{}',
    'apps/web/sql/1.sql': 'select 1',
  })
  expect(look(join(dir, 'apps/web'))).toMatchObject({
    packages: { manager: 'bun', locked: true },
    ci: 'github',
    prefix: 'apps/web',
    up: '../..',
  })
})

test('where nothing is recognised, tools in folders inside and other SQL are candidates', () => {
  const dir = project({
    'app/prisma/migrations/1_a/migration.sql': 'select 1',
    'docs/database/policies.sql': `select current_setting('app.user_id'), current_setting('request.jwt.claims')`,
    'node_modules/x/y.sql': 'select 1',
  })
  const facts = look(dir)
  expect(facts.sources).toEqual([])
  expect(facts.candidates.map(({ title, place }) => [title, place])).toEqual([
    ['Prisma', 'app/prisma/migrations'],
    ['SQL', 'docs/database'],
  ])
  expect(facts.settings).toEqual(['app.user_id'])
  expect(facts.packages).toBeNull()
})

test('a package.json that is no JSON stops everything', () => {
  const dir = project({ 'package.json': '{', 'sql/1.sql': '' })
  expect(() => look(dir)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: 'package.json is no JSON' }) as HarnessError,
  )
})
