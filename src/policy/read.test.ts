import { beforeAll, describe, expect, test } from 'vitest'
import { loadParser } from '../sql/parse.ts'
import { readCondition } from './read.ts'
import { atomsOf, branchesTaken, truthOf } from './tree.ts'
import type { Tree, Truth } from './tree.ts'

beforeAll(loadParser)

const read = (text: string): Tree => {
  const tree = readCondition(text)
  if (!tree) throw new Error(`does not parse: ${text}`)
  return tree
}

const texts = (text: string): readonly (string | null)[] => atomsOf(read(text)).map((atom) => atom.text)

const shape = (tree: Tree): string => {
  switch (tree.kind) {
    case 'atom':
      return tree.atom.text ?? '?'
    case 'not':
      return `not(${shape(tree.part)})`
    case 'is true':
      return `true(${shape(tree.part)})`
    case 'and':
    case 'or':
      return `${tree.kind}(${tree.parts.map(shape).join(', ')})`
  }
}

const truth = (text: string, values: Readonly<Record<string, Truth>>): Truth =>
  truthOf(read(text), (atom) => values[atom.text ?? ''] ?? null)

describe('reading a policy’s condition', () => {
  test.each([
    ['((a = b) AND ((c > 1) AND d))', 'and(a = b, c > 1, d)'],
    ['(NOT (a OR (NOT b)))', 'not(or(a, not(b)))'],
    ['(a IS TRUE)', 'true(a)'],
    ['(a IS NOT FALSE)', 'not(true(not(a)))'],
    ['COALESCE(a, false)', 'true(a)'],
    ['COALESCE(a, true)', 'not(true(not(a)))'],
    ['((a = b) = false)', 'not(a = b)'],
    ['(( SELECT (a = b)))', 'a = b'],
    ['(CASE WHEN a THEN true ELSE b END)', 'or(and(true(a), true), and(not(true(a)), b))'],
    ["((meta ->> 'public'::text))::boolean", "CAST(meta ->> 'public'::text AS boolean)"],
    ["(status = 'true'::text)", "status = 'true'::text"],
    ['(a IS UNKNOWN)', 'a IS UNKNOWN'],
  ])('%s', (text, expected) => {
    expect(shape(read(text))).toBe(expected)
  })

  test('atoms are told apart by what they ask', () => {
    const forms = (text: string): readonly string[] => atomsOf(read(text)).map(({ form }) => form)
    expect(
      forms(
        "a = 1 and b is null and c and d in (1, 2) and e = any (f) and g like 'x%' and h ~ 'x' and i @> j and exists (select 1) and k in (select 1) and l() and m is distinct from n and true",
      ),
    ).toEqual([
      'comparison',
      'null test',
      'boolean',
      'in',
      'any',
      'like',
      'regex',
      'containment',
      'exists',
      'in subquery',
      'function',
      'distinct',
      'constant',
    ])
  })

  test('what is no SQL is no condition', () => {
    expect(readCondition('a = = b')).toBeNull()
  })
})

describe('three-valued logic', () => {
  test('unknown is neither', () => {
    expect(truth('a and b', { a: true, b: null })).toBeNull()
    expect(truth('a and b', { a: false, b: null })).toBe(false)
    expect(truth('a or b', { a: true, b: null })).toBe(true)
    expect(truth('not a', { a: null })).toBeNull()
    expect(truth('coalesce(a, true)', { a: null })).toBe(true)
    expect(truth('coalesce(a, false)', { a: null })).toBe(false)
    expect(truth('case when a then false else true end', { a: null, true: true, false: false })).toBe(true)
  })

  test('the branch that was taken is named by its atoms', () => {
    const taken = (text: string, values: Readonly<Record<string, Truth>>) =>
      branchesTaken(read(text), (atom) => values[atom.text ?? ''] ?? null).map((reasons) =>
        reasons.map(({ atom, value }) => `${atom.text} ${value}`),
      )
    expect(taken('a or (b and not c)', { a: false, b: true, c: false })).toEqual([['b true', 'c false']])
    expect(taken('a or b', { a: true, b: true })).toEqual([['a true'], ['b true']])
    expect(taken('a and b', { a: true, b: null })).toEqual([])
    expect(taken('coalesce(a, true)', { a: null })).toEqual([['a null']])
  })

  test('atoms keep their text', () => {
    expect(texts("(email ~~* (auth.jwt() ->> 'email'::text)) OR (name = 'x  y'::text)")).toEqual([
      "email ~~* (auth.jwt() ->> 'email'::text)",
      "name = 'x  y'::text",
    ])
  })
})
