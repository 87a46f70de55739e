import { expect, test } from 'vitest'
import { setValue, substitute } from './psql-variables.ts'

const variables = new Map([
  ['name', "it's"],
  ['int', 'WRONG'],
  ['table', 'public.t'],
])

test.each([
  ['select :table', 'select public.t'],
  ["select :'name'", "select 'it''s'"],
  ['select :"name"', `select "it's"`],
  ['select 1::int, x :: int', 'select 1::int, x :: int'],
  ['select a[1:2]', 'select a[1:2]'],
  ["select ':table', $$ :table $$ -- :table", "select ':table', $$ :table $$ -- :table"],
  ['select :unknown', 'select :unknown'],
  ['x := :table', 'x := public.t'],
])('%s becomes %s', (text, expected) => {
  expect(substitute(text, variables)).toBe(expected)
})

test.each([
  ['a b', ['a', 'b']],
  ['a', ['a', '']],
  ["a 'x y' z", ['a', 'x yz']],
  [String.raw`a 'it''s\n'`, ['a', "it's\n"]],
  ['a :table', ['a', 'public.t']],
  ['a `date`', undefined],
])('\\set %s', (argument, expected) => {
  expect(setValue(argument, variables)).toEqual(expected)
})
