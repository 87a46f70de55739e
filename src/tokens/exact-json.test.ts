import { describe, expect, test } from 'vitest'
import { printExact, readExact, survives, valueOf } from './exact-json.ts'

describe('a JSON text that keeps its numbers', () => {
  test.each([
    '{"a":12345678901234567890,"b":[1.50,-0.1e-7,true,null,{}],"c":"x"}',
    '"a \\"quoted\\" {,:[ 12"',
    '[]',
    '-0',
  ])('is printed as it was read: %s', (text) => {
    expect(printExact(readExact(text))).toBe(text)
  })

  test('loses blanks and needless escapes alone', () => {
    expect(printExact(readExact(' { "\\u0061" : [ 1 , "\\/" ] } '))).toBe('{"a":[1,"/"]}')
  })

  test('must not name a member twice, at any depth', () => {
    expect(() => readExact('[{"role":"anon","role":"service_role"}]')).toThrow(
      'the member "role" stands there twice',
    )
    expect(() => readExact('{"a":1,"\\u0061":2}')).toThrow('twice')
    expect(printExact(readExact('{"a":{"a":1},"b":{"a":1}}'))).toBe('{"a":{"a":1},"b":{"a":1}}')
  })

  test('must be JSON', () => {
    for (const text of ['', '{', '{"a":}', '01', '{} {}', "{'a':1}"])
      expect(() => readExact(text), text).toThrow(SyntaxError)
  })

  test.each([
    ['1', 1, true],
    ['1.50', 1.5, true],
    ['1e3', 1000, true],
    ['0.1', 0.1, true],
    ['-0.0', -0, true],
    ['9007199254740991', 9007199254740991, true],
    ['9007199254740992', 9007199254740992, true],
    ['9007199254740993', 9007199254740993n, true],
    ['-12345678901234567890', -12345678901234567890n, true],
    ['1e25', 1e25, true],
    ['0.12345678901234567890123', 0.12345678901234568, false],
    ['1e-400', 0, false],
    [
      '{"a":["12345678901234567890"],"__proto__":null}',
      { a: ['12345678901234567890'], ['__proto__']: null },
      true,
    ],
    ['{"a":[12345678901234567890]}', { a: [12345678901234567890n] }, true],
    ['[0.12345678901234567890123]', [0.12345678901234568], false],
  ])('%s is a value, with all its digits or not', (text, value, all) => {
    expect(valueOf(readExact(text))).toEqual(value)
    expect(survives(readExact(text))).toBe(all)
  })

  test('holds no number that is larger than any', () => {
    for (const text of ['1e400', '[-1e309]', '9'.repeat(400)])
      expect(() => valueOf(readExact(text))).toThrow('larger than any number')
  })
})
