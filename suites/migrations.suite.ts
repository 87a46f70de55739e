import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Connection } from '../src/database/connection.ts'
import type { Server } from '../src/domain/server.ts'
import type { AppliedFile, MigrationFile } from '../src/domain/source.ts'
import { startServer } from '../src/engine/choose.ts'
import { HarnessError } from '../src/errors.ts'
import { applySources, type ApplyOptions } from '../src/migrations/apply.ts'
import { nothingPassed, type Passed } from '../src/migrations/lenient.ts'
import { installBlame, recordBlame, removeBlame } from '../src/migrations/blame.ts'
import { stubScript } from '../src/platform/install.ts'

let server: Server
let connection: Connection
let projectDir: string
let databases = 0

beforeAll(async () => {
  projectDir = await mkdtemp(join(tmpdir(), 'rls-migrations-'))
  server = await startServer({
    database: { version: 17, allowExternal: false, keep: false, cache: true },
    projectDir: process.cwd(),
    environment: process.env,
  })
  await using admin = await Connection.open(server.target)
  await admin.run('create role builder; create role anon; grant anon to builder')
})

beforeEach(async () => {
  databases += 1
  const database = `migrations_${databases}`
  await using admin = await Connection.open(server.target)
  await admin.run(`create database ${database}`)
  connection = await Connection.open({ ...server.target, database })
  await connection.run(
    'grant create on database ' + database + ' to builder; grant all on schema public to builder',
  )
  return () => connection.close()
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(projectDir, { recursive: true })
})

describe('what runs', () => {
  test('a file runs in one transaction, without notes', async () => {
    const files = await apply(
      "create table t (a int);\nset local rls.x = 1;\nlock table t;\ninsert into t values (current_setting('rls.x')::int);",
    )
    expect(files).toMatchObject([{ path: 'm/0001.sql', notes: [] }])
    expect(await rows('select a from t')).toEqual([{ a: 1 }])
  })

  test('settings and roles of a file end with it', async () => {
    await apply("set search_path = ''; set role anon;", 'create table t (); reset role;')
    expect(await rows("select relowner::regrole::text as owner from pg_class where relname = 't'")).toEqual([
      { owner: 'builder' },
    ])
    expect(
      await rows('select session_user <> current_user as differ, current_user <> $1 as super', ['builder']),
    ).toEqual([{ differ: false, super: true }])
  })

  test.each([
    [
      '25001',
      'select 1; do $$ begin end $$; reindex (concurrently) table pg_temp_none;',
      'create table pg_temp_none ();',
    ],
    [
      '55P04',
      "alter type mood add value 'new'; create table u (m mood default 'new');",
      "create type mood as enum ('a');",
    ],
    ['2D000', 'do $$ begin commit; end $$;', 'select 1;'],
  ])('after %s a file runs again outside a transaction and says so', async (sqlstate, script, before) => {
    const [, file] = await apply(before, script)
    expect(file?.notes).toEqual([
      expect.stringContaining(`m/0002.sql ran outside a transaction (${sqlstate}: `),
    ])
  })

  test('what cannot be in a transaction makes the file run outside of one', async () => {
    const [file] = await apply('create table t (a int);\ncreate index concurrently i on t (a);\nvacuum t;')
    expect(file?.notes).toEqual([
      'm/0001.sql ran outside a transaction: create index at line 2 cannot run inside one',
    ])
  })

  test('a file with its own transactions keeps them', async () => {
    const [file] = await apply(
      'begin; create table t (a int); savepoint s; insert into t values (1); rollback to s; commit; create table u ();',
    )
    expect(file?.notes).toEqual([])
    expect(await rows('select count(*) from t')).toEqual([{ count: 0 }])
  })

  test('a transaction that is never ended is an error', async () => {
    await expect(apply('select 1;\nbegin;\ncreate table t ();')).rejects.toThrow(
      'm/0001.sql:2: the file begins a transaction and never ends it',
    )
  })

  test('data of COPY goes in, as in a dump', async () => {
    await apply(
      'create table t (a int, b text);\ncopy t (a, b) from stdin;\n1\tx;y\n2\t\\N\n\\.\n\nselect 1;',
    )
    expect(await rows('select a, b from t order by a')).toEqual([
      { a: 1, b: 'x;y' },
      { a: 2, b: null },
    ])
  })

  test('files are included and variables put in', async () => {
    await writeFile(
      join(projectDir, 'included.sql'),
      "insert into :table values (:'text', 1::text, (array[1,2])[1:2]::text);",
    )
    await apply(
      "\\set ON_ERROR_STOP on\n\\set table 't'\n\\set text 'it''s'\ncreate table :\"table\" (a text, b text, c text);\n\\ir ../included.sql\n",
    )
    expect(await rows('select * from t')).toEqual([{ a: "it's", b: '1', c: '{1,2}' }])
  })
})

