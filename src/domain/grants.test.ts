import { expect, test } from 'vitest'
import { grantOf } from './grants.ts'
import type { Grantable, GrantStatement } from './grants.ts'

const table: Grantable = { schema: 'app', name: 'notes', on: 'tables', madeAt: 5 }

const statement = (rest: Partial<GrantStatement>): GrantStatement => ({
  file: 'a.sql',
  line: 1,
  number: 9,
  grants: true,
  target: 'objects',
  on: 'tables',
  names: [{ schema: 'app', name: 'notes' }],
  privileges: 'all',
  roles: ['anon'],
  ...rest,
})
const granted = (rest: Partial<GrantStatement>, object: Grantable = table): boolean =>
  grantOf([statement(rest)], object, 'truncate', ['anon', 'public']) !== undefined

test.each<[string, boolean, Partial<GrantStatement>]>([
  ['its name', true, {}],
  ['its name without a schema', true, { names: [{ schema: null, name: 'notes' }] }],
  ['another table', false, { names: [{ schema: 'app', name: 'files' }] }],
  ['a name that is only known while it runs', true, { names: null }],
  ['everybody', true, { roles: ['public'] }],
  ['another role', false, { roles: ['editor'] }],
  ['this privilege', true, { privileges: [{ name: 'truncate', columns: [] }] }],
  ['another privilege', false, { privileges: [{ name: 'select', columns: [] }] }],
  ['a revoke', false, { grants: false }],
  ['all that there was in the schema', true, { target: 'schemas', names: [{ schema: 'app', name: null }] }],
  [
    'all that there was before',
    false,
    { target: 'schemas', number: 3, names: [{ schema: 'app', name: null }] },
  ],
  ['what is made later', false, { target: 'defaults', names: [{ schema: 'app', name: null }] }],
  ['what was made later', true, { target: 'defaults', number: 3, names: [{ schema: null, name: null }] }],
])('a grant that names %s: %s', (_, expected, rest) => {
  expect(granted(rest)).toBe(expected)
})

test('a sequence may be granted as if it were a table, a table not as a sequence', () => {
  const sequence: Grantable = { ...table, on: 'sequences' }
  expect(granted({}, sequence)).toBe(true)
  expect(granted({ on: 'sequences' })).toBe(false)
})
