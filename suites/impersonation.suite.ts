import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Connection, DatabaseError } from '../src/database/connection.ts'
import type { Server } from '../src/domain/server.ts'
import { startServer } from '../src/engine/choose.ts'
import { extensionDir, installPlatform } from '../src/platform/install.ts'
import { quoteLiteral, quoteName } from '../src/sql/quote.ts'

const alice = '00000000-0000-4000-8000-00000000a11c'
const bob = '00000000-0000-4000-8000-000000000b0b'

type Claims = Readonly<Record<string, unknown>> & { readonly role: string }

type Settings = Readonly<Record<string, string>>

/** Opens a transaction as PostgREST does for a request with that token. */
function beginAs(claims: Claims, settings: Settings): string {
  const more = Object.entries(settings).map(
    ([name, value]) => `select set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, true);`,
  )
  return `
    begin;
    set local session authorization authenticator;
    set local role ${quoteName(claims.role)};
    select
      set_config('request.jwt.claims', ${quoteLiteral(JSON.stringify(claims))}, true),
      set_config('request.method', 'GET', true),
      set_config('request.path', '/notes', true),
      set_config('request.headers', '{"host": "localhost"}', true);
    ${more.join('\n')}
  `
}

const authenticated = (sub: string): Claims => ({
  sub,
  role: 'authenticated',
  email: 'alice@example.com',
  app_metadata: { tenant: 'acme' },
})

function listing(folder: string): string {
  return `select name, id is null as folder from storage.search('${folder}/', 'files', 10, 2)`
}