describe('what needs more rights', () => {
  test("runs as the superuser, is noted, and what it creates is the role's", async () => {
    await connection.run('create schema closed; create table closed.t (a int)')
    const [file] = await apply(
      'create table mine (a int);\ncreate function closed.f() returns int language sql as $$ select 1 $$;\ncreate table closed.u (id serial primary key);\nalter table closed.t enable row level security;\ninsert into mine values (1);',
    )
    expect(file?.notes).toEqual(
      [2, 3, 4].map(
        (line) => `m/0001.sql:${line}: needed more rights than role builder has: ran as superuser`,
      ),
    )
    expect(
      await rows(`select proowner::regrole::text as f, (select relowner::regrole::text as u from pg_class where oid = 'closed.u'::regclass)
        from pg_proc where proname = 'f'`),
    ).toEqual([{ f: 'builder', u: 'builder' }])
    expect(await rows('select a from mine')).toEqual([{ a: 1 }])
    expect(await rows('select evtname from pg_event_trigger')).toEqual([])
  })

  test("outside a transaction and in one of the file's own, too", async () => {
    await connection.run('create schema closed')
    const files = await apply(
      'create table closed.t (a int);\nvacuum closed.t;',
      'begin;\ncreate table closed.u ();\ncommit;\nselect 1;',
    )
    expect(files.flatMap((file) => file.notes)).toHaveLength(4)
    expect(
      await rows("select relowner::regrole::text as o from pg_class where relname in ('t', 'u')"),
    ).toEqual([{ o: 'builder' }, { o: 'builder' }])
  })

  test('a setting that only a superuser may change stays for the file', async () => {
    const files = await apply(
      'create table a (id int primary key); create table b (a int references a);',
      'set session_replication_role = replica;\ninsert into b values (1);',
      'insert into a values (2); insert into b values (2);',
    )
    expect(files.map((file) => file.notes.length)).toEqual([0, 1, 0])
    expect(await rows('show session_replication_role')).toEqual([{ session_replication_role: 'origin' }])
  })

  test('without a role nothing is run twice', async () => {
    const files = await apply({ role: null }, 'create schema s; create table s.t ();')
    expect(files).toMatchObject([{ notes: [] }])
  })
})

describe('extensions', () => {
  test('one that is not there is skipped with a note, and so are remarks on it', async () => {
    const [file] = await apply(
      'create extension if not exists "no-such" with schema public version \'1.0\';\ncomment on extension "no-such" is \'x\';\ncreate table t ();',
    )
    expect(file?.notes).toEqual([
      'm/0001.sql:1: extension "no-such" is not available here: skipped; what depends on it is untested',
    ])
  })

  test('one without a schema is created although the search_path is empty, as in a dump', async () => {
    const files = await apply(
      "set search_path = '';\ncreate extension if not exists plpgsql;\ncreate extension pgcrypto;",
    )
    expect(files.flatMap((file) => file.notes)).toEqual([
      expect.stringMatching(
        /^m\/0001\.sql:3: extension "pgcrypto" (was created in another schema|is not available)/,
      ),
    ])
  })

  test('a stub stands in for one that the server cannot see, as an extension like any other', async () => {
    const [file] = await apply(
      { standIn: stubScript },
      "create schema kept; set search_path = public;\ncreate extension vector with schema kept version '9';\ncreate table t (e kept.vector(3));\n" +
        "insert into t values ('[1,2,3]');\ncreate extension if not exists vector;\ncreate table u ();\n" +
        "alter extension vector update to '10';\ncomment on extension vector is 'x';",
    )
    expect(file?.notes.map((note) => note.replace(/^.*?:(\d+): (\w+).*$/, '$1 $2'))).toEqual([
      '7 skipped',
      '8 needed',
    ])
    expect(
      await rows(`
        select extnamespace::regnamespace::text as schema, (select relowner::regrole::text from pg_class where relname = 'u') as owner,
          (select count(*)::int from pg_depend where refobjid = e.oid and deptype = 'e') > 50 as full
        from pg_extension e where extname = 'vector'
      `),
    ).toEqual([{ schema: 'kept', owner: 'builder', full: true }])
  })

  test('version and schema give way', async () => {
    const [file] = await apply(
      "create extension if not exists plpgsql version '0.1';\ncreate extension plpgsql;\ncreate extension pgcrypto schema nowhere;",
    )
    expect(file?.notes.map((note) => note.replace(/^.*?: /, ''))).toEqual([
      'extension "plpgsql" was there already',
      expect.stringMatching(/^extension "pgcrypto" (was created in another schema|is not available)/),
    ])
  })
})

