import { beforeAll, describe, expect, test } from 'vitest'
import { sampleCheck, sampleColumn, sampleRelation } from '../domain/sample-relation.ts'
import { loadParser } from '../sql/parse.ts'
import { hintsFor } from './hints.ts'
import type { Hints } from './hints.ts'

beforeAll(loadParser)

function hints(expression: string): Hints {
  const column = sampleColumn('x')
  return hintsFor(
    sampleRelation('t', [column, 'y'], { checks: [sampleCheck(['x', 'y'], expression)] }),
    column,
  )
}

describe('hints from checks', () => {
  test.each<[string, Hints]>([
    ['x > 0', { above: 0 }],
    ['0 < x', { above: 0 }],
    ["(x >= '5'::numeric) and (x <= '9'::numeric)", { min: 5, max: 9 }],
    ['x between 1 and 5', {}],
    ['x < 10 and x < 5', { below: 5 }],
    ['x is null or x > 3', { above: 3 }],
    ["x = any (array['a'::text, 'b'::text])", { labels: ['a', 'b'] }],
    ["x in ('a', 'b')", {}],
    ['x = any (array[1, 2])', { labels: [1, 2] }],
    ["x = 'only'", { labels: ['only'] }],
    ["x ~ '^[a-z]+$'", { pattern: '^[a-z]+$' }],
    ["x ~* '^a'", { pattern: '^a', ignoreCase: true }],
    ["x ~ similar_to_escape('[0-9]{2}.%'::text)", { pattern: '^(?:[0-9]{2}\\..*)$' }],
    ["x ~~ 'https://%'", { like: 'https://%' }],
    ['length(x) > 2 and length(x) <= 10', { minLength: 3, maxLength: 10 }],
    ['char_length(btrim(x)) >= 3', { minLength: 3 }],
    ['character_length(x) = 8', { minLength: 8, maxLength: 8 }],
    ["position('@' in x) > 0", { email: true }],
    ["lower(x) = any (array['a', 'b'])", { labels: ['a', 'b'] }],
    ['y > 5', {}],
    ['x > y', {}],
    ["x <> ''", {}],
    ['not (x > 5)', {}],
  ])('%s', (expression, expected) => {
    const found = hints(expression)
    if (Object.keys(expected).length > 0) expect(found).toEqual(expected)
    else expect(found).not.toHaveProperty('min')
  })

  test('add up over several checks', () => {
    const column = sampleColumn('x')
    const checks = [sampleCheck(['x'], 'x > 1'), sampleCheck(['x'], 'x <= 7'), sampleCheck(['y'], 'y > 3')]
    expect(hintsFor(sampleRelation('t', [column, 'y'], { checks }), column)).toEqual({ above: 1, max: 7 })
  })

  test('are taken from the domain, too', () => {
    const column = sampleColumn('x', { domainChecks: ['((VALUE >= 0) AND (VALUE <= 100))'] })
    expect(hintsFor(sampleRelation('t', [column]), column)).toEqual({ min: 0, max: 100 })
  })

  test('are none where the expression does not parse', () => {
    expect(hints('x >')).toEqual({})
  })
})
