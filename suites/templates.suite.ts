import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { traitsOf } from '../src/catalog/traits.ts'
import { loadConfig } from '../src/config/load.ts'
import { Connection } from '../src/database/connection.ts'
import { prepare } from '../src/prepare.ts'

const root = fileURLToPath(new URL('../fixtures/', import.meta.url))
const { signal } = new AbortController()
let base: string
let environment: Readonly<Record<string, string | undefined>>

beforeAll(() => {
  base = fs.mkdtempSync(join(tmpdir(), 'templates-'))
  environment = { ...process.env, RLS_CACHE_DIR: join(base, 'cache') }
})
afterAll(() => fs.rmSync(base, { recursive: true, force: true }))

const snapshots = (): readonly string[] =>
  fs.readdirSync(join(base, 'cache')).filter((name) => name.startsWith('snapshot-'))

const context = { environment: {}, signal, onProgress: () => {}, progress: () => {}, today: '2026-01-15' }
const configOf = (dir: string) => loadConfig({ cwd: dir, environment: {}, flags: {} })

/** What a run would find, and how many files did not have to run for it. */
async function look(dir: string, cache: boolean) {
  const config = await configOf(dir)
  await using prepared = await prepare(
    { ...config, database: { ...config.database, cache } },
    { ...context, environment },
  )
  await using connection = await Connection.open(prepared.target)
  const traits = await traitsOf(connection)
  const { sources, definitions, reused } = prepared
  // what one statement does in a loop comes in no particular order
  const places = definitions
    .map(({ classId: _class, objectId: _object, ...place }) => JSON.stringify(place))
    .sort()
  return { reused, database: { traits, sources, places } }
}

/** Changes a project step by step: each time what was kept is used as far as it goes, and makes no difference. */
async function follow(dir: string, steps: readonly Step[]): Promise<void> {
  for (const [title, change, expected, compared = true] of steps) {
    change(dir)
    const { reused, database } = await look(dir, true)
    expect(reused, title).toBe(expected)
    if (compared) expect(database, title).toEqual((await look(dir, false)).database)
  }
}

type Step = readonly [title: string, change: (dir: string) => void, reused: number, compared?: false]

const write = (name: string, text: string) => (dir: string) => {
  fs.mkdirSync(dirname(join(dir, name)), { recursive: true })
  fs.writeFileSync(join(dir, name), text)
}
const append = (name: string, text: string) => (dir: string) =>
  fs.appendFileSync(join(dir, name), `\n${text}\n`)
const rename = (from: string, to: string) => (dir: string) => fs.renameSync(join(dir, from), join(dir, to))
const remove = (name: string) => (dir: string) => fs.rmSync(join(dir, name))

test('each kind of change starts behind the files that are as they were, and comes out as from scratch', async () => {
  const dir = join(base, 'newsroom')
  fs.cpSync(join(root, 'directed'), dir, { recursive: true })
  const at = 'supabase/migrations'
  await follow(dir, [
    ['nothing was kept', () => {}, 0, false],
    ['nothing changed', () => {}, 5, false],
    [
      'a file is appended',
      write(`${at}/20260301000000_more.sql`, 'create table public.more (id int primary key);'),
      5,
    ],
    [
      'the last file is edited',
      append(`${at}/20260301000000_more.sql`, 'alter table public.more enable row level security;'),
      5,
    ],
    ['a seed comes behind', write('supabase/seed.sql', 'insert into public.more values (1);'), 6],
    ['a file in the middle is edited', append(`${at}/20260126110000_newsroom_work.sql`, '-- remark'), 0],
    ['it is edited again', append(`${at}/20260126110000_newsroom_work.sql`, '-- more of it'), 3],
    ['a file is renamed', rename(`${at}/20260301000000_more.sql`, `${at}/20260301000001_more.sql`), 3],
    ['and once more', rename(`${at}/20260301000001_more.sql`, `${at}/20260301000002_more.sql`), 5],
    [
      'it is deleted, with the seed',
      (it) => (remove('supabase/seed.sql')(it), remove(`${at}/20260301000002_more.sql`)(it)),
      5,
    ],
    ['roles come before everything', write('supabase/roles.sql', 'create role reporter;'), 0],
  ])
})

