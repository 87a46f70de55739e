import { describe, expect, test } from 'vitest'
import { jsonText } from './json-text.ts'

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
    expect(jsonText(value)).toBe(JSON.stringify(value))
  })

  test('has bigints as numbers', () => {
    expect(jsonText({ big: 12345678901234567890n })).toBe('{"big":12345678901234567890}')
  })

  test('is refused where JSON has no word for it, where JSON.stringify would write null or nothing', () => {
    expect(() => jsonText({ a: Number.NaN })).toThrow('JSON has no NaN')
    expect(() => jsonText([Number.POSITIVE_INFINITY])).toThrow('JSON has no Infinity')
    expect(() => jsonText({ a: () => 1 })).toThrow('JSON has no function')
    const circle: Record<string, unknown> = {}
    circle['self'] = [circle]
    expect(() => jsonText(circle)).toThrow('a value holds itself')
  })
})
