import { expect, test } from 'vitest'
import type { Naming } from '../ownership/naming.ts'
import { labelOf, layoutsFor, nameIn, readName } from './layout.ts'
import type { Layout, Part } from './layout.ts'

const alice = '3f0c1d2e-1111-4222-8333-444455556666'
const keys = new Map([
  ['user', alice],
  ['tenant', 'acme-globex'],
])
const key = (name: string, before = '', after = ''): Part => ({ is: 'key', key: name, before, after })
const word = (text: string): Part => ({ is: 'word', text })
const layout = (rest: Partial<Layout>): Layout => ({
  folders: [],
  file: null,
  extension: 'png',
  separator: '/',
  kind: 'path',
  ...rest,
})
const naming = (constants: readonly string[]): Naming => ({
  constants,
  columns: [],
  depth: 1,
  tiesName: null,
  tiesOwner: false,
  readsEmail: false,
})

test('a folder per user, below a fixed one', () => {
  const one = layout({ folders: [word('avatars'), key('user')] })
  expect(labelOf(one)).toBe('avatars/<user>/…')
  expect(nameIn(one, keys, 'me')).toBe(`avatars/${alice}/me.png`)
  expect(readName(one, `avatars/${alice}/deep/me.png`)).toEqual(new Map([['user', alice]]))
  expect(readName(one, `avatars/${alice}`)).toBeNull()
  expect(readName(one, `others/${alice}/me.png`)).toBeNull()
})

test('a file that is called like its user', () => {
  const one = layout({ file: key('user', 'u-') })
  expect(nameIn(one, keys, 'ignored')).toBe(`u-${alice}.png`)
  expect(readName(one, `u-${alice}.png`)).toEqual(new Map([['user', alice]]))
})

test('a key that is the whole name of the object stays as it is', () => {
  const one = layout({ file: key('documents.path') })
  expect(nameIn(one, new Map([['documents.path', 'a/b']]), 'ignored')).toBe('a/b')
  expect(readName(one, 'a/b')).toEqual(new Map([['documents.path', 'a/b']]))
})

test('a tenant whose key begins with another’s is not taken for it', () => {
  const one = layout({ folders: [key('tenant')] })
  expect(readName(one, 'acme-globex/x.png')).toEqual(new Map([['tenant', 'acme-globex']]))
})

test('keys that hold the separator are read whole', () => {
  const topic = layout({
    kind: 'topic',
    separator: '-',
    extension: '',
    folders: [word('orders'), key('user')],
  })
  expect(nameIn(topic, keys, '')).toBe(`orders-${alice}`)
  expect(readName(topic, `orders-${alice}`)).toEqual(new Map([['user', alice]]))
  expect(readName(topic, 'orders-acme-globex')).toEqual(new Map([['user', 'acme-globex']]))
})

test('somebody without the key has no name in the layout', () => {
  expect(nameIn(layout({ folders: [key('tenant')] }), new Map(), 'x')).toBeNull()
})

test('fixed parts of patterns become folders, and what stands around a key stays around it', () => {
  const labels = layoutsFor(naming(['avatars/%', 'team_', '.jpg']), ['user'], 'path', null).map(labelOf)
  expect(labels).toContain('avatars/<user>/…')
  expect(labels).toContain('team_<user>/…')
  expect(labels).not.toContain('.jpg/…')
})

test('the extension is one that policies ask for, else one that the bucket allows', () => {
  const extensions = (constants: readonly string[], types: readonly string[] | null) => [
    ...new Set(layoutsFor(naming(constants), ['user'], 'path', types).map(({ extension }) => extension)),
  ]
  expect(extensions(['jpg'], ['image/png'])).toEqual(['jpg'])
  expect(extensions([], ['application/pdf'])).toEqual(['pdf'])
  expect(extensions([], null)).toEqual(['png'])
})

test('topics are joined by the sign that policies use, and what messages are is no word of theirs', () => {
  const labels = layoutsFor(naming(['room:', 'broadcast']), ['user'], 'topic', null).map(labelOf)
  expect(labels).toContain('room:<user>')
  expect(labels.some((label) => label.includes('broadcast'))).toBe(false)
})
