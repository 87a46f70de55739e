import { expect, test } from 'vitest'
import { didYouMean, distance, nearest } from './nearest.ts'

test('a swap of neighbours is one step', () => {
  expect(distance('selcet', 'select')).toBe(1)
  expect(distance('', 'abc')).toBe(3)
  expect(distance('kitten', 'sitting')).toBe(3)
})

test('the nearest candidate is found whatever its case', () => {
  expect(nearest('selct', ['insert', 'select', 'delete'])).toBe('select')
  expect(nearest('publicrelation', ['publicRelation'])).toBe('publicRelation')
})

test('nothing is suggested where nothing is near', () => {
  expect(nearest('banana', ['select', 'insert'])).toBeUndefined()
  expect(nearest('x', [])).toBeUndefined()
  expect(didYouMean('zzz', ['a'])).toBeUndefined()
})

test('a suggestion reads as a question', () => {
  expect(didYouMean('embeded', ['embedded', 'system'])).toBe('Did you mean "embedded"?')
})