describe('what fails', () => {
  test('names file, line and column, shows the line, and says what to do', async () => {
    const error = await failure(
      'create table t (a int);\n',
      "-- é😀\ncreate view v as\n  select '😀', auth.uid() from t;",
    )
    expect(error.code).toBe('MIGRATION_FAILED')
    expect(error.message).toBe(
      [
        'm/0002.sql:3: schema "auth" does not exist (3F000)',
        "   3 |   select '😀', auth.uid() from t;",
        `     | ${' '.repeat(15)}^`,
      ].join('\n'),
    )
    expect(error.hint).toContain("platform: 'supabase'")
  })

  test('in a policy, for which the server gives no position, points at the name it complains of', async () => {
    const error = await failure(
      'create table t (a int);\ncreate policy p on t -- auth\n  using (auth.uid() is null);',
    )
    expect(error.message).toContain(
      'm/0001.sql:3: schema "auth" does not exist (3F000)\n   3 |   using (auth.uid()',
    )
  })

  test('without any position stands at the first line of its statement', async () => {
    const error = await failure('select 1;\n\ndrop table\n missing;')
    expect(error.message).toBe('m/0001.sql:3: table "missing" does not exist (42P01)\n   3 | drop table')
  })

  test('a role that the files may not take on is not taken on as the superuser', async () => {
    const error = await failure('set role pg_monitor;')
    expect(error.message).toMatch(/^m\/0001\.sql:1: .*\(42501\)/)
  })

  test("is undone with its file; the session is the superuser's again", async () => {
    await failure('create table t ();\nselect * from missing;')
    expect(await rows("select to_regclass('t') as t, current_setting('role') as role")).toEqual([
      { t: null, role: 'none' },
    ])
  })

  test('at the commit is blamed on the file', async () => {
    const error = await failure(
      'create table t (a int primary key, b int references t deferrable initially deferred);\ninsert into t values (1, 2);',
    )
    expect(error.message).toMatch(
      /^m\/0001\.sql: insert or update on table "t" .*\(23503\), when its transaction/,
    )
  })

  test.each([
    ['create database x;', 'create database is not run'],
    ['select 1;\nalter system set work_mem = 1;', 'm/0001.sql:2: alter system is not run'],
    ["copy t from program 'id';", 'starts a program'],
    ["copy t to '/tmp/x';", 'files of the server'],
    ['\\! id', 'm/0001.sql:1: \\! is a command of psql that the harness does not follow'],
    ['\\i ../../etc/x.sql', 'lies outside of the project'],
    ['\\ir missing.sql', 'm/missing.sql does not exist'],
    ['\\ir 0001.sql', 'does not exist'],
    ['\\set x `id`', 'never run'],
    ['\\c other', 'a single throw-away one'],
    ['select 1 \\gset', 'middle of a statement'],
  ])('%s is refused', async (script, message) => {
    await expect(apply(script)).rejects.toThrow(message)
  })
})

