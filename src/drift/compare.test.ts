import { describe, expect, test } from 'vitest'
import type { Difference, Facets, ObjectKind, SchemaObject } from '../domain/drift.ts'
import { SELF } from '../domain/drift.ts'
import { changesBetween, describeChanges } from './compare.ts'

const object = (
  kind: ObjectKind,
  path: readonly string[],
  facets: Facets = {},
  relation: string | null = 'public.notes',
): SchemaObject => ({ kind, path, relation, facets, extra: {} })

const table = object('table', ['public', 'notes'])
const column = object('column', ['public', 'notes', 'id'], { type: 'integer' })
const own = object('policy', ['public', 'notes', 'own'], { using: 'private.mine(id)' })
const helper = object('function', ['private', 'mine', 'integer'], { security: 'invoker', body: 'a' }, null)
const owners = object('privilege', ['table', 'public', 'notes', '', SELF], { privileges: 'select' })
const anons = object('privilege', ['table', 'public', 'notes', '', 'anon'], { privileges: 'select' })
const all = [table, column, own, helper, owners, anons]

function differences(before: readonly SchemaObject[], after: readonly SchemaObject[]): readonly Difference[] {
  return describeChanges(changesBetween(before, after), {
    objects: [...before, ...after],
    placeOf: ({ kind }) => (kind === 'policy' ? { file: 'a.sql', line: 3 } : {}),
  })
}

const without = (...some: readonly SchemaObject[]): readonly SchemaObject[] =>
  all.filter((one) => !some.includes(one))

describe('what differs between two states', () => {
  test('is nothing where both are alike, in whatever order', () => {
    expect(differences(all, all.toReversed())).toEqual([])
  })

  test('is told with before, after and the place of the migrations', () => {
    const opened = { ...own, facets: { using: 'true', 'with check': 'true' } }
    expect(differences(all, [...without(own), opened])).toEqual([
      {
        kind: 'policy',
        name: 'own',
        relation: 'public.notes',
        state: 'different',
        weight: 'access',
        changes: [
          { name: 'using', before: 'private.mine(id)', after: 'true' },
          { name: 'with check', before: null, after: 'true' },
        ],
        with: [],
        file: 'a.sql',
        line: 3,
      },
    ])
  })

  test('counts what goes with a table, and lists nothing of it', () => {
    const [only, ...others] = differences(all, without(table, column, own, owners, anons))
    expect(others).toEqual([])
    expect(only).toMatchObject({
      kind: 'table',
      state: 'missing',
      with: ['1 column', '1 policy', '1 privilege'],
    })
  })

  test('lists what lets somebody at a table that the migrations do not know', () => {
    const found = differences(without(table, column, own, owners, anons), all)
    expect(found.map(({ kind, weight, with: parts }) => [kind, weight, ...parts])).toEqual([
      ['table', 'access', '1 column'],
      ['policy', 'access'],
      ['privilege', 'access'],
    ])
  })

  test('touches access where a policy calls the function that differs', () => {
    const other = { ...helper, facets: { ...helper.facets, body: 'b' } }
    expect(differences(all, [...without(helper), other])).toMatchObject([{ weight: 'access' }])
    const unasked = [helper, table]
    expect(differences(unasked, [other, table])).toMatchObject([{ weight: 'structure' }])
  })

  test('puts what touches access first, then goes by name', () => {
    const found = differences(all, without(column, anons, own))
    expect(found.map(({ kind }) => kind)).toEqual(['policy', 'privilege', 'column'])
  })

  test('keeps names apart that are alike when they are joined', () => {
    const one = object('policy', ['public', 'a.b', 'c'])
    const other = object('policy', ['public.a', 'b', 'c'])
    expect(changesBetween([one], [other])).toHaveLength(2)
  })
})
