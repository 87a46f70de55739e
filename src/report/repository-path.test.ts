import { expect, test } from 'vitest'
import { inRepository, uriOf } from './repository-path.ts'

test('a path of the project becomes one of the repository', () => {
  expect(inRepository('drizzle/0.sql', '')).toBe('drizzle/0.sql')
  expect(inRepository('drizzle/0.sql', 'apps/web')).toBe('apps/web/drizzle/0.sql')
  expect(inRepository('../../docs/./a.sql', 'apps/web')).toBe('docs/a.sql')
})

test('what lies outside of the repository has no path in it', () => {
  for (const file of ['../../a.sql', '/etc/a.sql', 'C:/a.sql', String.raw`\\host\a.sql`, '..']) {
    expect(inRepository(file, 'web'), file).toBeUndefined()
  }
})

test('a path becomes a relative URI, whatever its characters', () => {
  expect(uriOf('a b/größe#1?.sql')).toBe('a%20b/gr%C3%B6%C3%9Fe%231%3F.sql')
  expect(uriOf('x\ud800y.sql')).toBe('x%EF%BF%BDy.sql')
})
