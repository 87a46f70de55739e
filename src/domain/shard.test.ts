import { describe, expect, test } from 'vitest'
import { shareOut, unitKey } from './shard.ts'
import type { Costed } from './shard.ts'

const costed = (...costs: readonly number[]): readonly Costed[] =>
  costs.map((cost, at) => ({ unit: { kind: 'relation', name: `public.t${at}` }, cost }))

const loadsOf = (some: readonly Costed[], count: number): readonly number[] => {
  const planned = shareOut(some, count)
  return Array.from({ length: count }, (_, at) =>
    some.reduce((sum, { cost }, index) => sum + (planned[index]?.shard === at + 1 ? cost : 0), 0),
  )
}

describe('sharing out', () => {
  test('gives every unit to one shard and keeps their order', () => {
    const some = costed(5, 1, 9, 3)
    const planned = shareOut(some, 3)
    expect(planned.map(unitKey)).toEqual(some.map(({ unit }) => unitKey(unit)))
    expect(planned.every(({ shard }) => shard >= 1 && shard <= 3)).toBe(true)
  })

  test('goes by cost, not by number', () => {
    expect(loadsOf(costed(10, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1), 2)).toEqual([10, 10])
    expect(loadsOf(costed(7, 6, 5, 4, 3, 2), 3)).toEqual([9, 9, 9])
  })

  test('gives the same shares for the same units, and one that costs nothing to somebody, too', () => {
    const some = costed(4, 4, 0, 4, 0)
    expect(shareOut(some, 2)).toEqual(shareOut(some, 2))
    expect(shareOut(some, 2).map(({ shard }) => shard)).toEqual([1, 2, 2, 1, 2])
  })

  test('leaves shards empty where there are more of them than units', () => {
    const planned = shareOut(costed(3, 2), 5)
    expect(planned.map(({ shard }) => shard)).toEqual([1, 2])
  })

  test('tells units apart by kind, name and scope', () => {
    const keys = [
      unitKey({ kind: 'relation', name: 'public.a' }),
      unitKey({ kind: 'climb', name: 'public.a', scope: 'bob' }),
      unitKey({ kind: 'climb', name: 'public.a', scope: 'carol' }),
      unitKey({ kind: 'area', name: 'public.a' }),
      unitKey({ kind: 'area', name: 'public.a', scope: '' }),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })
})
