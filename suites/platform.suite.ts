import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Connection, DatabaseError } from '../src/database/connection.ts'
import type { ConnectionTarget, Server } from '../src/domain/server.ts'
import type { Report } from '../src/domain/report.ts'
import { COMMANDS } from '../src/domain/vocabulary.ts'
import { startServer } from '../src/engine/choose.ts'
import {
  configurePlatformClone,
  EXTENSION_STUBS,
  installNeon,
  extensionDir,
  installPlain,
  installPlatform,
  PLATFORM_SCHEMAS,
  stubScript,
  type PlatformOptions,
} from '../src/platform/install.ts'
import { quoteName } from '../src/sql/quote.ts'
import { check } from './check.ts'

const projectDir = fileURLToPath(new URL('..', import.meta.url))

function start(version: 15 | 16 | 17 | 18, extensionDirs: readonly string[]): Promise<Server> {
  const database = { engine: 'embedded', version, allowExternal: false, keep: false, cache: true } as const
  return startServer({ database, projectDir, environment: process.env, extensionDirs })
}

async function createDatabase(
  server: Server,
  name: string,
  template = 'template1',
): Promise<ConnectionTarget> {
  await using admin = await Connection.open(server.target)
  await admin.run(`create database ${name} template ${template} strategy file_copy`)
  return { ...server.target, database: name }
}

async function preparedDatabase(
  server: Server,
  name: string,
  { apiPrivileges }: PlatformOptions = { apiPrivileges: 'legacy' },
): Promise<ConnectionTarget> {
  const target = await createDatabase(server, name)
  await using connection = await Connection.open(target)
  await installPlatform(connection, { apiPrivileges })
  return target
}

/** A session in which migrations run: the server allows what it allows postgres. */
async function openAsPostgres(target: ConnectionTarget): Promise<Connection> {
  const connection = await Connection.open(target)
  await connection.run('set session authorization postgres')
  return connection
}

async function sqlstateOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'no error'
  } catch (error) {
    if (error instanceof DatabaseError) return error.error.sqlstate
    throw error
  }
}

const migration = `
  create extension if not exists vector with schema extensions;
  create extension if not exists pg_cron;
  create table public.t (
    id uuid primary key default extensions.uuid_generate_v4(),
    user_id uuid references auth.users (id) on delete cascade,
    embedding extensions.vector(3)
  );
  alter table public.t enable row level security;
  create policy "own rows" on public.t using (user_id = auth.uid());
  create index on public.t using hnsw (embedding extensions.vector_cosine_ops);
  create function public.on_signup() returns trigger language plpgsql security definer set search_path = '' as $$
  begin
    insert into public.t (user_id) values (new.id);
    return new;
  end $$;
  create trigger on_signup after insert on auth.users for each row execute function public.on_signup();
  insert into storage.buckets (id, name, public) values ('avatars', 'avatars', false);
  create policy "own folder" on storage.objects for select to authenticated
    using (bucket_id = 'avatars' and (storage.foldername(name))[1] = auth.uid()::text);
  create policy "own topic" on realtime.messages for select to authenticated
    using (realtime.topic() = 'user:' || auth.uid());
  alter publication supabase_realtime add table public.t;
  create function public.announce() returns trigger language plpgsql security definer as $$
  begin
    perform realtime.broadcast_changes(
      'user:' || new.user_id, tg_op, tg_op, tg_table_name, tg_table_schema, new, old
    );
    return null;
  end $$;
  create trigger announce after update on public.t for each row execute function public.announce();
  create trigger webhook after insert on public.t
    for each row execute function supabase_functions.http_request('http://localhost', 'POST');
  create schema private;
  grant usage on schema private to authenticated;
  create role app_x;
  grant app_x to authenticator;
  grant authenticated to app_x;
  grant select on public.t to app_x;
  alter role authenticator set statement_timeout = '8s';
  alter default privileges in schema public grant select on tables to app_x;
  select cron.schedule('nightly', '0 3 * * *', 'select 1');
  select vault.create_secret('s3cret', 'key');
  select net.http_post('http://localhost', '{}'::jsonb);
  insert into auth.users (id, email, encrypted_password, raw_user_meta_data)
    values ('00000000-0000-4000-8000-000000000001', 'a@example.com', extensions.crypt('x', extensions.gen_salt('bf')), '{}');
  update public.t set embedding = '[1,2,3]';
  drop extension if exists pg_net;
`

