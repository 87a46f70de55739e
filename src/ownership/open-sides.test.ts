import { beforeAll, expect, test } from 'vitest'
import type { Policy } from '../domain/catalog.ts'
import { loadParser } from '../sql/parse.ts'
import { openSides } from './open-sides.ts'

beforeAll(loadParser)

const sides = (using: string | null, changes: Partial<Policy> = {}): readonly string[] =>
  openSides(
    {
      name: 'p',
      command: 'all',
      permissive: true,
      roles: ['authenticated'],
      using,
      withCheck: null,
      ...changes,
    },
    { routines: new Map(), identity: { userSettings: [] } },
  )

test.each([
  'true',
  '(auth.uid() IS NOT NULL)',
  '(( SELECT auth.uid() AS uid) IS NOT NULL)',
  "(auth.role() = 'authenticated'::text)",
  "((auth.jwt() ->> 'role'::text) = 'authenticated'::text)",
  "((auth.role() = 'authenticated'::text) AND (auth.uid() IS NOT NULL))",
  "((owner_id = auth.uid()) OR (auth.role() = 'authenticated'::text))",
])('%s asks for no more than a session', (using) => {
  expect(sides(using)).toEqual(['using', 'check'])
})

test.each([
  'false',
  '(owner_id = auth.uid())',
  "((auth.uid() IS NOT NULL) AND (status = 'open'::text))",
  "(auth.role() = 'service_role'::text)",
  "((auth.jwt() ->> 'email'::text) IS NOT NULL)",
  '(auth.uid() IS NULL)',
  '(EXISTS ( SELECT 1 FROM members WHERE (members.user_id = auth.uid())))',
  'private.is_member(org_id)',
])('%s asks for more', (using) => {
  expect(sides(using)).toEqual([])
})

test('each side is asked for by itself, and a restrictive policy opens nothing', () => {
  expect(sides('true', { withCheck: '(owner_id = auth.uid())' })).toEqual(['using'])
  expect(sides(null, { withCheck: 'true' })).toEqual(['check'])
  expect(sides('true', { permissive: false })).toEqual([])
})
