import { beforeAll, describe, expect, test } from 'vitest'
import type { Column, Relation } from '../domain/catalog.ts'
import { loadParser, parseExpression } from '../sql/parse.ts'
import { aimsAt, partsOf } from './aims.ts'

beforeAll(loadParser)

const column = (name: string, baseType: string, more: Partial<Column> = {}): Column => ({
  number: 1,
  name,
  type: baseType,
  baseType,
  array: false,
  notNull: true,
  default: null,
  identity: null,
  generated: false,
  labels: null,
  maxLength: null,
  precision: null,
  domainChecks: [],
  ...more,
})

const RELATION = {
  name: 't',
  columns: [
    column('a', 'int4'),
    column('b', 'int4'),
    column('name', 'text'),
    column('day', 'date'),
    column('note', 'text', { notNull: false }),
    column('doc', 'jsonb'),
    column('made', 'int4', { generated: true }),
  ],
} as unknown as Relation

const aims = (text: string): readonly string[] => {
  const node = parseExpression(text)
  return node ? aimsAt(RELATION, node).map(({ column: name, value }) => `${name}: ${value}`) : []
}

describe('what columns are given for a condition to hold', () => {
  const cases: readonly (readonly [text: string, expected: readonly string[]])[] = [
    ['a = 5', ['a: (5)::int4']],
    ['not (a <> 5)', ['a: (5)::int4']],
    ['a < b', ['a: ((b)::numeric - 1)::int4', 'b: ((a)::numeric + 1)::int4']],
    ['a = b + 1', ['a: (b + 1)::int4', 'b: ((a) - (1))::int4']],
    ['(note is null)', ['note: (null)::text']],
    ['name is null', []],
    [`name = any (array['x', 'y'])`, [`name: ('x')::text`, `name: ('y')::text`]],
    ['length(name) >= 8', [`name: (rpad((name)::text, ((8)::numeric )::int, 'x'))::text`]],
    ['made = 1', []],
    ['other = 1', []],
    ['new.a = 1', ['a: (1)::int4']],
    ['elsewhere.a = 1', []],
  ]
  test.each(cases)('%s', (text, expected) => {
    expect(aims(text)).toEqual(expected)
  })

  test('a key of a document is set and the rest of it stays', () => {
    expect(aims(`doc ->> 'kind' = 'x'`)).toEqual([
      expect.stringMatching(/^doc: .*\|\| jsonb_build_object\('kind'::text, to_jsonb\(\('x'\)\)\)\)::jsonb$/),
    ])
  })

  test('a condition comes apart where every part must hold', () => {
    expect(partsOf('(a > 1 and (b > 2 or a > 3)) is true').map(({ expression }) => expression)).toEqual([
      'a > 1',
      'b > 2 OR a > 3',
    ])
  })
})
