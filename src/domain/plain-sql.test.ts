import { expect, test } from 'vitest'
import { plainSql } from './plain-sql.ts'

test('casts of literals are left out for the eye, others are not', () => {
  expect(plainSql("status = ANY (ARRAY['a'::public.state, 'it''s'::\"State\"])")).toBe(
    "status = ANY (ARRAY['a', 'it''s'])",
  )
  expect(plainSql("name = 'x'::character varying(20) AND (data ->> 'n'::text)::int > 1")).toBe(
    "name = 'x' AND (data ->> 'n')::int > 1",
  )
  expect(plainSql('owner_id = ((SELECT auth.uid() AS uid))')).toBe('owner_id = auth.uid()')
  expect(plainSql('CAST((SELECT auth.uid() AS uid) AS text) = "userId"')).toBe('auth.uid()::text = "userId"')
  expect(plainSql('owner_id = (SELECT auth.uid() AS uid)')).toBe('owner_id = auth.uid()')
  expect(plainSql("email ~~* '%@x'::text AND a !~~ b")).toBe("email ilike '%@x' AND a not like b")
})
