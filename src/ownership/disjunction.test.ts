import { beforeAll, expect, test } from 'vitest'
import { loadParser, parseExpression } from '../sql/parse.ts'
import { printExpression } from '../sql/print.ts'
import { disjunction } from './disjunction.ts'

beforeAll(loadParser)

const branchesOf = (text: string): readonly string[] => {
  const tree = parseExpression(text)
  if (!tree) throw new Error(`does not parse: ${text}`)
  return disjunction(tree).map((branch) =>
    branch
      .map(
        ({ node, negated }) =>
          `${negated ? 'not ' : ''}${printExpression(node, (parts) => parts.join('.')) ?? '?'}`,
      )
      .join(' & '),
  )
}

test.each([
  ['a', ['a']],
  ['a or (b and c)', ['a', 'b & c']],
  ['a and (b or c)', ['a & b', 'a & c']],
  ['not (a or b)', ['not a & not b']],
  ['not (a and b)', ['not a', 'not b']],
  ['(select a) and b::boolean', ['a & b::"pg_catalog"."bool"']],
])('%s holds by one of its branches', (text, expected) => {
  expect(branchesOf(text)).toEqual(expected)
})

test('what has too many branches is cut off', () => {
  const many = Array.from({ length: 6 }, (_, i) => `(a${i} or b${i})`).join(' and ')
  expect(branchesOf(many)).toHaveLength(16)
})
