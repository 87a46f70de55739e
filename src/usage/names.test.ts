import { expect, test } from 'vitest'
import { suggest } from './names.ts'

test('a name that differs in case or underscores alone is preferred, and said to be another', () => {
  expect(suggest('insight_run', ['insight_runs_old', 'InsightRun'])).toEqual({
    name: 'InsightRun',
    why: expect.stringContaining('case-sensitive') as string,
  })
  expect(suggest('Task', ['ask', 'tasks'])).toMatchObject({ name: 'tasks' })
  expect(suggest('Category', ['categories'])).toMatchObject({ name: 'categories' })
})

test('else the nearest, or none', () => {
  expect(suggest('custmers', ['orders', 'customers'])).toEqual({ name: 'customers', why: null })
  expect(suggest('profile', ['profiles'])).toEqual({ name: 'profiles', why: null })
  expect(suggest('invoices', ['users'])).toBeNull()
  expect(suggest('x', [])).toBeNull()
})
