import { expect, test } from 'vitest'
import { replaceNames } from './replace-names.ts'

test('names are replaced where they stand for something, and nowhere else', () => {
  const known = new Map([
    ['v', '(1)'],
    ['old', '(null::t)'],
  ])
  expect(replaceNames(`V > new.v and x.v = 'v' and "v" <> old.status -- v`, known)).toBe(
    `(1) > new.v and x.v = 'v' and "v" <> (null::t).status  `,
  )
})
