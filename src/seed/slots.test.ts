import { describe, expect, test } from 'vitest'
import type { Membership, Model, Ownership } from '../domain/ownership.ts'
import { sampleCheck, sampleColumn, sampleRelation } from '../domain/sample-relation.ts'
import { castPeople } from './cast.ts'
import { harmlessLabels, highestOf, leastFirst, roleOf, slotsFor } from './slots.ts'

const membership: Membership = {
  relation: 2,
  tenantColumn: 'org_id',
  userColumn: 'user_id',
  roleColumn: 'role',
  inactive: { column: 'status', value: 'revoked', active: 'active' },
}
const owned = (relation: number, kind: Ownership['kind']): Ownership => ({
  relation,
  kind,
  owners: [],
  authors: [],
  tenants: [],
  declared: false,
  evidence: [],
})
const model: Model = {
  ownerships: new Map([
    [1, owned(1, 'tenant')],
    [3, owned(3, 'user')],
    [4, owned(4, 'shared')],
  ]),
  tenants: [
    {
      relation: 1,
      name: 'public.orgs',
      keyColumn: 'id',
      memberships: [membership],
      claims: [],
      evidence: '',
    },
  ],
  shares: [],
  rowStates: new Map(),
  lookups: new Set(),
  privileges: [
    { relation: 5, userColumn: 'user_id', labels: {} },
    { relation: 6, userColumn: 'user_id', labels: { role: ['admin'] } },
  ],
  claims: [],
  userRoots: [{ relation: 7, column: 'id' }],
  literals: new Map(),
  emailColumns: new Set(),
  emailShapes: { literals: [], columns: [] },
}
const people = castPeople(model, 1, ['viewer'], ['admin'], false)
const role = sampleColumn('role', { labels: ['admin', 'user'] })

function names(oid: number): readonly string[] {
  const relation = sampleRelation('t', ['id', role], { oid })
  return slotsFor(relation, roleOf(relation, model), model, people).map(
    ({ person }) => person?.name ?? 'nobody',
  )
}

describe('who gets rows', () => {
  test.each([
    ['of a relation of users', 3, ['alice', 'bob', 'carol']],
    ['of a shared relation', 4, ['nobody']],
    ['of the tenants, which are as many as there are', 1, ['alice', 'carol']],
    ['of a membership: every member, in force or not', 2, ['alice', 'bob', 'carol', 'dave', 'acme-viewer']],
    ['of a list of people with rights: staff alone', 5, ['staff-admin']],
    ['of a list of roles: others have a harmless one', 6, ['alice', 'bob', 'carol', 'staff-admin']],
    ['of profiles: everybody', 7, people.map(({ name }) => name)],
  ])('%s', (_, oid, expected) => {
    expect(names(oid)).toEqual(expected)
  })
})

describe('labels', () => {
  test('are ranked by what their names say', () => {
    expect(leastFirst(['admin', 'editor', 'thing', 'viewer'])).toEqual(['viewer', 'thing', 'admin', 'editor'])
    expect(highestOf(['viewer', 'admin', 'owner'])).toBe('owner')
    expect(highestOf([])).toBeUndefined()
  })

  test('are harmless where no policy asks for them', () => {
    const relation = sampleRelation('t', ['role'], {
      checks: [sampleCheck(['role'], "(role = ANY (ARRAY['admin'::text, 'user'::text]))")],
    })
    expect(harmlessLabels(relation, sampleColumn('role'), ['admin'])).toEqual(['user'])
    expect(harmlessLabels(sampleRelation('t', ['role']), sampleColumn('role'), ['admin'])).toEqual(['user'])
  })
})
