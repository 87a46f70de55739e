import { describe, expect, test } from 'vitest'
import type { Column } from '../domain/catalog.ts'
import { sampleColumn } from '../domain/sample-relation.ts'
import type { Hints } from './hints.ts'
import { canary, uuidFor } from './place.ts'
import type { Place } from './place.ts'
import { fakerFor, valueFor } from './value.ts'

const at = (rest: Partial<Place> = {}): Place => ({
  relation: 'public.t',
  relationIndex: 3,
  row: 0,
  variant: 0,
  seed: 1,
  unique: false,
  ...rest,
})
const value = (column: Partial<Column>, place: Partial<Place> = {}, hints: Hints = {}): unknown =>
  valueFor(sampleColumn(column.name ?? 'x', column), hints, at(place), fakerFor(1))
const rows = (count: number): readonly number[] => Array.from({ length: count }, (_, row) => row)
const distinct = (column: Partial<Column>, count: number, hints: Hints = {}): number =>
  new Set(rows(count).map((row) => JSON.stringify(value(column, { row, unique: true }, hints)))).size

describe('texts', () => {
  test('carry a canary that is different for every row, column and relation', () => {
    const all = rows(50).flatMap((row) =>
      ['a', 'b'].flatMap((name) => ['r', 's'].map((relation) => canary(at({ row, relation }), name))),
    )
    expect(new Set(all).size).toBe(200)
    expect(String(value({ name: 'title' }))).toContain(canary(at(), 'title', 9))
  })

  test('are the same in every run of the same seed, and others with another', () => {
    expect(value({ name: 'bio' })).toBe(value({ name: 'bio' }))
    expect(canary(at({ seed: 2 }), 'x')).not.toBe(canary(at(), 'x'))
  })

  test.each([1, 2, 5, 10, 40])('fit into %i characters', (maxLength) => {
    expect(String(value({ name: 'description', maxLength })).length).toBeLessThanOrEqual(maxLength)
  })

  test('reach the length that a check asks for', () => {
    expect(String(value({ name: 'hash' }, {}, { minLength: 64, maxLength: 64 }))).toHaveLength(64)
    expect(String(value({ name: 'essay' }, {}, { minLength: 300 })).length).toBeGreaterThanOrEqual(300)
  })

  test.each([
    '^[a-z0-9]+(-[a-z0-9]+)*$',
    '^[A-Z]{2}$',
    '^[^@]+@[^@]+\\.[a-z]{2,}$',
    '^\\+[1-9]\\d{6,14}$',
    '^v?\\d+\\.\\d+$',
    '^[_-]{3}$',
    '^[[:alpha:]]{2}[[:digit:]]{3}$',
    '^(?=.*[A-Z])(?=.*[0-9]).{8,}$',
  ])('match %s', (pattern) => {
    const javascript = pattern.replace('[:alpha:]', 'a-zA-Z').replace('[:digit:]', '0-9')
    expect(String(value({}, {}, { pattern }))).toMatch(new RegExp(javascript))
  })

  test('fall back to the canary where a pattern cannot be understood', () => {
    expect(value({}, {}, { pattern: '[' })).toBe(canary(at(), 'x', 9))
  })

  test('of unique columns are distinct even where they are short', () => {
    expect(distinct({ maxLength: 2 }, 600)).toBe(600)
    expect(distinct({ name: 'country' }, 30)).toBe(30)
  })
})

describe('numbers', () => {
  test.each<[string, Partial<Column>, Hints, number, number]>([
    ['smallint', { baseType: 'int2' }, {}, 1, 32_767],
    ['numeric(4, 2)', { baseType: 'numeric', precision: [4, 2] }, {}, 0, 99.99],
    ['numeric(3, 3)', { baseType: 'numeric', precision: [3, 3] }, {}, 0, 0.999],
    ['a percentage', { baseType: 'int4' }, { min: 0, max: 100 }, 0, 100],
    ['a ratio', { baseType: 'numeric' }, { above: 0, below: 1 }, 0.01, 0.99],
    ['a negative', { baseType: 'int4' }, { below: 0 }, -2_000_000_000, -1],
    ['a huge one', { baseType: 'int8' }, { above: 1e12 }, 1e12 + 1, Number.MAX_SAFE_INTEGER],
  ])('of %s stay within their limits and are distinct', (_, column, hints, least, most) => {
    const made = rows(20).map((row) => Number(value(column, { row, unique: true }, hints)))
    expect(Math.min(...made)).toBeGreaterThanOrEqual(least)
    expect(Math.max(...made)).toBeLessThanOrEqual(most)
    expect(new Set(made).size).toBe(20)
  })

  test('of keys lie in a range of their relation', () => {
    expect(value({ baseType: 'int4' }, { unique: true, row: 7 })).toBe(103_007)
  })
})

describe('states', () => {
  test.each([
    ['is_active', [true, false]],
    ['deleted', [false, true]],
    ['is_admin', [false, false]],
    ['flag', [false, true]],
  ])('%s is %j in its first two variants', (name, expected) => {
    expect([0, 1].map((variant) => value({ name, baseType: 'bool' }, { variant }))).toEqual(expected)
  })

  test('show every label of an enum', () => {
    const labels = ['a', 'b', 'c']
    expect([0, 1, 2, 3].map((variant) => value({ baseType: 'mood', labels }, { variant }))).toEqual([
      'a',
      'b',
      'c',
      'a',
    ])
  })

  test('put what expires out of force in the second variant only', () => {
    const expiry = (variant: number): string =>
      String(value({ name: 'valid_until', baseType: 'timestamptz' }, { variant }))
    expect(expiry(0) > '2027').toBe(true)
    expect(expiry(1) < '2026-01-15').toBe(true)
    expect(value({ name: 'deleted_at', baseType: 'timestamptz' })).toBeNull()
  })
})

describe('other types', () => {
  test.each([
    'date',
    'time',
    'timestamptz',
    'interval',
    'inet',
    'cidr',
    'macaddr',
    'bytea',
    'int4range',
    'daterange',
    'tstzrange',
    'int4multirange',
    'uuid',
    'jsonb',
    'point',
    'pg_lsn',
  ])('%s has a value of its own for each of 600 rows', (baseType) => {
    expect(distinct({ baseType }, 600)).toBe(600)
  })

  test('are unknown where nothing is known', () => {
    expect(value({ baseType: 'pg_snapshot' })).toBeUndefined()
  })

  test('are lists where the column is one: empty and with an element', () => {
    expect(value({ array: true })).toEqual([])
    expect(value({ array: true }, { variant: 1 })).toHaveLength(1)
    expect(distinct({ array: true, baseType: 'mood', labels: ['a', 'b', 'c'] }, 50)).toBe(50)
  })

  test('are vectors and bits of the width that the type has', () => {
    expect(value({ baseType: 'vector', type: 'extensions.vector(3)' })).toBe('[1,1,1]')
    expect(value({ baseType: 'bit', type: 'bit(4)' }, { row: 5 })).toBe('0101')
  })
})

test('a UUID made from parts is one, and depends on every part', () => {
  expect(uuidFor('a', 1)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(uuidFor('a', 1)).not.toBe(uuidFor('a1'))
})
