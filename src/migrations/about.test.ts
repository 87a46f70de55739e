import { beforeAll, describe, expect, test } from 'vitest'
import { loadParser } from '../sql/parse.ts'
import { aboutOf } from './about.ts'

beforeAll(loadParser)

const t = { schema: null, name: 't' }
const published = { schema: 'app', name: 't' }

describe('what a statement that failed was about', () => {
  test.each([
    ['create policy p on t using (true)', '42704', { relations: [t] }],
    ['alter policy p on app.t using (true)', '42704', { relations: [published] }],
    ['alter table app.t enable row level security', '42501', { relations: [published] }],
    ['create table t (a int)', '42P07', { relations: [t], expected: [] }],
    ['create table t (a kind)', '42704', { relations: [t], expected: [t] }],
    ['create view app.t as select 1', '42703', { relations: [published] }],
    ['create trigger x before insert on t execute function f()', '42883', { relations: [t] }],
    ['grant select on t, app.t to nobody', '42704', { relations: [t, published] }],
    ['grant execute on function app.t(int) to x', '42704', { functions: [published] }],
    ['revoke all on all tables in schema app from anon', '42501', { schemas: ['app'] }],
    ['grant usage on schema app to x', '42704', { schemas: ['app'] }],
    ['alter default privileges in schema app revoke all on tables from anon', '42501', { schemas: ['app'] }],
    ['alter default privileges revoke all on tables from anon', '42501', { everything: true }],
    [
      'create function app.t() returns int language sql as $$ select a $$',
      '42703',
      { functions: [published] },
    ],
    ['alter function t() security definer', '42883', { functions: [t] }],
    ['alter table t rename to u', '42P07', { relations: [t, { schema: null, name: 'u' }] }],
    ['drop policy p on t', '42501', { relations: [t] }],
    ['drop table app.t, t', '42P01', { relations: [published, t] }],
    ['alter table t owner to x', '42501', { relations: [t] }],
    ['grant a to b', '42704', { everything: true }],
  ])('%s (%s)', (text, sqlstate, about) => {
    expect(aboutOf(text, { sqlstate, message: '' })).toMatchObject(about)
  })

  test.each([
    ['drop policy p on t', '42704'],
    ['drop table t', '42P01'],
    ['alter table t add column a int', '42701'],
    ['alter table t add constraint c check (true)', '42710'],
    ['alter table t owner to x', '42704'],
    ["comment on table t is 'x'", '42501'],
    ['insert into t values (1)', '23505'],
    ["select setval('t_id_seq', 1)", '42501'],
    ['create index i on t (a)', '42P07'],
    ['create type mood as enum ()', '42710'],
    ["do $$ begin insert into t values (1); raise notice 'x'; end $$", '42P01'],
  ])('nothing about access: %s (%s)', (text, sqlstate) => {
    const { expected: _, ...about } = aboutOf(text, { sqlstate, message: '' })
    expect(about).toEqual({ relations: [], functions: [], schemas: [], everything: false, words: [] })
  })

  test('a block is about whatever its words name', () => {
    const { words, everything } = aboutOf(
      `do $$ begin create policy p on "Chats" using (true); end $$ -- not_meant`,
      { sqlstate: '42704', message: '' },
    )
    expect(words).toEqual(expect.arrayContaining(['policy', 'Chats']))
    expect(words).not.toContain('not_meant')
    expect(everything).toBe(false)
  })

  test('a loop over the catalog is about everything', () => {
    const text = `do $$ declare r record; begin for r in select * from pg_tables loop
      execute format('alter table %I enable row level security', r.tablename); end loop; end $$`
    expect(aboutOf(text, { sqlstate: '42501', message: '' }).everything).toBe(true)
  })

  test('what cannot be parsed is about whatever its words name', () => {
    expect(
      aboutOf('create policy if not exists p on chats using true', { sqlstate: '42601', message: '' }).words,
    ).toContain('chats')
  })

  test('a table that was looked for in vain is expected to be there', () => {
    const text = 'insert into app."Chats" select 1'
    expect(aboutOf(text, { sqlstate: '42P01', message: '', position: 13 }).expected).toEqual([
      { schema: 'app', name: 'Chats' },
    ])
    expect(
      aboutOf('do $$ begin end $$', { sqlstate: '42P01', message: 'relation "app.chats" does not exist' })
        .expected,
    ).toEqual([{ schema: 'app', name: 'chats' }])
    expect(
      aboutOf("select setval('x_seq', 1)", { sqlstate: '42P01', message: 'relation "x_seq" does not exist' })
        .expected,
    ).toEqual([])
  })
})
