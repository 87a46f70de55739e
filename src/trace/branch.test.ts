import { beforeAll, describe, expect, test } from 'vitest'
import { samplePolicy } from '../domain/sample-relation.ts'
import { loadParser } from '../sql/parse.ts'
import type { Came } from './ask.ts'
import { branchOf } from './branch.ts'
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
