import { expect, test } from 'vitest'
import { objectOf, withArrays } from './json-values.ts'

test('a path of keys leads into inner objects', () => {
  expect(objectOf({ id: 1 }, [['note.id', 7]])).toEqual({ id: 1, note: { id: 7 } })
})

test.each([
  ['the whole', { position: 0, path: '', of: 'objects' }, [{ id: 1 }]],
  ['a part', { position: 0, path: 'items', of: 'objects' }, { id: 1, items: [{ id: 1 }] }],
  ['a list of keys', { position: 0, path: 'ids', of: 'texts' }, { id: 1, ids: ['key'] }],
] as const)('%s becomes an array', (_, array, expected) => {
  expect(withArrays({ id: 1 }, [array], 'key')).toEqual(expected)
})
