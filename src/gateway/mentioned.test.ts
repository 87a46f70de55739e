import { expect, test } from 'vitest'
import { mentionedSettings } from './mentioned.ts'

test.each([
  ["tenant = current_setting('app.tenant', true)", [{ name: 'app.tenant', session: false }]],
  ["select set_config('App.Tenant', name, true)", [{ name: 'app.tenant', session: false }]],
  ["perform pg_catalog.set_config ( 'a.b', v, false); x := false;", [{ name: 'a.b', session: true }]],
  ["perform set_config('a.b', v, true); return false;", [{ name: 'a.b', session: false }]],
  [
    "begin set local a.b = 'x'; set c.d to 'y'; set session e.f = 1; end",
    [
      { name: 'a.b', session: false },
      { name: 'c.d', session: true },
      { name: 'e.f', session: true },
    ],
  ],
  ["current_setting('a.b'); perform set_config('a.b', 'x', false)", [{ name: 'a.b', session: true }]],
  ["update t set a.b = 1; select current_setting('work_mem'), set_config(name, 'x', true)", []],
] as const)('%s', (text, expected) => {
  expect(mentionedSettings([text])).toEqual(expected)
})
