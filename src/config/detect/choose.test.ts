import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { HarnessError } from '../../errors.ts'
import { detectSources } from './choose.ts'

const made: string[] = []

afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true })
})

function project(...paths: readonly (string | readonly [path: string, text: string])[]): string {
  const dir = mkdtempSync(join(tmpdir(), 'rls-detect-'))
  made.push(dir)
  for (const entry of paths) {
    const [path, text] = typeof entry === 'string' ? [entry, ''] : entry
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  return dir
}

function complaint(dir: string): HarnessError {
  try {
    detectSources(dir)
  } catch (error) {
    if (error instanceof HarnessError) return error
  }
  throw new Error('sources were found')
}

test('Supabase is recognised by its migrations', () => {
  expect(detectSources(project('supabase/migrations/20240101_init.sql'))).toEqual({
    sources: [{ tool: 'supabase', dir: 'supabase' }],
    sourcesFrom: 'detected: Supabase in supabase',
  })
})

test('Drizzle is recognised by journal or folders, in the folder that its config names', () => {
  expect(detectSources(project('drizzle/meta/_journal.json')).sources).toEqual([
    { tool: 'drizzle', dir: 'drizzle' },
  ])
  expect(detectSources(project('drizzle/0_a/migration.sql')).sources).toEqual([
    { tool: 'drizzle', dir: 'drizzle' },
  ])
  const named = project(
    [
      'drizzle.config.ts',
      "export default defineConfig({\n  // out: './old',\n  schema: 'x', out: './db/out/' })",
    ],
    'db/out/meta/_journal.json',
  )
  expect(detectSources(named).sources).toEqual([{ tool: 'drizzle', dir: 'db/out' }])
})

test('Prisma is recognised by folders of migrations', () => {
  expect(
    detectSources(project('prisma/migrations/1_init/migration.sql', 'prisma/schema.prisma')).sources,
  ).toEqual([{ tool: 'prisma', dir: 'prisma/migrations' }])
  const named = project(
    ['prisma.config.ts', "export default { migrations: { path: './db/migrations' } }"],
    'db/migrations/1_init/migration.sql',
  )
  expect(detectSources(named).sources).toEqual([{ tool: 'prisma', dir: 'db/migrations' }])
})

test('a plain folder counts only where no tool was recognised', () => {
  expect(detectSources(project('migrations/1.sql')).sources).toEqual([{ tool: 'sql', dir: 'migrations' }])
  expect(detectSources(project('sql/1.sql')).sources).toEqual([{ tool: 'sql', dir: 'sql' }])
  expect(detectSources(project('sql/1.sql', 'prisma/migrations/1/migration.sql')).sources).toEqual([
    { tool: 'prisma', dir: 'prisma/migrations' },
  ])
})

test('of several tools none is guessed at: what was found and what to write is said', () => {
  const error = complaint(project('supabase/migrations/1_a.sql', 'prisma/migrations/1/migration.sql'))
  expect(error.code).toBe('SOURCES_AMBIGUOUS')
  expect(error.message).toBe(
    'migrations of several tools are here: Supabase (supabase), Prisma (prisma/migrations)',
  )
  expect(error.hint).toContain(
    "{ tool: 'supabase', dir: 'supabase' },\n    { tool: 'prisma', dir: 'prisma/migrations' },",
  )
  expect(complaint(project('sql/1.sql', 'migrations/1.sql')).code).toBe('SOURCES_AMBIGUOUS')
})

test('supabase/config.toml without migrations stands beside another tool', () => {
  expect(detectSources(project('supabase/config.toml', 'drizzle/meta/_journal.json')).sources).toEqual([
    { tool: 'drizzle', dir: 'drizzle' },
  ])
})

test('Drizzle that generates into supabase/migrations is one source', () => {
  const dir = project(
    ['drizzle.config.ts', "export default { out: './supabase/migrations' }"],
    'supabase/migrations/0000_init.sql',
    'supabase/migrations/meta/_journal.json',
    // for `drizzle-kit pull`, and named when it is wanted
    ['drizzle.pull.config.ts', "export default { out: './src/db' }"],
    'src/db/meta/_journal.json',
  )
  expect(detectSources(dir).sources).toEqual([{ tool: 'supabase', dir: 'supabase' }])
})

test('where nothing is found, the places that were looked at are listed', () => {
  const error = complaint(project('supabase/config.toml', 'README.md'))
  expect(error.code).toBe('SOURCES_NOT_FOUND')
  expect(error.message).toContain('prisma/migrations/*/migration.sql')
  expect(error.message).toContain('migrations/*.sql')
  expect(error.message).toContain(
    'supabase/config.toml is there, but supabase/migrations holds no .sql file.',
  )
})
