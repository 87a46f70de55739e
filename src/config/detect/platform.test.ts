import { expect, test } from 'vitest'
import type { SourceConfig } from '../../domain/config.ts'
import { choosePlatform } from './platform.ts'

const platformOf = (
  text: string,
  { beside, path = '1.sql', source }: { beside?: string; path?: string; source?: SourceConfig } = {},
) => choosePlatform({ sources: source ? [source] : [], texts: () => [{ path, text }], beside: () => beside })

const nameOf = (...parameters: Parameters<typeof platformOf>): string => platformOf(...parameters).name

test('what the Supabase CLI applies is for Supabase, whatever it makes itself', () => {
  const source = { tool: 'supabase', dir: 'supabase' } as const
  expect(nameOf('create schema auth; create table auth.users (id uuid)', { source })).toBe('supabase')
})

test('who names what only Supabase has is for it, and is told by what', () => {
  expect(platformOf('create table t (id int);\ncreate policy p on t using ("auth"."uid"() = id)')).toEqual({
    name: 'supabase',
    why: 'auth.uid() in 1.sql:2',
  })
  for (const text of [
    'alter table t add foreign key (user_id) references auth.users (id)',
    "insert into storage.buckets (id) values ('a')",
    'alter publication supabase_realtime add table t',
    'grant select on t to anon, authenticated',
    'revoke all on t from anon',
    'create policy p on t for select to "authenticated" using (true)',
    "select current_setting('request.jwt.claims', true)",
  ])
    expect(nameOf(text), text).toBe('supabase')
})

test('what is only spoken of is not used', () => {
  for (const text of [
    '-- policies: auth.uid() = user_id\n/* grant to anon */ create table t (id int)',
    'do $$ begin -- auth.jwt()\n null; end $$',
  ])
    expect(nameOf(text), text).toBe('none')
  expect(nameOf('# auth.uid()\nop.create_table("t")', { path: '1.py' })).toBe('none')
})

test('a schema auth of the own, with functions or tables in it, wants no platform', () => {
  const own = `create schema if not exists auth; create role authenticated;
    create function auth.uid() returns uuid return null; create table auth.users (id uuid);
    create policy p on t to authenticated using (auth.uid() = id);
    alter table t add foreign key (id) references auth.users`
  expect(platformOf(own)).toEqual({ name: 'none', why: 'schema auth is made by 1.sql:1' })
  // a generator may write down the schema that its models only refer to
  expect(nameOf('create schema "auth"; create table "auth"."users" (id uuid); select auth.uid()')).toBe(
    'supabase',
  )
})

test('who makes the roles has them from nobody', () => {
  expect(
    nameOf('create role anon; create role authenticated; grant select on t to anon, authenticated'),
  ).toBe('none')
})

test('Neon is known by what only Neon has', () => {
  for (const text of [
    'create policy p on t to authenticated using (auth.user_id() = user_id)',
    'create policy p on t for select to anonymous using (true)',
    'create extension pg_session_jwt; select auth.uid()',
  ])
    expect(nameOf(text), text).toBe('neon')
  expect(nameOf('select auth.user_id(); select auth.role()')).toBe('supabase')
  expect(nameOf('create function auth.user_id() returns text return null; create schema auth')).toBe('none')
})

test('who names nothing of either is for a plain PostgreSQL, unless something beside the migrations speaks', () => {
  const text = "create policy p on t using (owner = current_setting('app.user_id'))"
  expect(platformOf(text)).toEqual({
    name: 'none',
    why: 'the migrations name nothing of Supabase or Neon',
  })
  expect(platformOf(text, { beside: 'package.json names @supabase/ssr' })).toEqual({
    name: 'supabase',
    why: 'package.json names @supabase/ssr',
  })
})

test('SQL files of no tool that name nothing of any server are taken for Supabase’s, which opens most', () => {
  const sql = { sql: ['*.sql'] }
  const text = 'create table t (id int); create policy "free to read" on t for select using (true)'
  expect(platformOf(text, { source: sql })).toEqual({
    name: 'supabase',
    why: 'nothing in the SQL files speaks of another server',
  })
  expect(nameOf(text, { source: { tool: 'sql', dir: 'migrations' } })).toBe('supabase')
  expect(nameOf(text, { source: { tool: 'flyway', dir: 'sql' } })).toBe('none')
  for (const sign of [
    'create role shop_app',
    'grant select on t to shop_app',
    'create policy p on t for select to shop_app using (true)',
    "select current_setting('app.user')",
  ])
    expect(nameOf(`${text}; ${sign}`, { source: sql }), sign).toBe('none')
})

test('SQL in another language is read, too', () => {
  expect(nameOf('op.execute("create policy p on t using (auth.jwt() is not null)")', { path: '1.py' })).toBe(
    'supabase',
  )
})
