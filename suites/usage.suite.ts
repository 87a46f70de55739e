import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../src/config/load.ts'
import type { Place, UsageReport } from '../src/domain/usage.ts'
import { inspect } from '../src/inspect.ts'
import type { InspectOptions } from '../src/inspect.ts'

const root = fileURLToPath(new URL('../fixtures/usage/', import.meta.url))
const applications = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

async function usageOf(dir: string, options: InspectOptions = {}): Promise<UsageReport> {
  const config = await loadConfig({ cwd: dir, environment: {}, flags: {} })
  const { signal } = new AbortController()
  return inspect(config, options, {
    environment: process.env,
    signal,
    progress: () => {},
    today: '2026-01-15',
  })
}

const placesOf = (places: readonly Place[]): readonly string[] =>
  places.map(({ file, line, column }) => `${file}:${line}:${column}`)

/** What is compared: what is missing or untested, what was meant, and where. */
const judged = ({ missing, untested, dynamic, unread }: UsageReport): object => ({
  missing: missing.map(({ kind, name, nearest, places }) => ({
    kind,
    name,
    ...(nearest === undefined ? {} : { nearest }),
    places: placesOf(places),
  })),
  untested: untested.map(({ kind, name }) => `${kind} ${name}`),
  dynamic: placesOf(dynamic.map(({ place }) => place)),
  unread,
})

describe.each(applications)('%s', (name) => {
  test('uses exactly the names that are expected to be missing or untested', async () => {
    const expected: unknown = JSON.parse(readFileSync(`${root}${name}/expected.json`, 'utf8'))
    expect(judged(await usageOf(root + name))).toEqual(expected)
  })
})

test('a repaired application misses nothing', () => {
  const repaired = applications.filter((name) => name.endsWith('-repaired'))
  expect(repaired.map((name) => name.replace('-repaired', ''))).toEqual(
    applications.filter((name) => !repaired.includes(name)),
  )
  for (const name of repaired) {
    const expected: unknown = JSON.parse(readFileSync(`${root}${name}/expected.json`, 'utf8'))
    expect(expected).toHaveProperty('missing', [])
  }
})

describe('a schema of every kind of name', () => {
  let dir = ''
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'rls-usage-'))
    writeFileSync(join(dir, 'rls.config.json'), JSON.stringify({ migrations: [{ sql: ['schema.sql'] }] }))
    writeFileSync(join(dir, 'schema.sql'), SCHEMA)
  })
  afterAll(() => rmSync(dir, { recursive: true }))

  const missing = async (...statements: readonly string[]): Promise<readonly string[]> => {
    const client = `import { createClient } from '@supabase/supabase-js'\nconst db = createClient('', '')\n`
    writeFileSync(join(dir, 'app.ts'), client + statements.join('\n'))
    const report = join(dir, 'report.txt')
    const empty = {
      relations: [],
      functions: [],
      coverage: { untested: [] },
      probes: { columns: [], rows: [] },
    }
    writeFileSync(report, JSON.stringify({ schemaVersion: 1, ...empty }))
    const found = await usageOf(dir, { reportFile: report })
    return found.missing.map(({ kind, name }) => `${kind} ${name}`)
  }

  test('computed columns, foreign keys by column or name, joining tables and their aliases are there', async () => {
    expect(
      await missing(
        `db.from('posts').select('id, short, writer:author_id(name), posts_author_id_fkey(name), tags(label)')`,
        `db.from('posts').select('id, author:people!author_id(name)').eq('author.name', 'x').not('author', 'is', null)`,
        `db.from('people').select('name, posts(count), posts_author_id_fkey(title)').order('posts(title)')`,
        `db.from('posts').select('data->a->>b, n:data->>c, total:id.count(), ...people(name)').eq('data->>a', 1)`,
        `db.from('post_titles').select('title, people(name)')`,
        `db.schema('api').from('stats').select('n')`,
      ),
    ).toEqual([])
  })

  test('what cannot be embedded, is in another schema or is no relation is named', async () => {
    expect(
      await missing(
        `db.from('people').select('name, tags(label), comments(id), user_id(email)')`,
        `db.from('posts').select('id, writer:people!author_id(nme)').eq('writer.nam', 1)`,
        `db.from('stats').select('n')`,
        `db.from('short').select('*')`,
      ),
    ).toEqual([
      'relation public.comments',
      'relation public.short',
      'relation public.stats',
      'relationship public.people → auth.users',
      'relationship public.people → public.tags',
      'column public.people.nam',
      'column public.people.nme',
    ])
  })

  test('functions are told apart by their arguments', async () => {
    expect(
      await missing(
        `db.rpc('add', { a: 1, b: 2 }); db.rpc('add', { a: 1 }); db.rpc('add', { a: 'x', c: 1 })`,
        `db.rpc('any', { whatever: 1 }); db.rpc('add', { ...given, a: 1 })`,
      ),
    ).toEqual([])
    expect(
      await missing(
        `db.rpc('add', { b: 2 }); db.rpc('add', { a: 1, d: 1 }); db.rpc('ad'); db.rpc('stamp')`,
        `db.rpc('add', { ...given, e: 1 })`,
      ),
    ).toEqual([
      'function public.ad',
      'function public.stamp',
      'arguments public.add',
      'arguments public.add',
      'arguments public.add',
    ])
  })

  test('a bucket that the application makes itself is there', async () => {
    expect(await missing(`db.storage.createBucket('mine'); db.storage.from('mine').list()`)).toEqual([])
    expect(await missing(`db.storage.from('files').list(); db.storage.from('Files').list()`)).toEqual([
      'bucket Files',
    ])
  })
})

const SCHEMA = `
create table public.people (
  id uuid primary key, user_id uuid references auth.users (id), name text
);
create table public.posts (
  id uuid primary key, author_id uuid references public.people (id), title text, data jsonb
);
create table public.tags (id uuid primary key, label text);
create table public.post_tags (
  post_id uuid references public.posts (id), tag_id uuid references public.tags (id), primary key (post_id, tag_id)
);
create view public.post_titles as select id, title, author_id from public.posts;
create schema api;
create table api.stats (n int);
create function public.short(public.posts) returns text language sql as $$ select left($1.title, 5) $$;
create function public.add(a int, b int default 0) returns int language sql as $$ select a + b $$;
create function public.add(a text, c int) returns int language sql as $$ select c $$;
create function public.any(jsonb) returns int language sql as $$ select 1 $$;
create function public.stamp() returns trigger language plpgsql as $$ begin return new; end $$;
insert into storage.buckets (id, name) values ('files', 'files');
`
