import { expect, test } from 'vitest'
import { keyIn, withKey } from './column-form.ts'
import type { ColumnForm } from './column-form.ts'

const FORMS: readonly (ColumnForm | undefined)[] = [
  undefined,
  { kind: 'part', separator: '/', index: 1 },
  { kind: 'part', separator: ':', index: 3 },
  { kind: 'member', path: ['author', 'id'] },
  { kind: 'lower' },
]

test.each(FORMS)('a key is read as it was written: %o', (form) => {
  for (const otherwise of [undefined, null, 'some-text', { title: 'x', author: { name: 'y' } }])
    expect(keyIn(form, withKey(form, 'a-key', otherwise))).toBe('a-key')
})

test('two keys stand in one column, in whatever order they are written', () => {
  const [first, second] = [1, 2].map((index) => ({ kind: 'part', separator: '/', index }) as const)
  expect(withKey(second, 'b', withKey(first, 'a', 'unique'))).toBe('a/b/unique')
  expect(withKey(first, 'a', withKey(second, 'b', 'unique'))).toBe('a/b/unique')
})

test('what the column held otherwise stays beside the key', () => {
  expect(withKey({ kind: 'part', separator: '/', index: 2 }, 'key', 'unique')).toBe('of/key/unique')
  expect(withKey({ kind: 'member', path: ['by'] }, 'key', { title: 'x' })).toStrictEqual({
    title: 'x',
    by: 'key',
  })
})

test.each([
  [{ kind: 'part', separator: '/', index: 3 }, 'a/b'],
  [{ kind: 'part', separator: '/', index: 1 }, '/b'],
  [{ kind: 'member', path: ['by'] }, 'text'],
  [{ kind: 'member', path: ['by', 'id'] }, { by: [] }],
  [{ kind: 'member', path: ['by'] }, null],
] as const)('there is no key where there is none: %o in %j', (form, value) => {
  expect(keyIn(form, value) ?? undefined).toBeUndefined()
})
