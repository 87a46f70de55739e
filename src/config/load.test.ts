import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Config } from '../domain/config.ts'
import { HarnessError } from '../errors.ts'
import { loadConfig } from './load.ts'

const made: string[] = []

afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true })
})

/** A project of these files in a directory of its own. */
function project(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'rls-config-'))
  made.push(dir)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  return dir
}

const load = (cwd: string, rest: { dir?: string; configPath?: string } = {}): Promise<Config> =>
  loadConfig({ cwd, environment: {}, flags: {}, ...rest })

async function complaint(loading: Promise<Config>): Promise<{ code: string; message: string; hint: string }> {
  const error: unknown = await loading.then(
    () => new Error('the configuration was accepted'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof HarnessError)) throw error
  return { code: error.code, message: error.message, hint: error.hint ?? '' }
}

const sqlFolder = { 'sql/0001.sql': 'select 1' }

test('a TypeScript configuration may import defineConfig although the package is not installed', async () => {
  const dir = project({
    'rls.config.ts': `import { defineConfig, type UserConfig } from 'rls-harness'
const rows: number = 5
export default defineConfig({ migrations: [{ sql: ['a.sql'] }], seed: { rows } } satisfies UserConfig)`,
  })
  const config = await load(dir)
  expect(config.seed.rows).toBe(5)
  expect(config.sources).toEqual([{ sql: ['a.sql'] }])
  expect(config.sourcesFrom).toBe('rls.config.ts')
  expect(config.configFile).toBe(join(dir, 'rls.config.ts'))
})

test('a TypeScript configuration is compiled once, and again when it has changed', async () => {
  const environment = { RLS_CACHE_DIR: join(project({}), 'cache') }
  const kept = join(environment.RLS_CACHE_DIR, 'configurations')
  const dir = project({
    ...sqlFolder,
    'rls.config.ts': 'const rows: number = 5\nexport default { seed: { rows } }',
  })
  const rows = async (flags = {}): Promise<number> =>
    (await loadConfig({ cwd: dir, environment, flags })).seed.rows
  expect(await rows({ cache: false })).toBe(5)
  expect(existsSync(kept)).toBe(false)
  expect(await rows()).toBe(5)
  const [file = ''] = readdirSync(kept)
  const compiled = readFileSync(join(kept, file), 'utf8')
  writeFileSync(join(kept, file), compiled.replace('5', '6'))
  expect(await rows()).toBe(6)
  writeFileSync(join(dir, 'rls.config.ts'), 'const rows: number = 7\nexport default { seed: { rows } }')
  expect(await rows()).toBe(7)
})

test('nothing compiled is taken from a folder that others may write to', async () => {
  const environment = { RLS_CACHE_DIR: join(project({}), 'cache') }
  const kept = join(environment.RLS_CACHE_DIR, 'configurations')
  mkdirSync(kept, { recursive: true })
  const dir = project({ ...sqlFolder, 'rls.config.ts': 'export default { seed: { rows: 5 } }' })
  const keptAfter = async (): Promise<number> => {
    await loadConfig({ cwd: dir, environment, flags: {} })
    return readdirSync(kept).length
  }
  chmodSync(kept, 0o777)
  expect(await keptAfter()).toBe(0)
  chmodSync(kept, 0o755)
  // root alone can make it somebody else's
  if (process.getuid?.() === 0) {
    chownSync(kept, 65_534, 65_534)
    expect(await keptAfter()).toBe(0)
    chownSync(kept, 0, 0)
  }
  expect(await keptAfter()).toBe(1)
})

test('functions of a configuration survive', async () => {
  const dir = project({
    ...sqlFolder,
    'rls.config.mjs': "export default { seed: { values: { 'public.a.b': ({ row }) => row + 1 } } }",
  })
  const value = (await load(dir)).seed.values['public.a.b']
  expect(value).toBeTypeOf('function')
})

test('JavaScript of either module system and JSON are read', async () => {
  const files = {
    'rls.config.js': "module.exports = { schemas: ['common'] }",
    'rls.config.mjs': "export default { schemas: ['module'] }",
    'rls.config.json': '{ "$schema": "https://example.org/schema.json", "schemas": ["json"] }',
  }
  const schemas = []
  for (const [name, text] of Object.entries(files)) {
    schemas.push((await load(project({ ...sqlFolder, [name]: text }))).schemas)
  }
  expect(schemas).toEqual([['common'], ['module'], ['json']])
})

test('no configuration at all is fine where the migrations are recognised', async () => {
  const config = await load(project(sqlFolder))
  expect(config.configFile).toBeUndefined()
  expect(config.sourcesFrom).toBe('detected: plain SQL in sql')
})

