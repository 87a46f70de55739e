import { beforeAll, expect, test } from 'vitest'
import { readGrants } from './grants.ts'
import { loadParser } from './parse.ts'

beforeAll(loadParser)

test('names, privileges and roles of a grant are read', () => {
  expect(readGrants('grant select, update (a, b) on public.t, u to authenticated')).toEqual([
    {
      grants: true,
      target: 'objects',
      on: 'tables',
      names: [
        { schema: 'public', name: 't' },
        { schema: null, name: 'u' },
      ],
      privileges: [
        { name: 'select', columns: [] },
        { name: 'update', columns: ['a', 'b'] },
      ],
      roles: ['authenticated'],
    },
  ])
})

test('all tables of a schema, and everybody', () => {
  expect(readGrants('grant all on all tables in schema app to anon, public')).toEqual([
    {
      grants: true,
      target: 'schemas',
      on: 'tables',
      names: [{ schema: 'app', name: null }],
      privileges: 'all',
      roles: ['anon', 'public'],
    },
  ])
})

test('default privileges are about what is made afterwards', () => {
  expect(readGrants('alter default privileges in schema app revoke all on sequences from anon')).toEqual([
    {
      grants: false,
      target: 'defaults',
      on: 'sequences',
      names: [{ schema: 'app', name: null }],
      privileges: 'all',
      roles: ['anon'],
    },
  ])
})

test.each([
  ['do $$ begin grant all on public.t to anon; end $$', [{ schema: 'public', name: 't' }]],
  ["do $$ begin execute 'grant all on public.t to anon'; end $$", [{ schema: 'public', name: 't' }]],
  [
    "do $$ declare r record; begin for r in select 1 loop execute format('grant all on public.%I to anon', r.n); end loop; end $$",
    null,
  ],
])('a DO block: %s', (text, names) => {
  expect(readGrants(text)).toMatchObject([{ grants: true, names, privileges: 'all', roles: ['anon'] }])
})

test('grants of functions, schemas and roles say nothing about rows', () => {
  expect(
    readGrants('grant a to b; grant usage on schema app to anon; grant execute on function f() to anon'),
  ).toEqual([])
})
