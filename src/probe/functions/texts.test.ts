import { expect, test } from 'vitest'
import { textsIn } from './texts.ts'

test.each([
  ['a value', 'somebody’s note', 'somebody’s note'],
  ['JSON in a text', '{"a": {"b": "hidden text"}}', 'hidden text'],
  ['a row in a text', '(103000,"hidden text",)', 'hidden text'],
  ['bytea', `\\x${Buffer.from('hidden text').toString('hex')}`, 'hidden text'],
  ['base64', Buffer.from('hidden text').toString('base64'), 'hidden text'],
  ['columns', { a: [{ b: 'hidden text' }] }, 'hidden text'],
])('looks into %s', (_, answer, expected) => {
  expect(textsIn(answer)).toContain(expected)
})