test('what a file left behind in its session is there for the next one', async () => {
  const dir = join(base, 'sessions')
  const at = (name: string) => `migrations/${name}.sql`
  write('rls.config.json', '{"platform": "none"}')(dir)
  await follow(dir, [
    [
      'a temporary table',
      (it) => {
        write(
          at('1_make'),
          'create temporary table t as select 7 as n; create table public.kept (n int);',
        )(it)
        write(at('2_use'), 'insert into public.kept select n from t;')(it)
      },
      0,
      false,
    ],
    ['is used again', append(at('2_use'), 'insert into public.kept select n + 1 from t;'), 0],
    [
      'the value of a sequence',
      (it) => {
        write(
          at('1_make'),
          "create table public.kept (n int); create sequence public.s; select nextval('public.s');",
        )(it)
        write(at('2_use'), "insert into public.kept select currval('public.s');")(it)
      },
      0,
      false,
    ],
    ['is used again', append(at('2_use'), "insert into public.kept select 10 + currval('public.s');"), 0],
    [
      'and again, from what was kept',
      append(at('2_use'), "insert into public.kept select 20 + currval('public.s');"),
      0,
    ],
    [
      'a setting of the database',
      (it) => {
        write(
          at('1_make'),
          "create table public.kept (t text); alter database postgres set app.word = 'later';",
        )(it)
        write(
          at('2_use'),
          "insert into public.kept select coalesce(current_setting('app.word', true), 'unset');",
        )(it)
      },
      0,
      false,
    ],
    ['is used again', append(at('2_use'), '-- remark'), 0],
    [
      'an event trigger',
      (it) => {
        write(
          at('1_make'),
          `create table public.log (tag text);
        create function public.note() returns event_trigger language plpgsql as
          $$ begin insert into public.log values (tg_tag); end $$;
        create event trigger noting on ddl_command_end execute function public.note();`,
        )(it)
        write(at('2_use'), 'create table public.kept (n int);')(it)
      },
      0,
      false,
    ],
    ['fires for the project alone', append(at('2_use'), 'create table public.more (n int);'), 0],
    [
      'an extension that is not there',
      (it) => {
        write(
          at('1_make'),
          'create extension if not exists never_heard_of; create table public.kept (n int);',
        )(it)
        write(at('2_use'), "comment on extension never_heard_of is 'nothing';")(it)
      },
      0,
      false,
    ],
    ['is skipped again', append(at('2_use'), '-- remark'), 0],
    ['and from what was kept', append(at('2_use'), '-- another'), 1],
    [
      'a file that needs to be outside of a transaction',
      (it) => {
        write(
          at('1_make'),
          "create type public.mood as enum ('sad'); create table public.kept (m public.mood);",
        )(it)
        write(
          at('2_use'),
          "alter type public.mood add value 'glad'; insert into public.kept values ('glad');",
        )(it)
      },
      0,
      false,
    ],
    ['says so again', append(at('3_more'), 'create table public.more (n int);'), 2],
  ])
})

test('a migration that is wrong is told alike, and what came before it is kept', async () => {
  const dir = join(base, 'broken')
  write('rls.config.json', '{"platform": "none"}')(dir)
  write('migrations/1.sql', 'create table public.a (id int primary key);')(dir)
  write('migrations/2.sql', 'select 1;')(dir)
  await look(dir, true)
  write('migrations/2.sql', 'create table public.b (id int refernces public.a);')(dir)
  const failure = await look(dir, true).then(() => undefined, String)
  expect(failure).toContain('migrations/2.sql:1')
  expect(await look(dir, false).then(() => undefined, String)).toBe(failure)
  expect(await look(dir, true).then(() => undefined, String)).toBe(failure)
  write('migrations/2.sql', 'create table public.b (id int references public.a);')(dir)
  expect((await look(dir, true)).reused).toBe(1)
})

test('of one project six snapshots are kept', async () => {
  const dir = join(base, 'many')
  write('rls.config.json', '{"platform": "none"}')(dir)
  const before = new Set(snapshots())
  write('migrations/1.sql', 'create table public.c (id int primary key);')(dir)
  for (let number = 0; number < 7; number++) {
    write('migrations/2.sql', `select ${number};`)(dir)
    await look(dir, true)
  }
  const own = snapshots().filter((name) => !before.has(name))
  expect(own).toHaveLength(6)
  const sizes = own.map((name) => fs.statSync(join(base, 'cache', name)).size / 1024 ** 2)
  expect(Math.max(...sizes)).toBeLessThan(40)
  // what is used again and again stays
  write('migrations/2.sql', 'select 99;')(dir)
  expect((await look(dir, true)).reused).toBe(1)
})
