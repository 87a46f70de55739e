import { expect, test } from 'vitest'
import { bypassOf } from './bypass.ts'
import type { Role } from './catalog.ts'

const role = (name: string, rest: Partial<Role> = {}): Role => ({
  name,
  superuser: false,
  bypassRowSecurity: false,
  login: true,
  inherits: [],
  becomes: [],
  ...rest,
})
const plain = { owner: 'keeper', rowSecurity: { enabled: true, forced: false } }
const forced = { owner: 'keeper', rowSecurity: { enabled: true, forced: true } }
const catalog = {
  roles: [
    role('keeper'),
    role('heir', { inherits: ['keeper'] }),
    role('guest'),
    role('root', { superuser: true }),
    role('server', { bypassRowSecurity: true }),
  ],
}

test.each([
  ['keeper', 'owner', null],
  ['heir', 'owner', null],
  ['guest', null, null],
  ['root', 'superuser', 'superuser'],
  ['server', 'bypassrls', 'bypassrls'],
] as const)('%s walks around row security as %s, and as %s where it is forced', (name, open, closed) => {
  expect([bypassOf(catalog, plain, name), bypassOf(catalog, forced, name)]).toEqual([open, closed])
})

test('where row security is off there is nothing to walk around', () => {
  expect(bypassOf(catalog, { ...plain, rowSecurity: { enabled: false, forced: false } }, 'root')).toBeNull()
})
