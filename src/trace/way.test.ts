import { expect, test } from 'vitest'
import type { Catalog, Relation, ViewFacts } from '../domain/catalog.ts'
import { sampleRelation } from '../domain/sample-relation.ts'
import { stateOf, wayOf } from './way.ts'

const table = sampleRelation('orders', ['id'], { oid: 1, owner: 'app' })

const view = (name: string, over: Relation, rest: Partial<ViewFacts>, rewritten = true): Relation =>
  sampleRelation(name, ['id'], {
    kind: 'view',
    owner: 'clerk',
    view: {
      definition: '',
      securityInvoker: false,
      securityBarrier: false,
      checkOption: 'none',
      insertable: true,
      updatable: true,
      deletable: true,
      reads: [over.oid],
      base: rewritten ? { relation: over.oid, columns: { id: 'id' } } : null,
      ...rest,
    },
  })

const way = (relation: Relation, others: readonly Relation[], behind?: Relation): readonly string[] =>
  wayOf({ relations: [table, relation, ...others] } as unknown as Catalog, relation, 'anon', behind).map(
    (stop) => `${stop.relation.name} ${stop.role}`,
  )

test('a view hands on with the rights of its owner, or of the caller', () => {
  expect(way(table, [])).toEqual(['orders anon'])
  expect(way(view('all_orders', table, {}), [])).toEqual(['all_orders anon', 'orders clerk'])
  expect(way(view('my_orders', table, { securityInvoker: true }), [])).toEqual([
    'my_orders anon',
    'orders anon',
  ])
})

test('the last of several views decides, whatever stands before it', () => {
  const inner = view('inner', table, { securityInvoker: true })
  expect(way(view('outer', inner, {}), [inner])).toEqual(['outer anon', 'inner clerk', 'orders anon'])
})

test('of a view that the server does not rewrite the way is known as far as the row’s table is', () => {
  const totals = view('totals', table, {}, false)
  expect(way(totals, [], table)).toEqual(['totals anon', 'orders clerk'])
  expect(way(totals, [])).toEqual(['totals anon'])
})

test('row security is off, on, or passes the owner by', () => {
  const role = { superuser: false, bypassRowSecurity: false, login: true, inherits: [], becomes: [] }
  const catalog = {
    roles: [
      { ...role, name: 'app' },
      { ...role, name: 'anon' },
    ],
  } as unknown as Catalog
  expect(stateOf(catalog, { relation: table, role: 'app' })).toBe('bypassed')
  expect(stateOf(catalog, { relation: table, role: 'anon' })).toBe('on')
  const open = { ...table, rowSecurity: { enabled: false, forced: false } }
  expect(stateOf(catalog, { relation: open, role: 'anon' })).toBe('off')
})
