import { describe, expect, test } from 'vitest'
import type { Catalog } from '../../domain/catalog.ts'
import type { Model } from '../../domain/ownership.ts'
import type { Actor, Population } from '../../domain/population.ts'
import { sampleColumn, sampleRelation } from '../../domain/sample-relation.ts'
import { sampleArgument, sampleFacts, sampleRoutine } from '../../domain/sample-routine.ts'
import { digestOf } from './digest.ts'
import { indexValues, shownBy } from './evidence.ts'
import type { Call } from './plan.ts'

const row = {
  place: '1:1',
  values: { id: 103_000, body: 'a text of alice', status: 'pending', total: 12, size: 3 },
  owners: ['A'],
  authors: [],
  tenants: [],
}
const notes = sampleRelation(
  'notes',
  ['id', 'body', sampleColumn('status', { labels: ['pending', 'closed'] }), 'total', 'size'],
  { oid: 1 },
)
const catalog = { relations: [notes] } as unknown as Catalog
const population = { rows: new Map([[1, [row]]]) } as unknown as Population
const index = indexValues({ catalog, model: { literals: new Map() } as unknown as Model, population })

function callOf(body: string, given: readonly unknown[] = []): Call {
  return {
    routine: sampleRoutine(body, [sampleArgument('p')]),
    actor: { name: 'carol', user: 'C', claims: {} } as unknown as Actor,
    attempt: 'call with another’s keys',
    of: 'alice',
    choice: 0,
    given,
    values: given,
    statement: '',
  }
}

const shown = (answer: unknown, call = callOf('')): number =>
  shownBy(call, [answer], sampleFacts({ relations: [1] }), population, index).length

describe('an answer shows a row', () => {
  test.each([
    ['by a value', 'a text of alice'],
    ['by a value inside of a text', 'Notes: a text of alice; and more'],
    ['in capitals', 'A TEXT OF ALICE'],
    ['by its beginning', 'a text of a…'],
    ['by a key', { anything: 103_000 }],
    ['by two small values together', { total: 12, size: 3 }],
  ])('%s', (_, answer) => {
    expect(shown(answer)).toBe(1)
  })

  test.each([
    ['by a label', 'pending', callOf('')],
    ['by one small value', { total: 12 }, callOf('')],
    ['by what the caller gave', 'a text of alice', callOf('', ['a text of alice, and more'])],
    ['by what stands in the body', 'a text of alice', callOf("select 'a text of alice'")],
  ])('not %s', (_, answer, call) => {
    expect(shown(answer, call)).toBe(0)
  })
})

test('answers are compared without what was given, times and keys', () => {
  const call = callOf('', ['alice@example.com'])
  const answer = { email: 'alice@example.com', at: '2026-01-01 10:00:00', n: 3 }
  expect(digestOf(call, [answer])).toBe('[{"email":"","at":"","n":3}]')
})