describe.each([15, 16, 17, 18] as const)('the platform on PostgreSQL %i', (version) => {
  let server: Server

  beforeAll(async () => {
    server = await start(version, [extensionDir()])
  })

  afterAll(async () => {
    await server[Symbol.asyncDispose]()
  })

  test('several databases of a new cluster can be prepared at once', async () => {
    const targets = await Promise.all(['a', 'b', 'c'].map((name) => preparedDatabase(server, name)))
    expect(targets).toHaveLength(3)
  })

  test('migrations run as a role that is no superuser, and bypasses row security', async () => {
    await using session = await openAsPostgres(await preparedDatabase(server, 'who'))
    const [role] = await session.rows(
      `select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user`,
    )
    expect(role).toEqual({ rolsuper: false, rolbypassrls: true, rolcreaterole: true, rolcreatedb: true })
  })

  test('what migrations of Supabase projects do works without a superuser', async () => {
    await using session = await openAsPostgres(await preparedDatabase(server, 'migrated'))
    await session.run(migration)
    expect(
      await session.rows(`
        select
          (select count(*) from public.t) as rows,
          (select event from realtime.messages) as event,
          (select payload ->> 'operation' from realtime.messages) as operation,
          (select decrypted_secret from vault.decrypted_secrets) as secret,
          (select jobname from cron.job) as job,
          (select round((embedding operator(extensions.<->) '[1,2,5]')::numeric) from public.t) as distance
      `),
    ).toEqual([
      { rows: 1, event: 'UPDATE', operation: 'UPDATE', secret: 's3cret', job: 'nightly', distance: '2' },
    ])
  })

  test('a new table of postgres is open to anon under the legacy regime', async () => {
    await using session = await openAsPostgres(await preparedDatabase(server, 'legacy'))
    await session.run(
      `create table public.t (id bigserial primary key); create function public.f() returns int return 1`,
    )
    expect(
      await session.rows(`
        select has_table_privilege('anon', 'public.t', 'select, insert, update, delete, truncate') as table_open,
          has_sequence_privilege('anon', 'public.t_id_seq', 'usage') as sequence_open,
          has_function_privilege('anon', 'public.f()', 'execute') as function_open
      `),
    ).toEqual([{ table_open: true, sequence_open: true, function_open: true }])
  })

  test('under the explicit regime only functions are open, and only through PUBLIC', async () => {
    const target = await preparedDatabase(server, 'explicit', { apiPrivileges: 'explicit' })
    await using session = await openAsPostgres(target)
    await session.run(`
      create table public.t (id bigserial primary key);
      create function public.f() returns int return 1;
      create function public.g() returns int return 1;
      revoke execute on function public.g() from public;
    `)
    expect(
      await session.rows(`
        select has_table_privilege('anon', 'public.t', 'select') as table_open,
          has_sequence_privilege('service_role', 'public.t_id_seq', 'usage') as sequence_open,
          has_function_privilege('anon', 'public.f()', 'execute') as function_open,
          has_function_privilege('anon', 'public.g()', 'execute') as revoked_function_open
      `),
    ).toEqual([
      { table_open: false, sequence_open: false, function_open: true, revoked_function_open: false },
    ])
  })

  test('a table that a superuser makes in public is as open as one of postgres', async () => {
    await using session = await Connection.open(await preparedDatabase(server, 'fallback'))
    await session.run('create table public.t (id int)')
    expect(await session.rows(`select has_table_privilege('anon', 'public.t', 'select') as open`)).toEqual([
      { open: true },
    ])
  })

  test('the API roles may do nothing with the tables of the auth service', async () => {
    await using session = await Connection.open(await preparedDatabase(server, 'closed'))
    expect(
      await session.rows(`
        select relation.relname
        from pg_class as relation, unnest(array['anon', 'authenticated', 'service_role']) as role
        where relation.relnamespace = 'auth'::regnamespace and relation.relkind = 'r'
          and (
            has_any_column_privilege(role, relation.oid, 'select, insert, update')
            or has_table_privilege(role, relation.oid, 'delete, truncate, trigger')
            or not relation.relrowsecurity
          )
      `),
    ).toEqual([])
  })

  test('the tables of auth, storage and realtime belong to their services', async () => {
    await using session = await Connection.open(await preparedDatabase(server, 'owners'))
    expect(
      await session.rows(`
        select distinct relation.relnamespace::regnamespace::text as schema, relation.relowner::regrole::text as owner
        from pg_class as relation
        where relation.relkind = 'r'
          and relation.relnamespace in ('auth'::regnamespace, 'storage'::regnamespace, 'realtime'::regnamespace)
        order by schema
      `),
    ).toEqual([
      { schema: 'auth', owner: 'supabase_auth_admin' },
      { schema: 'realtime', owner: 'supabase_realtime_admin' },
      { schema: 'storage', owner: 'supabase_storage_admin' },
    ])
  })

  test('a real extension is taken before its stub, and every stub can be created by postgres', async () => {
    const target = await preparedDatabase(server, 'stubs')
    await using session = await openAsPostgres(target)
    for (const name of EXTENSION_STUBS) {
      await session.run(`create extension if not exists "${name}" with schema extensions`).catch((error) => {
        throw new Error(`${name}: ${String(error)}`)
      })
    }
    const rows = await session.rows<{ name: string; stub: boolean }>(`
      select extname as name, coalesce(obj_description(oid) like 'stub of %', false) as stub
      from pg_extension where extname <> 'plpgsql'
    `)
    const real = rows.filter((row) => !row.stub).map((row) => row.name)
    expect(real.sort()).toEqual(['pg_stat_statements', 'pgcrypto', 'uuid-ossp'])
    expect(
      rows
        .filter((row) => row.stub)
        .map((row) => row.name)
        .sort(),
    ).toEqual(EXTENSION_STUBS)
  })

  test('pgjwt signs what it verifies', async () => {
    await using session = await openAsPostgres(await preparedDatabase(server, 'jwt'))
    await session.run('create extension pgjwt with schema extensions')
    expect(
      await session.rows(`
        select payload ->> 'sub' as sub, valid
        from extensions.verify(extensions.sign('{"sub": "alice"}', 'secret', 'HS384'), 'secret', 'HS384')
      `),
    ).toEqual([{ sub: 'alice', valid: true }])
  })

  test('a table with shapes can be indexed, filled and searched', async () => {
    await using session = await openAsPostgres(await preparedDatabase(server, 'shapes'))
    await session.run(`
      create extension postgis with schema extensions;
      create table public.places (at extensions.geography(point, 4326), area extensions.geometry);
      create index on public.places using gist (at);
      create index on public.places using gist (area);
      insert into public.places
        select extensions.st_point(n, n)::extensions.geography, extensions.st_makepoint(n, n)
        from generate_series(1, 2000) as n;
    `)
    expect(
      await session.rows(`
        select count(*) as places from public.places
        where extensions.st_dwithin(at, extensions.st_point(1, 1)::extensions.geography, 10)
      `),
    ).toEqual([{ places: 2000 }])
  })

  test('a clone gets its owner and search path back', async () => {
    await preparedDatabase(server, 'origin')
    const target = await createDatabase(server, 'clone', 'origin')
    {
      await using connection = await Connection.open(target)
      await configurePlatformClone(connection)
    }
    await using session = await openAsPostgres(target)
    await session.run('create table t (id int)')
    expect(
      await session.rows(`
        select current_setting('search_path') as path, datdba::regrole::text as owner, 't'::regclass::text as relation
        from pg_database where datname = current_database()
      `),
    ).toEqual([{ path: '"$user", public, extensions', owner: 'postgres', relation: 't' }])
  })

  test('every schema that the platform and its extensions make is one of the platform', async () => {
    await using session = await openAsPostgres(await preparedDatabase(server, 'schemas'))
    for (const name of EXTENSION_STUBS) await session.run(`create extension if not exists "${name}"`)
    const rows = await session.rows<{ name: string }>(`
      select nspname as name from pg_namespace
      where nspname not like 'pg\\_%' and nspname not in ('public', 'information_schema') order by nspname
    `)
    const names = rows.map((row) => row.name)
    expect(names.filter((name) => !PLATFORM_SCHEMAS.includes(name))).toEqual([])
  })

  test('a plain project gets an owner without any power over row security', async () => {
    const target = await createDatabase(server, 'plain')
    {
      await using connection = await Connection.open(target)
      await installPlain(connection)
    }
    await using session = await Connection.open(target)
    await session.run(`
      set session authorization app_owner;
      create table public.t (id int);
      create role app_reader;
      grant usage on schema public to app_reader;
      alter table public.t enable row level security;
      alter table public.t force row level security;
      insert into public.t select 1 where false;
      create extension pgcrypto;
      create schema auth;
    `)
    expect(await sqlstateOf(session.run('insert into public.t values (1)'))).toBe('42501')
    expect(
      await session.rows('select rolsuper, rolbypassrls from pg_roles where rolname = current_user'),
    ).toEqual([{ rolsuper: false, rolbypassrls: false }])
  })

  test('a Neon project has its roles, its functions and an owner above row security', async () => {
    const target = await createDatabase(server, 'neon')
    {
      await using connection = await Connection.open(target)
      await installNeon(connection, { apiPrivileges: 'legacy' })
    }
    await using session = await Connection.open(target)
    await session.run(`
      set session authorization neondb_owner;
      create extension if not exists pg_session_jwt;
      create table public.notes (
        id uuid primary key, user_id text default auth.user_id() references neon_auth.users_sync (id)
      );
      alter table public.notes enable row level security;
      create policy own on public.notes to authenticated using (auth.user_id() = user_id);
      create policy all_see on public.notes for select to anonymous using (auth.session() is null);
    `)
    expect(
      await session.rows(`
        select has_table_privilege('anon', 'public.notes', 'select') as anon,
          has_table_privilege('authenticated', 'public.notes', 'truncate') as truncate,
          (select rolbypassrls and not rolsuper from pg_roles where rolname = current_user) as bypasses
      `),
    ).toEqual([{ anon: true, truncate: false, bypasses: true }])
  })

  test('who is no superuser is told so, with the statement that failed', async () => {
    const target = await createDatabase(server, 'refused')
    {
      await using connection = await Connection.open(target)
      await connection.run('drop role if exists weak; create role weak login')
    }
    await using connection = await Connection.open({ ...target, user: 'weak' })
    await expect(installPlatform(connection, { apiPrivileges: 'legacy' })).rejects.toMatchObject({
      code: 'PLATFORM_FAILED',
      message: expect.stringContaining('lock table pg_catalog.pg_authid') as string,
      hint: expect.stringContaining('"weak" is not a superuser') as string,
    })
  })

  test('a failed installation leaves the database as it was', async () => {
    const target = await createDatabase(server, 'occupied')
    await using connection = await Connection.open(target)
    await connection.run('create schema storage; create table storage.objects (id int)')
    await expect(installPlatform(connection, { apiPrivileges: 'legacy' })).rejects.toMatchObject({
      code: 'PLATFORM_FAILED',
      message: expect.stringContaining('create table storage.objects') as string,
    })
    expect(await connection.rows(`select to_regnamespace('auth') as auth`)).toEqual([{ auth: null }])
  })
})