describe.each([15, 16, 17, 18] as const)('a request on PostgreSQL %i', (version) => {
  let server: Server
  let session: Connection

  beforeAll(async () => {
    server = await startServer({
      database: { engine: 'embedded', version, allowExternal: false, keep: false, cache: true },
      projectDir: fileURLToPath(new URL('..', import.meta.url)),
      environment: process.env,
      extensionDirs: [extensionDir()],
    })
    {
      await using admin = await Connection.open(server.target)
      await admin.run('create database app')
    }
    const target = { ...server.target, database: 'app' }
    {
      await using owner = await Connection.open(target)
      await installPlatform(owner, { apiPrivileges: 'legacy' })
      await owner.run(`
        set session authorization postgres;
        insert into auth.users (id) values ('${alice}'), ('${bob}');
        create table public.notes (id int primary key, user_id uuid references auth.users (id), body text);
        alter table public.notes enable row level security;
        create policy own on public.notes for all to authenticated using (user_id = auth.uid());
        insert into public.notes values (1, '${alice}', 'hers'), (2, '${bob}', 'his');
        create function public.become_postgres() returns void language plpgsql as $$
        begin
          set local role postgres;
        end $$;
        insert into storage.buckets (id, name) values ('files', 'files');
        insert into storage.objects (bucket_id, name)
          values ('files', '${alice}/a.txt'), ('files', '${alice}/b/c.tar.gz'), ('files', '${bob}/a.txt');
        create policy own_folder on storage.objects for select to authenticated
          using ((storage.foldername(name))[1] = auth.uid()::text);
        insert into realtime.messages (topic, extension) values ('user:${alice}', 'broadcast');
        create policy own_topic on realtime.messages for select to authenticated
          using (topic = realtime.topic() and topic = 'user:' || auth.uid());
      `)
    }
    session = await Connection.open(target)
  })

  afterAll(async () => {
    await session.close()
    await server[Symbol.asyncDispose]()
  })

  async function ask(claims: Claims, query: string, settings: Settings = {}): Promise<unknown> {
    await session.run(beginAs(claims, settings))
    try {
      return await session.rows(query)
    } catch (error) {
      if (error instanceof DatabaseError) return error.error.sqlstate
      throw error
    } finally {
      await session.run('rollback')
    }
  }

  test('knows who is signed in', async () => {
    expect(
      await ask(
        authenticated(alice),
        `select auth.uid() as uid, auth.role() as role, auth.email() as email,
          auth.jwt() #>> '{app_metadata,tenant}' as tenant,
          current_user::text as "current_user", session_user::text as "session_user"`,
      ),
    ).toEqual([
      {
        uid: alice,
        role: 'authenticated',
        email: 'alice@example.com',
        tenant: 'acme',
        current_user: 'authenticated',
        session_user: 'authenticator',
      },
    ])
  })

  test('without a token has the role anon and no user', async () => {
    expect(
      await ask(
        { role: 'anon' },
        'select auth.uid() as uid, auth.role() as role, current_user::text as "user"',
      ),
    ).toEqual([{ uid: null, role: 'anon', user: 'anon' }])
  })

  test('with a token without sub has no user', async () => {
    expect(await ask({ role: 'authenticated' }, 'select auth.uid() as uid, auth.email() as email')).toEqual([
      { uid: null, email: null },
    ])
  })

  test('with the service key reads every row', async () => {
    expect(await ask({ role: 'service_role' }, 'select id from public.notes order by id')).toEqual([
      { id: 1 },
      { id: 2 },
    ])
  })

  test('reads its own rows and nobody else’s', async () => {
    expect(await ask(authenticated(alice), 'select id from public.notes')).toEqual([{ id: 1 }])
    expect(await ask(authenticated(bob), 'select id from public.notes')).toEqual([{ id: 2 }])
    expect(await ask({ role: 'anon' }, 'select id from public.notes')).toEqual([])
  })

  test('leaves claims behind that are empty and no error', async () => {
    await ask(authenticated(alice), 'select 1')
    expect(
      await session.rows(
        `select current_setting('request.jwt.claims', true) as claims, auth.uid() as uid, auth.role() as role,
          auth.jwt() as jwt, auth.email() as email`,
      ),
    ).toEqual([{ claims: '', uid: null, role: null, jwt: null, email: null }])
    expect(await session.rows('select current_user::text as "user"')).toEqual([{ user: server.target.user }])
  })

  test('can set single claims as older versions of PostgREST did', async () => {
    expect(await ask({ role: 'anon' }, 'select auth.uid() as uid', { 'request.jwt.claim.sub': bob })).toEqual(
      [{ uid: bob }],
    )
  })

  test.each(['anon', 'authenticated', 'service_role'])('cannot read auth.users as %s', async (role) => {
    expect(await ask({ role, sub: alice }, 'select id from auth.users')).toBe('42501')
  })

  test.each(['anon', 'authenticated', 'service_role'])('cannot become postgres as %s', async (role) => {
    expect(await ask({ role }, 'select public.become_postgres()')).toBe('42501')
  })

  test('runs as a role that is neither superuser nor above row security', async () => {
    const query = 'select rolsuper, rolbypassrls from pg_roles where rolname = current_user'
    expect(await ask(authenticated(alice), query)).toEqual([{ rolsuper: false, rolbypassrls: false }])
    expect(await ask({ role: 'anon' }, query)).toEqual([{ rolsuper: false, rolbypassrls: false }])
  })

  test('sees the objects of its own folder', async () => {
    const query = `
      select storage.filename(name) as file, storage.extension(name) as extension,
        array_to_string(storage.foldername(name), '>') as folder
      from storage.objects order by name
    `
    expect(await ask(authenticated(alice), query)).toEqual([
      { file: 'a.txt', extension: 'txt', folder: alice },
      { file: 'c.tar.gz', extension: 'gz', folder: `${alice}>b` },
    ])
    expect(await ask({ role: 'anon' }, query)).toEqual([])
  })

  test('lists a folder through storage.search, under the same policies', async () => {
    expect(await ask(authenticated(alice), listing(alice))).toEqual([
      { name: 'a.txt', folder: false },
      { name: 'b', folder: true },
    ])
    expect(await ask(authenticated(alice), listing(bob))).toEqual([])
  })

  test('reads the messages of its own topic', async () => {
    const query = 'select topic from realtime.messages'
    const settings = { 'realtime.topic': `user:${alice}` }
    expect(await ask(authenticated(alice), query, settings)).toEqual([{ topic: `user:${alice}` }])
    expect(await ask(authenticated(bob), query, settings)).toEqual([])
    expect(await ask(authenticated(alice), query)).toEqual([])
  })

  test('tells policies which storage operation it is', async () => {
    const query = `
      select storage.allow_only_operation('object.list') as listing,
        storage.allow_any_operation(array['storage.object.get', 'object.upload']) as uploading
    `
    expect(await ask({ role: 'anon' }, query, { 'storage.operation': 'storage.object.upload' })).toEqual([
      { listing: false, uploading: true },
    ])
    expect(await ask({ role: 'anon' }, query)).toEqual([{ listing: false, uploading: false }])
  })
})
