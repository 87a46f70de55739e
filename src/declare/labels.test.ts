import { beforeAll, describe, expect, test } from 'vitest'
import type { Column } from '../domain/catalog.ts'
import { sampleCheck, sampleColumn, sampleRelation } from '../domain/sample-relation.ts'
import { loadParser } from '../sql/parse.ts'
import { possibleTexts } from './labels.ts'

beforeAll(loadParser)

describe('texts that a CHECK lists', () => {
  const typeWith = (expressions: readonly string[], rest: Partial<Column> = {}): readonly string[] | null => {
    const checks = expressions.map((expression) => sampleCheck(['c'], expression))
    const column = sampleColumn('c', rest)
    return possibleTexts(sampleRelation('t', [column], { checks }), column)
  }

  test.each([
    ["(c = ANY (ARRAY['b'::text, 'a'::text]))", ['a', 'b']],
    ["((c)::text = ANY ((ARRAY['a'::character varying])::text[]))", ['a']],
    ["((c = 'a'::text) OR (c = 'b'::text))", ['a', 'b']],
    ["((c IS NULL) OR (c = 'a'::text))", ['a']],
    ["((c = ANY (ARRAY['a'::text, 'b'::text])) AND (length(c) < 9))", ['a', 'b']],
    ["((c = 'it''s'::text))", ["it's"]],
  ])('are all that it can hold: %s', (expression, expected) => {
    expect([...(typeWith([expression]) ?? [])].sort()).toEqual(expected)
  })

  test.each([
    "((c = 'a'::text) OR (length(c) > 3))",
    "(c <> 'a'::text)",
    "(c >= 'a'::text)",
    "(c ~ '^[a-z]=$'::text)",
    "(NOT (c = 'a'::text))",
    "(lower(c) = 'a'::text)",
    "(c = ANY (ARRAY['a'::text, NULL::text]))",
    "(c <> ALL (ARRAY['a'::text]))",
    "(d = ANY (ARRAY['a'::text]))",
    "((c = 'a'::text) OR (d = 'b'::text))",
    '(c = d)',
    "('a'::text = c)",
    '(length(c) = 1)',
  ])('are not all that it can hold where something else may pass: %s', (expression) => {
    expect(typeWith([expression])).toBeNull()
  })

  test('are those that every check lists', () => {
    const checks = ["(c = ANY (ARRAY['a'::text, 'b'::text]))", "(c = ANY (ARRAY['b'::text, 'c'::text]))"]
    expect(typeWith(checks)).toEqual(['b'])
    expect(typeWith([], { domainChecks: ["(VALUE = ANY (ARRAY['x'::text]))"] })).toEqual(['x'])
  })

  test('say nothing of types that store another text than was compared', () => {
    for (const baseType of ['bpchar', 'citext', 'int4'])
      expect(typeWith(["(c = 'a'::text)"], { baseType })).toBeNull()
    expect(typeWith(["(c = 'a'::text)"], { array: true })).toBeNull()
  })
})
