import { beforeAll, expect, test } from 'vitest'
import { loadParser } from '../sql/parse.ts'
import { conditionProblem } from './row-condition.ts'

beforeAll(loadParser)

test.each([
  "status = 'published'",
  'published_at <= now() and not hidden',
  'exists (select from public.shows s where s.id = show_id and s.open)',
  "title like '%;%' or title = '--'",
  'owner_role = current_date::text',
])('a condition over the row is taken: %s', (where) => {
  expect(conditionProblem(where)).toBeUndefined()
})

test.each([
  'true); delete from public.posts where (true',
  'true) or (true',
  'true; drop table public.posts',
  "status = 'published' -- shown",
  'true /*',
  'status =',
  'true order by 1',
  'true limit 1',
])('what is more or less than a condition is refused: %s', (where) => {
  expect(conditionProblem(where)?.problem).toBe('is no SQL expression')
})

test.each([
  "auth.uid() is null or status = 'published'",
  "(select auth.jwt() ->> 'role') = 'admin'",
  "current_setting('app.user_id', true) = owner",
  "pg_catalog.current_setting('role') = 'anon'",
  "current_user = 'anon'",
  "session_user = 'anon'",
])('a condition on who asks is refused: it is evaluated for nobody: %s', (where) => {
  expect(conditionProblem(where)?.problem).toBe('asks who is signed in')
})
