import { describe, expect, test } from 'vitest'
import { parseStatements, loadParser, children, child, constantOf, nameParts } from './parse.ts'
import { quoteLiteral, quoteName, quoteQualified } from './quote.ts'

const HOSTILE = [
  'plain',
  'With Space',
  'Größe',
  'a"b',
  '"',
  '""',
  'x"; drop table users; --',
  "it's",
  "'; drop table users; --",
  'back\\slash',
  "\\'; drop table users; --",
  'E\\047',
  '$1',
  '$$body$$',
  '/* comment',
  '-- comment',
  'line\nbreak',
  '%s %I',
  '🐘',
  'select',
]

describe('a quoted name', () => {
  test.each(HOSTILE)('stands for exactly %j', async (name) => {
    await loadParser()
    const [statement, more] = parseStatements(`select ${quoteName(name)}`) ?? []
    const target = statement && children(statement, 'targetList')[0]
    const column = target && child(target, 'val')
    expect(more).toBeUndefined()
    expect(column && nameParts(column, 'fields')).toEqual([name])
  })

  test('keeps schema and name apart, whatever dots are in them', () => {
    expect(quoteQualified('a.b', 'c')).toBe('"a.b"."c"')
    expect(quoteQualified('a', 'b.c')).toBe('"a"."b.c"')
  })

  test('cannot hold a NUL character', () => {
    expect(() => quoteName('a\0b')).toThrow('NUL')
  })
})

describe('a quoted literal', () => {
  test.each(HOSTILE)('stands for exactly %j', async (text) => {
    await loadParser()
    const [statement, more] = parseStatements(`select ${quoteLiteral(text)}`) ?? []
    const target = statement && children(statement, 'targetList')[0]
    expect(more).toBeUndefined()
    expect(constantOf(target && child(target, 'val'))).toBe(text)
  })

  test('shows numbers and booleans as literals of unknown type, and null as NULL', () => {
    expect([quoteLiteral(1.5), quoteLiteral(true), quoteLiteral(null)]).toEqual(["'1.5'", "'true'", 'null'])
  })

  test('cannot hold a NUL character', () => {
    expect(() => quoteLiteral('a\0b')).toThrow('NUL')
  })
})
