import { describe, expect, test } from 'vitest'
import type { OwnerPath, Ownership } from './ownership.ts'
import { plantedTie, principalsOf, standingOf, tenantNames, tieOf } from './population.ts'
import type { Actor, Values } from './population.ts'

const actor = (rest: Partial<Actor> = {}): Actor => ({
  name: 'alice',
  role: 'authenticated',
  login: 'authenticator',
  user: 'A',
  tenants: [],
  claims: {},
  settings: {},
  purpose: 'judged',
  ...rest,
})
const row = (
  rest: { owners?: string[]; authors?: string[]; tenants?: string[]; personal?: boolean } = {},
) => ({
  owners: [],
  authors: [],
  tenants: [],
  ...rest,
})

describe('the tie of a row to an actor', () => {
  const member = actor({ tenants: ['acme'] })

  test.each([
    ['own, where one of its owners is the actor', row({ owners: ['B', 'A'] }), actor(), 'own'],
    ['own, where the actor made it', row({ owners: ['B'], authors: ['A'] }), actor(), 'own'],
    ['foreign, where it is somebody else’s', row({ owners: ['B'] }), actor(), 'foreign'],
    ['unowned, where it is nobody’s', row(), actor(), 'unowned'],
    ['unowned, where only somebody else made it', row({ authors: ['B'] }), actor(), 'unowned'],
    ['team, where the tenant is the actor’s', row({ owners: ['B'], tenants: ['acme'] }), member, 'team'],
    ['own inside of the own tenant', row({ owners: ['A'], tenants: ['acme'] }), member, 'own'],
    [
      'foreign in a foreign tenant, owner or not',
      row({ owners: ['A'], tenants: ['globex'] }),
      member,
      'foreign',
    ],
    [
      'own in a foreign tenant, where the row is the person',
      row({ owners: ['A'], tenants: ['globex'], personal: true }),
      member,
      'own',
    ],
    ['foreign for a session without a user', row({ owners: ['A'] }), actor({ user: null }), 'foreign'],
    [
      'team, where one of several tenants is the actor’s',
      row({ tenants: ['globex', 'acme'] }),
      member,
      'team',
    ],
  ] as const)('is %s', (_, one, who, tie) => {
    expect(tieOf(one, who)).toBe(tie)
  })

  test('gives anon a column of its own, and unowned rows stand with the strangers’', () => {
    expect(standingOf('own', actor({ role: 'anon' }))).toBe('anon')
    expect(standingOf('unowned', actor())).toBe('foreign')
    expect(standingOf('team', actor())).toBe('team')
  })
})

describe('the tie of a row that an actor has left behind', () => {
  test('does not become own by having been written, where it has an owner', () => {
    expect(plantedTie(row({ owners: ['B'], authors: ['A'] }), actor())).toBe('foreign')
  })

  test('is own by authorship, where nothing else says whose it is', () => {
    expect(plantedTie(row({ authors: ['A'] }), actor())).toBe('own')
  })
})

describe('principals', () => {
  const path = (column: string, ...steps: OwnerPath['steps'][number][]): OwnerPath => ({
    steps,
    column,
    evidence: '',
  })
  const step = (columns: string[], target: number, targetColumns: string[]) => ({
    columns,
    target,
    targetName: `public.t${target}`,
    targetColumns,
  })
  const ownership = (rest: Partial<Ownership>): Ownership => ({
    relation: 1,
    kind: 'user',
    owners: [],
    authors: [],
    tenants: [],
    declared: false,
    evidence: [],
    ...rest,
  })
  const tables: Readonly<Record<number, readonly Values[]>> = {
    2: [{ id: 5, folder: 'x', user_id: 'A' }],
    3: [{ tenant: 't', number: 1, owner: 'B' }],
  }
  const lookup = (relation: number, columns: readonly string[], values: readonly unknown[]) =>
    tables[relation]?.find((one) => columns.every((name, i) => one[name] === values[i]))

  test('are read from the row itself, numbers as text', () => {
    const found = principalsOf(
      ownership({ owners: [path('user_id')], authors: [path('made_by')], tenants: [path('org')] }),
      { user_id: 7, made_by: 'B', org: 'acme' },
      lookup,
    )
    expect(found).toEqual({ owners: ['7'], authors: ['B'], tenantKeys: ['acme'] })
  })

  test('are found through foreign keys, single and composite', () => {
    const owners = [
      path('user_id', step(['parent'], 2, ['id'])),
      path('owner', step(['a', 'b'], 3, ['tenant', 'number'])),
    ]
    expect(principalsOf(ownership({ owners }), { parent: 5, a: 't', b: 1 }, lookup).owners).toEqual([
      'A',
      'B',
    ])
  })

  test('are nobody where a key is NULL or leads nowhere', () => {
    const owners = [path('user_id', step(['parent'], 2, ['id'])), path('user_id')]
    expect(principalsOf(ownership({ owners }), { parent: null, user_id: null }, lookup).owners).toEqual([])
    expect(principalsOf(ownership({ owners }), { parent: 6, user_id: null }, lookup).owners).toEqual([])
  })

  test('are all elements of an array, and each only once', () => {
    const owners = [path('members'), path('user_id')]
    expect(principalsOf(ownership({ owners }), { members: ['A', 'B'], user_id: 'A' }, lookup).owners).toEqual(
      ['A', 'B'],
    )
  })

  test('are nobody where nothing is known about the relation', () => {
    expect(principalsOf(undefined, { user_id: 'A' }, lookup)).toEqual({
      owners: [],
      authors: [],
      tenantKeys: [],
    })
  })
})

test('keys of tenants become their names, once each, and unknown keys stay', () => {
  const tenants = [{ name: 'acme', keys: ['1', 'a'] }]
  expect(tenantNames(['1', 'a', '9'], tenants)).toEqual(['acme', '9'])
})