describe('what rests on an extension that is only stood in for', () => {
  let report: Report

  beforeAll(async () => {
    report = await check(fileURLToPath(new URL('../fixtures/extensions', import.meta.url)))
  })

  test('is untested where a policy, a view or a function asks it, also through a function', () => {
    const untested = report.coverage.untested.map(({ relation, command }) => `${relation} ${command}`)
    expect(untested).toEqual([
      ...COMMANDS.map((command) => `public.distances ${command}`),
      'public.places select',
      ...COMMANDS.map((command) => `public.visits ${command}`),
      'public.places_within(double precision) execute',
    ])
    expect(report.coverage.untested.find(({ relation }) => relation === 'public.visits')?.reason).toBe(
      'policy called may decide otherwise with the extension: it calls is_near(): it uses st_dwithin() of the extension postgis, which is only a stub here',
    )
    expect(report.findings).toEqual([])
  })

  test('stands in the report by extension, real or not, and is told of', () => {
    const told = report.run.extensions.map(({ name, how, usedBy }) => [name, how, usedBy.length])
    expect(told).toEqual([
      ['of-nobody', 'empty stub', 0],
      ['pg_graphql', 'stub', 0],
      ['pg_net', 'stub', 0],
      ['pg_stat_statements', 'real', 0],
      ['pgcrypto', 'real', 0],
      ['postgis', 'stub', 7],
      ['supabase_vault', 'stub', 0],
      ['uuid-ossp', 'real', 0],
      ['vector', 'stub', 3],
    ])
    expect(report.notices.map((notice) => notice.split(':')[0])).toEqual([
      'the extension of-nobody is not available here and has no stub',
      'the extension postgis is only a stub here',
      'the extension vector is only a stub here',
    ])
  })
})

