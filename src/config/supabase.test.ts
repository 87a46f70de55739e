import { expect, test } from 'vitest'
import { HarnessError } from '../errors.ts'
import { parseSupabaseFile } from './supabase.ts'

const parse = (text: string, environment = {}) => parseSupabaseFile(text, 'supabase/config.toml', environment)

function complaint(text: string): string {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof HarnessError) return error.message
  }
  throw new Error('the file was accepted')
}

test('what changes a verdict is read, the rest is left alone', () => {
  const text = `
project_id = "x"
[api]
schemas = ["public", "api"]
extra_search_path = ["public", "extensions"]
auto_expose_new_tables = false
[db]
major_version = 15
[db.seed]
sql_paths = ["./seed.sql"]
`
  expect(parse(text)).toEqual({
    path: 'supabase/config.toml',
    settings: {
      exposedSchemas: ['public', 'api'],
      extraSearchPath: ['public', 'extensions'],
      autoExposeNewTables: false,
    },
    majorVersion: 15,
  })
})

test('an empty file sets nothing', () => {
  expect(parse('')).toEqual({ path: 'supabase/config.toml', settings: {} })
})

test('env(X) stands for a variable, set or not', () => {
  const text = '[api]\nauto_expose_new_tables = "env(EXPOSE)"\n'
  expect(parse(text, { EXPOSE: 'true' }).settings.autoExposeNewTables).toBe(true)
  expect(parse(text).settings.autoExposeNewTables).toBeUndefined()
})

test('broken TOML is reported with line and column', () => {
  expect(complaint('[api]\nschemas = [\n')).toMatch(/^supabase\/config\.toml:\d+:\d+: /)
  expect(complaint('[api]\nschemas = = 3\n')).toMatch(/^supabase\/config\.toml:2:\d+: /)
})

test('a value of the wrong type names its key', () => {
  expect(complaint('[api]\nschemas = "public"')).toBe(
    'supabase/config.toml: api.schemas: expected a list of names',
  )
  expect(complaint('[api]\nauto_expose_new_tables = 3')).toContain(
    'api.auto_expose_new_tables: expected true',
  )
  expect(complaint('[db]\nmajor_version = "x"')).toContain('db.major_version: expected a whole number')
  expect(complaint('api = 3')).toContain('api: expected a table')
})

test('buckets are read with their limits, in bytes', () => {
  const text = `
[storage.buckets.avatars]
public = true
file_size_limit = "5MiB"
allowed_mime_types = ["image/png"]
[storage.buckets.drafts]
`
  expect(parse(text).settings.buckets).toEqual({
    avatars: { public: true, fileSizeLimit: 5_242_880, allowedMimeTypes: ['image/png'] },
    drafts: { public: false, fileSizeLimit: null, allowedMimeTypes: null },
  })
})

test('a size that is none names its key', () => {
  expect(complaint('[storage.buckets.avatars]\nfile_size_limit = "big"')).toBe(
    'supabase/config.toml: storage.buckets.avatars.file_size_limit: expected a size such as "50MiB"',
  )
})
