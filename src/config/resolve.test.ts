import { expect, test } from 'vitest'
import { HarnessError } from '../errors.ts'
import { resolveConfig, type ResolveInput } from './resolve.ts'

const plain: ResolveInput = {
  projectDir: '/project',
  user: {},
  environment: {},
  flags: {},
  sources: [{ tool: 'sql', dir: 'sql' }],
  sourcesFrom: 'detected',
}

function complaint(input: Partial<ResolveInput>): string {
  try {
    resolveConfig({ ...plain, ...input })
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error
    expect(error.code).toBe('CONFIG_INVALID')
    return `${error.message} | ${error.hint ?? ''}`
  }
  throw new Error('the configuration was accepted')
}

test('without any setting the defaults hold', () => {
  expect(resolveConfig(plain)).toEqual({
    projectDir: '/project',
    database: { version: 17, allowExternal: false, keep: false, cache: true },
    sources: [{ tool: 'sql', dir: 'sql' }],
    sourcesFrom: 'detected',
    supabase: {},
    lenient: false,
    before: [],
    after: [],
    platform: 'supabase',
    platformFrom: 'the default',
    apiPrivileges: 'auto',
    identity: 'supabase',
    identityOpen: true,
    expect: {},
    seed: { seed: 42, rows: 3, directed: true, values: {} },
    ignore: [],
    gate: { failOn: 'error', strict: false },
    concurrency: 4,
    isolation: 'savepoint',
  })
})

test('the file wins over defaults, the environment over the file, flags over the environment', () => {
  const user = { database: { version: 15 }, seed: { seed: 1, rows: 5 }, gate: { failOn: 'never' } } as const
  const environment = { RLS_PG_VERSION: '16', RLS_SEED: '2' }
  const flags = { seed: '3' }
  const config = resolveConfig({ ...plain, user, environment, flags })
  expect(config.database.version).toBe(16)
  expect(config.seed).toMatchObject({ seed: 3, rows: 5 })
  expect(config.gate.failOn).toBe('never')
})

test('flags without a value in the file reach the run', () => {
  const flags = { keepDb: true, cache: false, allowExternal: true, relation: ['public.*'], strict: true }
  const config = resolveConfig({ ...plain, flags: { ...flags, schema: ['public', 'api,app'] } })
  expect(config.database).toEqual({ version: 17, allowExternal: true, keep: true, cache: false })
  expect(config.relations).toEqual(['public.*'])
  expect(config.schemas).toEqual(['public', 'api', 'app'])
  expect(config.gate.strict).toBe(true)
})

test('a bare DATABASE_URL is never used', () => {
  const config = resolveConfig({ ...plain, environment: { DATABASE_URL: 'postgres://localhost/production' } })
  expect(JSON.stringify(config)).not.toContain('production')
})

test('a URL means an external server unless its layer names an engine', () => {
  const environment = { RLS_DATABASE_URL: 'postgres://localhost/test' }
  const user = { database: { engine: 'embedded' } } as const
  expect(resolveConfig({ ...plain, user, environment }).database).toMatchObject({
    engine: 'external',
    url: 'postgres://localhost/test',
  })
  const overruled = resolveConfig({ ...plain, environment, flags: { engine: 'embedded' } }).database
  expect(overruled.engine).toBe('embedded')
  expect(overruled.url).toBeUndefined()
})

test('an image means a container of it unless its layer names an engine', () => {
  const user = { database: { image: 'supabase/postgres:17.4.1.043', reuse: true } } as const
  expect(resolveConfig({ ...plain, user }).database).toMatchObject({ ...user.database, engine: 'container' })
  const flags = { engine: 'embedded' }
  expect(resolveConfig({ ...plain, user, flags }).database).not.toHaveProperty('image')
  const environment = { RLS_IMAGE: 'postgres:16' }
  expect(resolveConfig({ ...plain, user, environment }).database.image).toBe('postgres:16')
  const stronger = { image: 'postgres:15', databaseUrl: 'postgres://localhost/test' }
  expect(resolveConfig({ ...plain, flags: stronger }).database.engine).toBe('external')
})

test('whether a container is kept is for the file and the flags to say', () => {
  expect(resolveConfig({ ...plain, flags: { reuse: true } }).database.reuse).toBe(true)
  expect(resolveConfig(plain).database).not.toHaveProperty('reuse')
})