describe('a server without the stubs', () => {
  let server: Server

  beforeAll(async () => {
    server = await start(17, [])
  })

  afterAll(async () => {
    await server[Symbol.asyncDispose]()
  })

  test('has the names of the extensions that Supabase starts with all the same', async () => {
    await using session = await openAsPostgres(await preparedDatabase(server, 'bare'))
    expect(await sqlstateOf(session.run('create extension vector'))).toBe('0A000')
    await session.run(`select vault.create_secret('s3cret', 'key'); select net.http_get('http://localhost')`)
    expect(await session.rows('select decrypted_secret as secret from vault.decrypted_secrets')).toEqual([
      { secret: 's3cret' },
    ])
  })

  test.each(EXTENSION_STUBS)('can run the script of the stub %s instead', async (name) => {
    await using connection = await Connection.open(await createDatabase(server, `script_${name}`))
    await connection.run('create schema extensions; create extension pgcrypto schema extensions')
    await connection.run(`begin; ${await stubScript(name, 'extensions')}; commit`)
    expect(await connection.rows('select extname from pg_extension where extname = $1', [name])).toHaveLength(
      1,
    )
    // everything that it made goes with it
    await connection.run(`drop extension ${quoteName(name)} cascade; drop schema extensions cascade`)
    expect(
      await connection.rows(`
        select proname as left from pg_proc where pronamespace = 'public'::regnamespace
        union all select relname from pg_class where relnamespace = 'public'::regnamespace
      `),
    ).toEqual([])
  })
})

test('each stub has a control file and the script of its default version', () => {
  const files = readdirSync(extensionDir())
  expect(EXTENSION_STUBS).toContain('vector')
  for (const name of EXTENSION_STUBS) {
    expect(files.filter((file) => file.startsWith(`${name}--`) || file === `${name}.control`)).toHaveLength(2)
  }
})
