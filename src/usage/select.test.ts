import { expect, test } from 'vitest'
import type { SelectItem } from '../domain/usage.ts'
import { columnName, parseLogic, parseSelect } from './select.ts'

const short = (items: readonly SelectItem[] | null): unknown =>
  items?.map((item) =>
    item.kind === 'column'
      ? item.name
      : [item.alias, item.target, item.hint, short(item.items)].filter((part) => part !== null),
  )

test.each<[string, unknown]>([
  ['*', []],
  ['id, title', ['id', 'title']],
  ['\n  id,\n  title\n', ['id', 'title']],
  ['name:full_name, age::text, a:b::int', ['full_name', 'age', 'b']],
  ['data->a->>b, x:data->0::int, "odd name", "a,b(c)"', ['data', 'data', 'odd name', 'a,b(c)']],
  ['id, author:users(name)', ['id', ['author', 'users', ['name']]]],
  ['comments(count), count', [['comments', []]]],
  [
    'users!inner(id), a:users!posts_author_fkey!left(id)',
    [
      ['users', ['id']],
      ['a', 'users', 'posts_author_fkey', ['id']],
    ],
  ],
  [
    '...author(name), tags()',
    [
      ['author', ['name']],
      ['tags', []],
    ],
  ],
  ['amount.sum(), total:amount.sum()::int, n:count()', ['amount', 'amount']],
  ['a(b(c, d:e(f)), g), h', [['a', [['b', ['c', ['d', 'e', ['f']]]], 'g']], 'h']],
  ['id,', null],
  ['a(b', null],
  ['a)', null],
  ['', null],
])('%j selects %j', (text, expected) => {
  expect(short(parseSelect(text)) ?? null).toEqual(expected)
})

test('the column of a path into JSON and of a cast', () => {
  expect(['a->b', 'a->>b', 'a::text', '"a->b"->c', 'a'].map(columnName)).toEqual(['a', 'a', 'a', 'a->b', 'a'])
})

test.each<[string, readonly string[]]>([
  ['a.eq.1,b.not.is.null', ['a', 'b']],
  ['and(a.gt.1,or(b.lt.2,c.like.*x*)),not.and(d.eq.1)', ['a', 'b', 'c', 'd']],
  ['a.in.(1,2,"x,y.eq.z"),b.cs.{1,2},c.eq."x,d.eq.1"', ['a', 'b', 'c']],
  ['author.name.eq.x,data->>a.eq.1,t.fts(english).cat', ['author.name', 'data->>a', 't']],
  ['nothing', []],
])('%j compares %j', (text, expected) => {
  expect(parseLogic(text)).toEqual(expected)
})
