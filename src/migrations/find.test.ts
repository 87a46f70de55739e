import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { SourceConfig } from '../domain/config.ts'
import type { Source } from '../domain/source.ts'
import { HarnessError } from '../errors.ts'
import { findSources } from './find.ts'

let project: string

beforeEach(() => {
  project = join(mkdtempSync(join(tmpdir(), 'rls-find-')), 'project')
  mkdirSync(project)
  return () => rmSync(dirname(project), { recursive: true })
})

describe('Supabase', () => {
  test('runs roles.sql, migrations by file name, then seeds', () => {
    write(
      'supabase/migrations/20240201_b.sql',
      'supabase/migrations/20240101-old.sql',
      'supabase/migrations/1_x.sql',
    )
    write('supabase/seed.sql', 'supabase/roles.sql', 'supabase/migrations/readme.sql')
    const source = find({ tool: 'supabase' })
    expect(source.files.map(({ path, role }) => [path, role])).toEqual([
      ['supabase/roles.sql', 'roles'],
      ['supabase/migrations/1_x.sql', 'migration'],
      ['supabase/migrations/20240101-old.sql', 'migration'],
      ['supabase/migrations/20240201_b.sql', 'migration'],
      ['supabase/seed.sql', 'seed'],
    ])
    expect(source.notes).toEqual([
      'supabase/migrations/readme.sql is not run: the name is not <number>_<name>.sql',
    ])
  })

  test('takes the seeds that config.toml names, once each', () => {
    write('supabase/migrations/1_x.sql', 'supabase/seeds/b.sql', 'supabase/seeds/a.sql', 'supabase/seed.sql')
    put(
      'supabase/config.toml',
      '[db.seed]\nenabled = true\nsql_paths = ["./seeds/b.sql", "./seeds/*.sql", "gone.sql"]',
    )
    expect(paths({ tool: 'supabase' }).slice(1)).toEqual(['supabase/seeds/b.sql', 'supabase/seeds/a.sql'])
  })

  test('runs no seeds when they are switched off', () => {
    write('supabase/migrations/1_x.sql', 'supabase/seed.sql')
    put('supabase/config.toml', '[db.seed]\nenabled = false')
    expect(paths({ tool: 'supabase' })).toEqual(['supabase/migrations/1_x.sql'])
  })

  test('takes the folder of the migrations for the folder around it', () => {
    write('app/supabase/migrations/1_x.sql', 'app/supabase/seed.sql')
    expect(paths({ tool: 'supabase', dir: 'app/supabase/migrations' })).toHaveLength(2)
    expect(paths({ tool: 'supabase', dir: './app/supabase/' })).toHaveLength(2)
  })

  test('says where config.toml is broken', () => {
    write('supabase/migrations/1_x.sql')
    put('supabase/config.toml', '[db')
    expect(failure({ tool: 'supabase' })).toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('Drizzle', () => {
  const journal = JSON.stringify({
    entries: [
      { idx: 0, tag: '0000_b' },
      { idx: 1, tag: '00010_a' },
      { idx: 2, tag: '0001_c' },
    ],
  })

  test('follows the journal and notes what it does not list', () => {
    write('drizzle/0000_b.sql', 'drizzle/0001_c.sql', 'drizzle/00010_a.sql', 'drizzle/custom.sql')
    put('drizzle/meta/_journal.json', journal)
    const source = find({ tool: 'drizzle' })
    expect(source.files.map(({ path }) => path)).toEqual([
      'drizzle/0000_b.sql',
      'drizzle/00010_a.sql',
      'drizzle/0001_c.sql',
    ])
    expect(source.notes).toEqual([
      'drizzle/custom.sql is not run: drizzle/meta/_journal.json does not list it',
    ])
  })

  test('a listed file that is missing is an error', () => {
    write('drizzle/0000_b.sql')
    put('drizzle/meta/_journal.json', journal)
    expect(failure({ tool: 'drizzle' })).toMatchObject({
      code: 'SOURCES_NOT_FOUND',
      message: 'drizzle/00010_a.sql is missing: drizzle/meta/_journal.json lists it',
    })
  })

  test('without a journal takes a folder per migration, and the folder from the configuration', () => {
    write('db/out/20240102_b/migration.sql', 'db/out/20240101_a/migration.sql')
    put('drizzle.config.ts', "// out: './no'\nexport default { schema: 'x', out: './db/out' }")
    expect(paths({ tool: 'drizzle' })).toEqual([
      'db/out/20240101_a/migration.sql',
      'db/out/20240102_b/migration.sql',
    ])
  })

  test('reads a folder that is put together from a constant', () => {
    write('db/out/1/migration.sql')
    put('drizzle.config.ts', "const base = './db'\nexport default { out: `${base}/out` }")
    expect(paths({ tool: 'drizzle' })).toEqual(['db/out/1/migration.sql'])
  })

  test('a journal that is no journal is an error', () => {
    put('drizzle/meta/_journal.json', '{"entries": [{}]}')
    expect(failure({ tool: 'drizzle' }).message).toBe('drizzle/meta/_journal.json has an entry without tag')
    put('drizzle/meta/_journal.json', '<<<<')
    expect(failure({ tool: 'drizzle' }).message).toBe('drizzle/meta/_journal.json is not valid JSON')
    put('drizzle/meta/_journal.json', '[]')
    expect(failure({ tool: 'drizzle' }).message).toBe('drizzle/meta/_journal.json has no list "entries"')
  })

  test('leaves the project only when told to', () => {
    put('drizzle.config.ts', "export default { out: '../db' }")
    put('../db/1/migration.sql', 'select 1;')
    expect(failure({ tool: 'drizzle' }).hint).toContain("dir: '../db'")
    expect(paths({ tool: 'drizzle', dir: '../db' })).toEqual(['../db/1/migration.sql'])
  })
})

describe('Prisma', () => {
  test('takes a folder per migration by name', () => {
    write('prisma/migrations/2_b/migration.sql', 'prisma/migrations/1_a/migration.sql')
    put('prisma/migrations/migration_lock.toml', 'provider = "postgresql"')
    const expected = ['prisma/migrations/1_a/migration.sql', 'prisma/migrations/2_b/migration.sql']
    expect(paths({ tool: 'prisma' })).toEqual(expected)
    expect(paths({ tool: 'prisma', dir: 'prisma' })).toEqual(expected)
  })

  test('refuses a folder without migration and migrations for another database', () => {
    mkdirSync(join(project, 'prisma/migrations/1_a'), { recursive: true })
    expect(failure({ tool: 'prisma' }).message).toBe('prisma/migrations/1_a/migration.sql is missing')
    put('prisma/migrations/migration_lock.toml', 'provider = "mysql"')
    expect(failure({ tool: 'prisma' })).toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('plain SQL', () => {
  test('a folder is run in natural order, not what lies deeper', () => {
    write('sql/10_c.sql', 'sql/9_b.sql', 'sql/009_a.sql', 'sql/deeper/1.sql', 'sql/notes.md')
    expect(paths({ tool: 'sql', dir: 'sql' })).toEqual(['sql/009_a.sql', 'sql/9_b.sql', 'sql/10_c.sql'])
  })

  test('a list keeps its order, a glob is in natural order, a file is run once', () => {
    write('schema.sql', 'm/10.sql', 'm/9.sql', '../outside.sql', 'odd [1].sql')
    expect(paths({ sql: ['schema.sql', 'odd [1].sql', 'm/*.sql', 'm/9.sql', '../outside.sql'] })).toEqual([
      'schema.sql',
      'odd [1].sql',
      'm/9.sql',
      'm/10.sql',
      '../outside.sql',
    ])
  })

  test('what undoes a migration is not run', () => {
    write('m/1_x.up.sql', 'm/1_x.down.sql')
    put('m/2_y.sql', '-- migrate:up\nselect 1;\n-- migrate:down\nselect 2;')
    const source = find({ sql: ['m/*.sql'] })
    expect(source.files.map(({ path, text }) => [path, text])).toEqual([
      ['m/1_x.up.sql', 'select 1;\n'],
      ['m/2_y.sql', '-- migrate:up\nselect 1;\n'],
    ])
    expect(source.notes).toEqual([
      'm/1_x.down.sql is not run: it undoes another',
      'm/2_y.sql: only its up part is run',
    ])
  })

  test('a name that matches nothing is an error that names the nearest file', () => {
    write('db/schema.sql')
    expect(failure({ sql: ['schema.sql'] })).toMatchObject({
      code: 'SOURCES_NOT_FOUND',
      message: `schema.sql matches no file in ${project}`,
      hint: 'Did you mean "db/schema.sql"?',
    })
    expect(failure({ sql: ['db'] }).hint).toBe('It is a folder: write "db/*.sql".')
  })
})

describe('files', () => {
  test('have their byte order mark taken off and their line ends left alone', () => {
    put('a.sql', '\uFEFFselect 1;\r\n')
    expect(find({ sql: ['a.sql'] }).files[0]?.text).toBe('select 1;\r\n')
  })

  test('that are empty are noted, that are not UTF-8 are an error', () => {
    put('empty.sql', ' \n')
    expect(find({ sql: ['empty.sql'] }).notes).toEqual(['empty.sql is empty'])
    put('latin.sql', Buffer.from([0x2d, 0x2d, 0xe9]))
    expect(failure({ sql: ['latin.sql'] }).message).toBe('latin.sql is not UTF-8 text')
  })

  test('with a mark in a comment are never run in a transaction', () => {
    put('a.sql', '-- +goose NO TRANSACTION\nselect 1;')
    put('b.sql', "select '\n-- no-transaction';")
    expect(find({ sql: ['a.sql', 'b.sql'] }).files.map(({ transaction }) => transaction)).toEqual([
      'never',
      'auto',
    ])
  })

  test('have another digest when what they include has changed', () => {
    put('a.sql', '\\ir b.sql\n')
    put('b.sql', 'select 1;\n\\i a.sql')
    const before = find({ sql: ['a.sql'] }).files[0]?.sha256
    put('b.sql', 'select 2;')
    expect(find({ sql: ['a.sql'] }).files[0]?.sha256).not.toBe(before)
  })
})

test.each<[SourceConfig, string]>([
  [{ tool: 'supabase' }, 'supabase/migrations/<number>_<name>.sql or supabase/schemas/**/*.sql'],
  [{ tool: 'sqitch' }, 'sqitch.plan'],
  [{ tool: 'goose', dir: 'db' }, 'db/<number>_<name>.sql'],
  [{ tool: 'drizzle' }, 'drizzle/meta/_journal.json or drizzle/*/migration.sql'],
  [{ tool: 'prisma' }, 'prisma/migrations/*/migration.sql'],
  [{ tool: 'sql', dir: 'x' }, 'x/*.sql'],
])('nothing found says where was looked: %j', (config, places) => {
  const error = failure(config)
  expect(error).toMatchObject({
    code: 'SOURCES_NOT_FOUND',
    message: `no migration found in ${places} of ${project}`,
  })
  expect(error.hint).toContain('rls.config.ts')
})

test('no sources at all is an error', () => {
  expect(() => findSources(project, [])).toThrow('no migrations are declared')
})

function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(project, path)), { recursive: true })
  writeFileSync(join(project, path), content)
}

function write(...files: readonly string[]): void {
  for (const path of files) put(path, 'select 1;\n')
}

function find(config: SourceConfig): Source {
  const [source] = findSources(project, [config])
  if (!source) throw new Error('no source')
  return source
}

function paths(config: SourceConfig): readonly string[] {
  return find(config).files.map(({ path }) => path)
}

function failure(config: SourceConfig): HarnessError {
  try {
    find(config)
  } catch (error) {
    if (error instanceof HarnessError) return error
    throw error
  }
  throw new Error('it did not fail')
}
