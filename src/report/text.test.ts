import { expect, test } from 'vitest'
import { count, harmless, inert, inertJson, truncate, widthOf, wrap } from './text.ts'

test('control characters, escape sequences, line breaks and bidi marks become visible', () => {
  expect(harmless('a\u001b[31mred\u0007', true)).toBe(String.raw`a\x1b[31mred\x07`)
  expect(harmless('one\r\ntwo\tthree\u2028', true)).toBe(String.raw`one\r\ntwo\tthree\u{2028}`)
  expect(harmless('safe\u202Eevil\u200b\u{e0041}', true)).toBe(String.raw`safe\u{202e}evil\u{200b}\u{e0041}`)
  expect(harmless('\u009b2J', true)).toBe(String.raw`\x9b2J`)
})

test('names of other alphabets stay, except where only ASCII can be shown', () => {
  expect(harmless('público.таблица', true)).toBe('público.таблица')
  expect(harmless('people’s é …', false)).toBe(String.raw`people's \xe9 ...`)
})

test('a text is cut at columns, not at characters', () => {
  expect(truncate('public.chats', 20, '…')).toBe('public.chats')
  expect(truncate('public.conversations', 10, '…')).toBe('public.co…')
  expect(truncate('日本語日本語', 7, '…')).toBe('日本語…')
  expect(widthOf(truncate('日本語日本語', 6, '...'))).toBeLessThanOrEqual(6)
})

test('lines break between words, and within a word only where it fits no line', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij'])
  expect(wrap('', 10)).toEqual([''])
})

test('numbers agree with their nouns', () => {
  expect([count(1, 'finding'), count(0, 'finding'), count(1104, 'probe')]).toEqual([
    '1 finding',
    '0 findings',
    '1,104 probes',
  ])
})

test('no line of a wrapped text is a workflow command, and none gets wider', () => {
  const text = `${'x'.repeat(20)}::error::${'y'.repeat(20)}`
  const lines = wrap(text, 20)
  expect(lines.join('')).toBe(text)
  expect(lines.filter((line) => line.startsWith('::') || widthOf(line) > 20)).toEqual([])
  expect(inert('  ::error::x')).toBe(String.raw`  \x3a:error::x`)
  expect(inert('auth.uid()::text')).toBe('auth.uid()::text')
})

test('what a runner takes for a command wherever it stands is broken up, and a JSON text stays the same value', () => {
  expect(harmless('a ##[error]b ###vso[task]c ## d', true)).toBe(
    String.raw`a #\x23[error]b ##\x23vso[task]c ## d`,
  )
  const json = JSON.stringify({ a: '##[group]x' })
  expect(inertJson(json)).not.toContain('##[')
  expect(JSON.parse(inertJson(json))).toEqual(JSON.parse(json))
})
