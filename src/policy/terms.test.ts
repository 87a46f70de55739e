import { beforeAll, describe, expect, test } from 'vitest'
import { loadParser } from '../sql/parse.ts'
import { sampleRelation } from '../domain/sample-relation.ts'
import { readCondition } from './read.ts'
import { minTerms, termsOfPredicate } from './terms.ts'
import type { Term } from './terms.ts'
import type { Tree } from './tree.ts'

beforeAll(loadParser)

const read = (text: string): Tree => {
  const tree = readCondition(text)
  if (!tree) throw new Error(`does not parse: ${text}`)
  return tree
}

const shown = (term: Term): string =>
  term.map(({ atom, wanted }) => `${wanted ? '' : 'not '}${atom.text}`).join(', ')

const terms = (text: string, wanted = true, most = 20): readonly string[] =>
  minTerms(read(text), wanted, most).terms.map(shown)

describe('ways to make a condition hold', () => {
  test.each([
    ['a and (b or c)', ['a, b', 'a, c']],
    ['a or not (b or c)', ['a', 'not b, not c']],
    ['(a is true) or (b is not true)', ['a', 'not b']],
    ['case when a then b else c end', ['a, b', 'not a, c']],
  ])('%s', (text, expected) => {
    expect(terms(text)).toEqual(expected)
  })

  test('and to make it fail', () => {
    expect(terms('a and (b or c)', false)).toEqual(['not a', 'not b, not c'])
  })

  test('constants decide by themselves', () => {
    expect(terms('true and a')).toEqual(['a'])
    expect(terms('(false and a) or b')).toEqual(['b'])
    expect(terms('null::boolean or b')).toEqual(['b'])
    expect(terms('true')).toEqual([''])
    expect(terms('false')).toEqual([])
    expect(terms('not null')).toEqual([])
    expect(terms('null is not true')).toEqual([''])
    expect(terms('not null', false)).toEqual([''])
  })

  test('what contradicts itself is no way, and what is said twice is said once', () => {
    expect(terms('a and not a')).toEqual([])
    expect(terms('(a and b) or (b and a)')).toEqual(['a, b'])
    expect(terms('a and a')).toEqual(['a'])
  })

  test('those beyond the most are counted, the shortest are kept', () => {
    const { terms: kept, left } = minTerms(read('(a and b) or c or (d and e) or f'), true, 2)
    expect(kept.map(shown)).toEqual(['c', 'f'])
    expect(left).toBe(2)
    expect(minTerms(read('(a or b or c) and (d or e or f)'), true, 4)).toMatchObject({ left: 5 })
  })
})

test('each way through the permissive policies is one through all restrictive ones, too', () => {
  const { terms: found, left } = termsOfPredicate(
    {
      own: { alias: 'r0', relation: sampleRelation('notes', []) },
      permissive: [
        { policy: 'own', tree: read('a') },
        { policy: 'open', tree: read('b or not r') },
      ],
      restrictive: [{ policy: 'guard', tree: read('r or s') }],
    },
    10,
  )
  expect(found.map(({ policy, literals }) => `${policy}: ${shown(literals)}`)).toEqual([
    'own: a, r',
    'own: a, s',
    'open: b, r',
    'open: b, s',
    'open: not r, s',
  ])
  expect(left).toBe(0)
})
