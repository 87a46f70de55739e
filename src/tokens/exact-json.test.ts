import { describe, expect, test } from 'vitest'
import { printExact, readExact, survivesParsing, textOf } from './exact-json.ts'

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
    ['1', true],
    ['1.50', true],
    ['1e3', true],
    ['0.1', true],
    ['-0.0', true],
    ['9007199254740991', true],
    ['9007199254740992', true],
    ['9007199254740993', false],
    ['12345678901234567890', false],
    ['0.12345678901234567890123', false],
    ['1e400', false],
    ['1e-400', false],
    ['{"a":["12345678901234567890"]}', true],
    ['{"a":[12345678901234567890]}', false],
  ])('knows whether JavaScript holds %s: %s', (text, expected) => {
    expect(survivesParsing(readExact(text))).toBe(expected)
  })
})

describe('a value as JSON text', () => {
  test('is what JSON.stringify writes', () => {
    const value = {
      a: [1, undefined, null, 'ü "quoted"'],
      b: undefined,
      c: new Date(0),
      d: { e: {} },
      f: -0,
      '': '\u2028',
    }
    expect(textOf(value)).toBe(JSON.stringify(value))
  })

  test('has bigints as numbers', () => {
    expect(textOf({ big: 12345678901234567890n })).toBe('{"big":12345678901234567890}')
  })

  test('is refused where JSON has no word for it, where JSON.stringify would write null or nothing', () => {
    expect(() => textOf({ a: Number.NaN })).toThrow('JSON has no NaN')
    expect(() => textOf([Number.POSITIVE_INFINITY])).toThrow('JSON has no Infinity')
    expect(() => textOf({ a: () => 1 })).toThrow('JSON has no function')
    const circle: Record<string, unknown> = {}
    circle['self'] = [circle]
    expect(() => textOf(circle)).toThrow('a value holds itself')
  })
})