test('blame ties tables, policies and grants to their lines, also from a DO block', async () => {
  await installBlame(connection)
  await apply(
    { record: recordBlame },
    "create table t (a int);\n\ncreate policy p on t using (true);\ndo $$ begin\n  execute 'grant select on t to anon';\n  create view v as select 1;\nend $$;",
    'create index concurrently i on t (a);\nalter policy p on t using (false);',
  )
  const blame = await removeBlame(connection)
  expect(
    blame.map(({ file, line, tag, objectType, identity }) => [`${file}:${line}`, tag, objectType, identity]),
  ).toEqual([
    ['m/0001.sql:1', 'CREATE TABLE', 'table', 'public.t'],
    ['m/0001.sql:3', 'CREATE POLICY', 'policy', 'p on public.t'],
    ['m/0001.sql:4', 'GRANT', 'TABLE', null],
    ['m/0001.sql:4', 'CREATE VIEW', 'view', 'public.v'],
    ['m/0002.sql:1', 'CREATE INDEX', 'index', 'public.i'],
    ['m/0002.sql:2', 'ALTER POLICY', 'policy', 'p on public.t'],
  ])
  expect(await rows("select from pg_namespace where nspname = 'rls_harness'")).toEqual([])
})

test('a file that was run again outside a transaction is blamed once', async () => {
  await installBlame(connection)
  await apply(
    { record: recordBlame },
    "create type m as enum ('a');",
    "alter type m add value 'b';\ncreate table t (a m default 'b');",
  )
  const tables = (await removeBlame(connection)).filter(({ file }) => file === 'm/0002.sql')
  expect(tables.map(({ line, tag }) => [line, tag])).toEqual([
    [1, 'ALTER TYPE'],
    [2, 'CREATE TABLE'],
  ])
})

describe('a schema file', () => {
  const DUMP = `-- PostgreSQL database dump
create schema auth;
create table auth.users (id int);
alter table auth.users add constraint users_pkey primary key (id);
create function auth.uid() returns int language sql as $$ select 2 $$;
create event trigger e on ddl_command_end execute function auth.nothing();
create table public.notes (id int);
copy public.notes (id) from stdin;
1
\\.
create policy own on public.notes using (id = auth.uid());`

  test('may make what the platform has; data stay out', async () => {
    await connection.run(
      'create schema auth; grant usage on schema auth to public; create table auth.users (id int primary key); create function auth.uid() returns int language sql as $$ select 1 $$',
    )
    const [file] = await apply({ file: 'schema', platformSchemas: ['auth'] }, DUMP)
    expect(file?.notes).toEqual([
      '5 of its statements make what the platform has already: left out',
      'the data of 1 table: left out, only the schema counts',
    ])
    expect(await rows('select auth.uid(), (select count(*)::int from public.notes) as notes')).toEqual([
      { uid: 1, notes: 0 },
    ])
  })

  test('must be right about what is its own', async () => {
    await connection.run('create schema auth; create table auth.users (id int)')
    await expect(
      apply(
        { file: 'schema', platformSchemas: ['auth'] },
        'create trigger t after insert on auth.users execute function public.none();',
      ),
    ).rejects.toThrow('function public.none() does not exist')
  })

  test('hooks before all others run as the superuser', async () => {
    const [file] = await apply({ file: 'before' }, 'create role hooked; drop role hooked; create table t ();')
    expect(file?.notes).toEqual([])
    expect(
      await rows("select relowner::regrole = session_user::regrole as own from pg_class where relname = 't'"),
    ).toEqual([{ own: true }])
  })
})

