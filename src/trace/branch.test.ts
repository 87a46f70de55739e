import { beforeAll, describe, expect, test } from 'vitest'
import { samplePolicy } from '../domain/sample-relation.ts'
import { loadParser } from '../sql/parse.ts'
import type { Came } from './ask.ts'
import { branchOf, plainly } from './branch.ts'
import { sidesOf } from './sides.ts'

beforeAll(loadParser)

const branch = (using: string, values: Readonly<Record<string, Came>>): string | null => {
  const [side] = sidesOf(samplePolicy('readers', { using }))
  if (!side) throw new Error('no side')
  return branchOf({ side, came: true, atoms: side.atoms.map(({ text }) => values[text ?? ''] ?? null) })
}

describe('why a policy lets a row through', () => {
  test.each([
    [
      "((owner_id = auth.uid()) OR (visibility = 'public'::text))",
      { "visibility = 'public'::text": true },
      "visibility = 'public'",
    ],
    ['(a AND b)', { a: true, b: true }, 'a and b'],
    ['((a AND b) OR c)', { a: true, b: true, c: true }, 'c'],
    ['(a AND (NOT b))', { a: true, b: false }, 'a and not (b)'],
    ['COALESCE(a, true)', { a: null }, '(a) is null'],
  ])('%s', (using, values, expected) => {
    expect(branch(using, values)).toBe(expected)
  })

  test('what does not hold, is a constant or raises an error has no branch', () => {
    expect(branch('(a AND b)', { a: true, b: false })).toBeNull()
    expect(branch('true', { true: true })).toBeNull()
    expect(branch('(a OR b)', { a: true, b: { error: 'division by zero' } })).toBeNull()
  })
})

test('casts of literals are left out for the eye, others are not', () => {
  expect(plainly("status = ANY (ARRAY['a'::public.state, 'it''s'::\"State\"])")).toBe(
    "status = ANY (ARRAY['a', 'it''s'])",
  )
  expect(plainly("name = 'x'::character varying(20) AND (data ->> 'n'::text)::int > 1")).toBe(
    "name = 'x' AND (data ->> 'n')::int > 1",
  )
  expect(plainly('owner_id = ((SELECT auth.uid() AS uid))')).toBe('owner_id = auth.uid()')
  expect(plainly('CAST((SELECT auth.uid() AS uid) AS text) = "userId"')).toBe('auth.uid()::text = "userId"')
  expect(plainly('owner_id = (SELECT auth.uid() AS uid)')).toBe('owner_id = auth.uid()')
})
