import { beforeAll, expect, test } from 'vitest'
import { loadParser } from '../sql/parse.ts'
import { rolesBeforehand } from './roles-beforehand.ts'

beforeAll(loadParser)

const namesIn = (...texts: readonly string[]): readonly string[] =>
  rolesBeforehand(
    texts.map((text) => ({ text })),
    ['anon'],
  ).names

test('roles that are given rights, own something or stand in a policy are made beforehand', () => {
  expect(
    namesIn(
      'grant select on t to reporting, anon, public; revoke all on t from "Other";',
      'alter table t owner to keeper; create policy p on t to tellers, current_user using (true);',
    ),
  ).toEqual(['Other', 'keeper', 'reporting', 'tellers'])
})

test('what a file makes, or may make in a block, is left to it', () => {
  expect(
    namesIn(
      'create role a; grant select on t to a, b, c, d;',
      "do $$ begin if not exists (select from pg_roles where rolname = 'b') then execute 'create role b'; end if; end $$;",
      'do $$ begin create user c login; end $$;',
      'grant d to e;',
    ),
  ).toEqual(['d'])
})
