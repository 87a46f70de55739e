import { beforeAll, describe, expect, test } from 'vitest'
import type { Routine } from '../domain/catalog.ts'
import { samplePolicy, sampleRelation } from '../domain/sample-relation.ts'
import { loadParser, parseExpression } from '../sql/parse.ts'
import { NOTHING, predicateFor, readPredicate, refersTo } from './policy-facts.ts'
import type { PredicateFacts, Reading } from './policy-facts.ts'

beforeAll(loadParser)

const notes = sampleRelation('notes', ['id', 'user_id', 'shared_with', 'status', 'team_id'])
const admins = sampleRelation('admins', ['user_id', 'level'])
const members = sampleRelation('members', ['team_id', 'member_id'])
const relations = [notes, admins, members]

const reading: Reading = {
  find: (_, name) => relations.find((relation) => relation.name === name),
  routines: new Map<string, Routine>(),
  identity: { userSettings: ['app.user_id'] },
}
const facts = (text: string): PredicateFacts => readPredicate(notes, text, reading)

describe('a predicate that compares the row with the session’s user', () => {
  test.each([
    ['user_id = auth.uid()', ['user_id']],
    ['auth.uid() = user_id', ['user_id']],
    ['(user_id)::text = (select auth.uid())::text', ['user_id']],
    ['notes.user_id = auth.uid()', ['user_id']],
    ["user_id = current_setting('app.user_id')::uuid", ['user_id']],
    ['user_id is not distinct from auth.uid()', ['user_id']],
    ['auth.uid() in (user_id, shared_with)', ['user_id', 'shared_with']],
    ['auth.uid() = any (array[user_id, shared_with])', ['user_id', 'shared_with']],
    ['user_id = auth.uid() or shared_with = auth.uid()', ['user_id', 'shared_with']],
    ["user_id = auth.uid() and status = 'draft'", ['user_id']],
    ["user_id = auth.uid() and auth.role() = 'authenticated'", ['user_id']],
  ])('%s names its columns', (text, columns) => {
    expect(facts(text)).toEqual({
      constant: null,
      userColumns: columns,
      comparedColumns: columns,
      serviceOnly: false,
    })
  })

  test.each([
    'user_id <> auth.uid()',
    'other.user_id = auth.uid()',
    'nothing = auth.uid()',
    'user_id = shared_with',
    'team_id in (select team_id from members where member_id = auth.uid())',
  ])('is not %s', (text) => {
    expect(facts(text).userColumns).toEqual([])
  })
})

describe('a right that is asked for beside the user', () => {
  test.each([
    "user_id = auth.uid() and auth.jwt() ->> 'plan' = 'pro'",
    'user_id = auth.uid() and exists (select from admins where admins.user_id = auth.uid())',
    'user_id = auth.uid() and public.is_staff()',
  ])('keeps the owner from being promised anything: %s', (text) => {
    expect(facts(text)).toMatchObject({ userColumns: [], comparedColumns: ['user_id'] })
  })

  test.each([
    'user_id = auth.uid() and exists (select from members m where m.team_id = notes.team_id)',
    'user_id = auth.uid() and public.is_open(status)',
    "user_id = auth.uid() and auth.role() in ('authenticated', 'anon')",
  ])('is not a condition that depends on the row, or that any session satisfies: %s', (text) => {
    expect(facts(text).userColumns).toEqual(['user_id'])
  })

  test('in one branch leaves the other branches alone', () => {
    expect(facts('user_id = auth.uid() or public.is_staff()').userColumns).toEqual(['user_id'])
  })
})

describe('constants and the service role', () => {
  test('true and false are told from everything else', () => {
    expect(
      ['true', 'false', '(true)::boolean', 'status is null'].map((text) => facts(text).constant),
    ).toEqual([true, false, true, null])
  })

  test.each([
    "auth.role() = 'service_role'",
    "(auth.jwt() ->> 'role') = 'service_role'",
    "current_setting('request.jwt.claims', true)::json ->> 'role' = 'service_role'",
    "current_user = 'postgres'",
    "user_id = auth.uid() and auth.role() = 'service_role'",
    "auth.role() in ('service_role', 'supabase_admin')",
    'false',
  ])('%s admits nobody of the API', (text) => {
    expect(facts(text).serviceOnly).toBe(true)
  })

  test.each([
    "auth.role() = 'authenticated'",
    "auth.role() = 'service_role' or user_id = auth.uid()",
    "auth.role() in ('service_role', 'authenticated')",
    'true',
  ])('%s admits somebody', (text) => {
    expect(facts(text).serviceOnly).toBe(false)
  })

  test('no predicate, or one that does not parse, says nothing', () => {
    expect(readPredicate(notes, null, reading)).toEqual(NOTHING)
    expect(facts('user_id =')).toEqual(NOTHING)
  })
})

describe('the predicate that decides', () => {
  test('for new rows is WITH CHECK, else USING', () => {
    const both = samplePolicy('both', { using: 'a', withCheck: 'b' })
    const one = samplePolicy('one', { using: 'a' })
    expect([predicateFor(both, 'check'), predicateFor(one, 'check'), predicateFor(both, 'using')]).toEqual([
      'b',
      'a',
      'a',
    ])
  })
})

describe('a reference to the policy’s own relation', () => {
  test.each([
    ['notes.team_id = 1', true],
    ['team_id = 1', true],
    ['exists (select from members m where m.team_id = notes.team_id)', true],
    ['exists (select from members m where m.team_id = m.team_id)', false],
    ['exists (select from notes where notes.team_id = 1)', false],
    ['auth.uid() is not null', false],
  ])('%s: %s', (text, expected) => {
    const tree = parseExpression(text)
    expect(tree && refersTo(notes, tree, reading)).toBe(expected)
  })
})