test('-c names a file; the project is where it lies unless a directory is given', async () => {
  const dir = project({
    'api/strict.config.ts': 'export default { gate: { strict: true } }',
    'api/sql/1.sql': '',
  })
  const config = await load(dir, { configPath: 'api/strict.config.ts' })
  expect(config.projectDir).toBe(join(dir, 'api'))
  expect(config.gate.strict).toBe(true)
  const other = await complaint(load(dir, { configPath: 'api/strict.config.ts', dir: '.' }))
  expect(other.code).toBe('SOURCES_NOT_FOUND')
})

test('a missing file or directory is named', async () => {
  const dir = project({})
  expect(await complaint(load(dir, { configPath: 'nope.ts' }))).toMatchObject({
    code: 'CONFIG_NOT_FOUND',
    message: 'nope.ts: there is no such file',
  })
  expect(await complaint(load(dir, { dir: 'nope' }))).toMatchObject({
    code: 'CONFIG_NOT_FOUND',
    message: 'nope: there is no such directory',
  })
})

test('two configurations beside each other are not chosen between', async () => {
  const dir = project({ 'rls.config.ts': 'export default {}', 'rls.config.json': '{}' })
  expect((await complaint(load(dir))).message).toBe(
    'there are several configurations: rls.config.ts, rls.config.json',
  )
})

test('a syntax error has file and line', async () => {
  const ts = project({ 'rls.config.ts': 'export default {\n  schemas: ],\n}\n' })
  expect((await complaint(load(ts))).message).toMatch(/^rls\.config\.ts:2: Unexpected token/)
  const json = project({ 'rls.config.json': '{\n  "schemas": [],\n}\n' })
  expect((await complaint(load(json))).message).toMatch(
    /^rls\.config\.json:3: Expected double-quoted property name/,
  )
})

test('an exception in a configuration has file and line', async () => {
  const dir = project({
    'rls.config.ts': 'const none: any = undefined\n\nexport default { app: none.role }\n',
  })
  const { code, message } = await complaint(load(dir))
  expect(code).toBe('CONFIG_INVALID')
  expect(message).toMatch(/^rls\.config\.ts:3: Cannot read properties of undefined/)
})

test('a configuration that imports what is not there says so', async () => {
  const dir = project({ 'rls.config.ts': "import x from 'no-such-package-anywhere'\nexport default x\n" })
  expect((await complaint(load(dir))).message).toContain("Cannot find module 'no-such-package-anywhere'")
})

test('a configuration without default export is not taken for an empty one', async () => {
  const dir = project({ ...sqlFolder, 'rls.config.ts': 'export const config = {}' })
  expect((await complaint(load(dir))).message).toBe('rls.config.ts: has no default export')
})

test('a mistake names file and line', async () => {
  const dir = project({
    'rls.config.ts': "export default {\n  expect: {\n    'public.a': { selct: 'owner' },\n  },\n}",
  })
  expect(await complaint(load(dir))).toEqual({
    code: 'CONFIG_INVALID',
    message: 'rls.config.ts:3: expect["public.a"].selct: unknown key',
    hint: 'Did you mean "select"?',
  })
})

test('supabase/config.toml is read beside the migrations of another tool', async () => {
  const dir = project({
    'supabase/config.toml': '[api]\nschemas = ["api"]\n[db]\nmajor_version = 15\n',
    'prisma/migrations/0_init/migration.sql': '',
  })
  const config = await load(dir)
  expect(config.sources).toEqual([{ tool: 'prisma', dir: 'prisma/migrations' }])
  expect(config.supabase).toEqual({ exposedSchemas: ['api'] })
  expect(config.database.version).toBe(15)
})

test('supabase/config.toml is found where the source says that Supabase lives', async () => {
  const dir = project({
    'backend/supabase/config.toml': '[db]\nmajor_version = 16\n',
    'rls.config.json': '{ "migrations": [{ "tool": "supabase", "dir": "backend/supabase/migrations" }] }',
  })
  expect((await load(dir)).database.version).toBe(16)
})

test('a schema to start from needs no migrations; whatever looks like a URL is one', async () => {
  const dir = project({ 'rls.config.json': '{ "fromSchema": "db/schema.sql" }' })
  expect(await load(dir)).toMatchObject({
    fromSchema: { schema: { kind: 'file', path: 'db/schema.sql' } },
    sources: [],
  })
  const flagged = loadConfig({ cwd: dir, environment: {}, flags: { fromSchema: 'postgres://u:secret@' } })
  expect((await flagged).fromSchema).toEqual({ schema: { kind: 'live', url: 'postgres://u:secret@' } })
  expect(
    (await loadConfig({ cwd: dir, environment: { RLS_FROM_SCHEMA: 'x.sql' }, flags: {} })).fromSchema,
  ).toEqual({
    schema: { kind: 'file', path: join(dir, 'x.sql') },
  })
})
