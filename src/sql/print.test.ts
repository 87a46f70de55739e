import { beforeAll, expect, test } from 'vitest'
import { loadParser, parseExpression } from './parse.ts'
import { printExpression } from './print.ts'

beforeAll(loadParser)

const printed = (text: string): string | null => {
  const tree = parseExpression(text)
  return tree && printExpression(tree, (parts) => parts.join('.'))
}

test.each([
  ["status = ANY (ARRAY['a'::text, 'b'])", `(status = any (array['a'::"text", 'b']))`],
  ["p.kind in ('x', 'y')", "(p.kind in ('x', 'y'))"],
  ['level between 1 and 3', '(level between 1 and 3)'],
  ['not (a and b is not true)', '(not (a and (b is not true)))'],
  ["s ->> 'public' = 'true'", "((s ->> 'public') = 'true')"],
  ['case when a then b else false end', '(case when a then b else false end)'],
  ["at < now() - interval '1 day'", `(at < ("now"() - '1 day'::"pg_catalog"."interval"))`],
  ['is_visible(posts.*)', '"is_visible"(posts.*)'],
  ['coalesce(deleted_at, current_timestamp) is null', '(coalesce(deleted_at, current_timestamp) is null)'],
])('%s is printed with all its parts', (text, expected) => {
  expect(printed(text)).toBe(expected)
})

test.each(['exists (select 1)', 'count(*) > 1', 'a = current_user', 'x = $1'])(
  'what depends on more than a row is not printed: %s',
  (text) => {
    expect(printed(text)).toBeNull()
  },
)