describe('behind statements that fail', () => {
  test('everything else of a file runs, and the rest of the files', async () => {
    await connection.run('create schema closed')
    const passed = await leniently(
      `create table t (a int);
insert into none values (1);
selec 1;
create table closed.t (a nowhere);
create policy p on t using (b);
insert into t values (1);`,
      'insert into t values (2);',
    )
    expect(said(passed)).toEqual([
      'm/0001.sql:2 42P01',
      'm/0001.sql:3 42601',
      'm/0001.sql:4 42704',
      'm/0001.sql:5 42703',
    ])
    expect(passed.failed.at(-1)).toMatchObject({
      statement: 'create policy p on t using (b);',
      about: { relations: [{ schema: null, name: 't' }] },
    })
    expect(await rows('select a from t')).toEqual([{ a: 1 }, { a: 2 }])
    expect(await rows('select evtname from pg_event_trigger')).toEqual([])
  })

  test('in a transaction of its own, too', async () => {
    const passed = await leniently(
      'begin; create table t (a int); insert into none values (1); rollback to s; selec 1; insert into t values (1); commit; create table u ();',
    )
    expect(said(passed)).toEqual(['m/0001.sql:1 42P01', 'm/0001.sql:1 3B001', 'm/0001.sql:1 42601'])
    expect(await rows('select a, (select count(*)::int from u) as u from t')).toEqual([{ a: 1, u: 0 }])
  })

  test('a commit that fails has undone what stands before it', async () => {
    const deferred =
      'create table u (id int primary key); create table t (a int references u deferrable initially deferred);'
    const passed = await leniently(
      deferred,
      'begin; create policy p on t using (true); insert into t values (1); commit; insert into u values (2);',
      'insert into t values (1); insert into u values (3);',
    )
    expect(said(passed)).toEqual(['m/0002.sql:1 23503', 'm/0003.sql:1 23503'])
    expect(passed.failed[0]?.about.relations).toEqual([{ schema: null, name: 't' }])
    expect(await rows('select id from u order by id')).toEqual([{ id: 2 }, { id: 3 }])
    expect(await rows('select from pg_policy')).toEqual([])
  })

  test('what the harness never runs, and lines of psql that it does not follow, are told', async () => {
    const passed = await leniently(
      "create database x;\n\\copy t from 'x'\n\\i missing.sql\ncreate table t ();\nbegin;\ncreate table u ();",
    )
    expect(said(passed)).toEqual([
      'm/0001.sql:2 null',
      'm/0001.sql:3 null',
      'm/0001.sql:1 null',
      'm/0001.sql:5 null',
    ])
    expect(passed.failed.map(({ about }) => about.everything)).toEqual([false, true, false, false])
    expect(passed.failed.at(-1)?.about.relations).toEqual([{ schema: null, name: 'u' }])
    expect(await rows("select to_regclass('t') is null as t, to_regclass('u') is null as u")).toEqual([
      { t: false, u: true },
    ])
  })

  test('what is refused because it ran before changes nothing', async () => {
    const passed = await leniently(
      'create table t (a int); -- once\ncreate table u ();',
      'create  table t (a int);\ncreate table u (a int);',
    )
    expect(passed.failed.map(({ sqlstate, about }) => [sqlstate, about.relations.length])).toEqual([
      ['42P07', 0],
      ['42P07', 1],
    ])
  })

  async function leniently(...scripts: readonly string[]): Promise<Passed> {
    const passed = nothingPassed()
    await apply({ passed }, ...scripts)
    return passed
  }

  const said = ({ failed }: Passed): readonly string[] =>
    failed.map(({ file, line, sqlstate }) => `${file}:${line} ${sqlstate}`)
})

/** Runs the scripts as files of one source, as role builder unless told otherwise. */
async function apply(
  first: string | (Partial<ApplyOptions> & { readonly file?: MigrationFile['role'] }),
  ...rest: readonly string[]
): Promise<readonly AppliedFile[]> {
  const { file: role = 'migration', ...options } = typeof first === 'string' ? {} : first
  const scripts = typeof first === 'string' ? [first, ...rest] : rest
  const files = scripts.map((text, index): MigrationFile => {
    return { path: `m/000${index + 1}.sql`, text, sha256: '', transaction: 'auto', role }
  })
  const source = { tool: 'sql', files, notes: [] }
  const [applied] = await applySources(connection, [source], { projectDir, role: 'builder', ...options })
  return applied?.files ?? []
}

async function failure(...scripts: readonly [string, ...string[]]): Promise<HarnessError> {
  const error: unknown = await apply(...scripts).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (error instanceof HarnessError) return error
  throw error
}

function rows(text: string, values: readonly unknown[] = []): Promise<readonly unknown[]> {
  return connection.rows(text, values)
}
