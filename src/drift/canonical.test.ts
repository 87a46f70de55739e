import { describe, expect, test } from 'vitest'
import { sameExpression } from './canonical.ts'

describe('two texts of one expression', () => {
  test.each([
    [
      "((role)::text = ANY ((ARRAY['user'::character varying, 'it''s, ]'::character varying])::text[]))",
      "((role)::text = ANY (ARRAY[('user'::character varying)::text, ('it''s, ]'::character varying)::text]))",
    ],
    [
      `(x = ANY ((ARRAY[a, f(b, 'c')])::public."My Type"[]))`,
      `(x = ANY (ARRAY[(a)::public."My Type", (f(b, 'c'))::public."My Type"]))`,
    ],
    ['true', 'true'],
  ])('are the same: %s', (a, b) => {
    expect(sameExpression(a, b)).toBe(true)
    expect(sameExpression(b, a)).toBe(true)
  })

  test.each([
    [
      "(x = ANY ((ARRAY['a'::character varying])::text[]))",
      "(x = ANY (ARRAY[('b'::character varying)::text]))",
    ],
    ["'(ARRAY[a])::text[]'::text", "'ARRAY[(a)::text]'::text"],
    ['(ARRAY[a', '(ARRAY[a]'],
  ])('are not: %s', (a, b) => {
    expect(sameExpression(a, b)).toBe(false)
  })

  test('are not where one side states nothing', () => {
    expect(sameExpression(null, 'true')).toBe(false)
    expect(sameExpression(null, null)).toBe(true)
  })
})