test('an external engine needs a URL', () => {
  expect(complaint({ flags: { engine: 'external' } })).toContain('no database URL is given')
})

test('a variable or flag with a wrong value is called by its own name', () => {
  expect(complaint({ environment: { RLS_ENGINE: 'embeded' } })).toBe(
    'RLS_ENGINE: "embeded" is not one of embedded, system, container, external | Did you mean "embedded"?',
  )
  expect(complaint({ flags: { pgVersion: '14' } })).toContain(
    '--pg-version: "14" is not one of 15, 16, 17, 18',
  )
  expect(complaint({ environment: { RLS_SEED: '-1' } })).toContain('RLS_SEED: "-1" is not a whole number')
  expect(complaint({ flags: { rows: '1e2' } })).toContain(
    '--rows: "1e2" is not a whole number between 1 and 1000',
  )
  expect(complaint({ flags: { image: 'post gres' } })).toContain(
    '--image: "post gres" must be the name of an',
  )
  expect(complaint({ flags: { failOn: 'errors' } })).toContain('Did you mean "error"?')
  expect(complaint({ flags: { schema: ['a,,b'] } })).toContain('--schema: "a,,b" holds an empty name')
})

test('a shard is a number of so many, and what it lets pass the whole does not', () => {
  const user = { gate: { failOn: 'warning' } } as const
  const config = resolveConfig({ ...plain, user, flags: { shard: '2/3', failOn: 'never', strict: true } })
  expect(config.shard).toEqual({ index: 2, count: 3, gate: { failOn: 'warning', strict: false } })
  expect(config.gate).toEqual({ failOn: 'never', strict: true })
  expect(resolveConfig(plain).shard).toBeUndefined()
})

test.each([
  ['4/3', 'of 3 shards there is no number 4'],
  ['0/3', 'of 3 shards there is no number 0'],
  ['1/0', 'there can be 1 to 1000 shards'],
  ['1/5000', 'there can be 1 to 1000 shards'],
  ['a', 'is not a shard and how many there are'],
  ['', 'is not a shard and how many there are'],
])('--shard %j is refused: %s', (shard, text) => {
  const message = complaint({ flags: { shard } })
  expect(message).toContain(`--shard: ${JSON.stringify(shard)}`)
  expect(message).toContain(text)
  expect(message).toContain('2/3')
})

test('an empty variable is not set, an empty flag is wrong', () => {
  expect(resolveConfig({ ...plain, environment: { RLS_SEED: '' } }).seed.seed).toBe(42)
  expect(complaint({ flags: { seed: '' } })).toContain('--seed: "" is not')
})

test('a URL that is not one of PostgreSQL is named without its password', () => {
  const mysql = complaint({ environment: { RLS_DATABASE_URL: 'mysql://root:hunter2@db/app' } })
  expect(mysql).toContain('RLS_DATABASE_URL: what it holds is a "mysql" URL')
  expect(mysql).not.toContain('hunter2')
  const broken = complaint({ flags: { databaseUrl: 'postgres://me:hunt%er2 x@[bad/app' } })
  expect(broken).toContain('--database-url: what it holds cannot be read as a URL')
  expect(broken).not.toContain('hunt')
  expect(complaint({ environment: { RLS_DATABASE_URL: 'host=x password=hunter2' } })).not.toContain('hunter2')
})

test('supabase/config.toml gives the version unless something else does', () => {
  const supabase = { path: 'supabase/config.toml', settings: { exposedSchemas: ['api'] }, majorVersion: 15 }
  const config = resolveConfig({ ...plain, supabase })
  expect(config.database.version).toBe(15)
  expect(config.supabase).toEqual({ exposedSchemas: ['api'] })
  expect(resolveConfig({ ...plain, supabase, flags: { pgVersion: '18' } }).database.version).toBe(18)
})

test('a major of supabase/config.toml that cannot be had is an error, not another major', () => {
  const supabase = { path: 'supabase/config.toml', settings: {}, majorVersion: 14 }
  expect(complaint({ supabase })).toContain('supabase/config.toml: [db] major_version: 14 is not one of 15')
  expect(resolveConfig({ ...plain, supabase, user: { database: { version: 15 } } }).database.version).toBe(15)
})
