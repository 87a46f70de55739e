import { expect, test } from 'vitest'
import type { Catalog } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import { sampleColumn, sampleKey, sampleRelation } from '../domain/sample-relation.ts'
import { guessBindings } from './argument-names.ts'

const uuid = (name: string) => sampleColumn(name, { baseType: 'uuid' })
const primary = { keys: [sampleKey(['id'], { primary: true })] }
const users = sampleRelation('users', [uuid('id'), 'email'], { oid: 1, ...primary })
const orders = sampleRelation('orders', [sampleColumn('id', { baseType: 'int8' }), 'number'], {
  oid: 2,
  ...primary,
})
const versions = sampleRelation('plan_versions', [uuid('id'), sampleColumn('number', { baseType: 'int4' })], {
  oid: 3,
  ...primary,
})
const catalog = { relations: [users, orders, versions] } as unknown as Catalog
const model = { userRoots: [{ relation: 1, column: 'id' }], tenants: [] } as unknown as Model

test.each([
  ['p_user_id', 'uuid', ['1.id']],
  ['p_email', 'text', ['1.email']],
  ['p_number', 'text', ['2.number']],
  ['order_id', 'int8', ['2.id']],
  // a number is no user where users have uuid keys
  ['p_id', 'int8', ['2.id']],
  ['p_id', 'uuid', ['1.id']],
  ['p_limit', 'int4', []],
  ['p_what', 'text', []],
] as const)('%s %s is %j', (name, baseType, expected) => {
  const found = guessBindings({ name, baseType }, new Set([2]), catalog, model)
  expect(found.map(({ relation, column }) => `${relation}.${column}`)).toEqual(expected)
})

test('a number may be called like a column after what its table is called', () => {
  const guess = (name: string) =>
    guessBindings({ name, baseType: 'int4' }, new Set([2, 3]), catalog, model).map(
      ({ relation, column }) => `${relation}.${column}`,
    )
  expect(guess('p_latest_version_number')).toEqual(['3.number'])
  expect(guess('p_page_number')).toEqual([])
})
