import { describe, expect, test } from 'vitest'
import { sampleKey, sampleRelation } from '../domain/sample-relation.ts'
import { collides, withoutCollisions } from './conflict.ts'

const pair = sampleKey(['a', 'b'])
const relation = sampleRelation('t', ['a', 'b'], { keys: [pair] })

describe('two rows', () => {
  test('collide where all columns of a key are equal', () => {
    expect(collides(relation, { a: 1, b: 'x' }, { a: 1, b: 'x' })).toBe(pair)
    expect(collides(relation, { a: 1, b: 'x' }, { a: 1, b: 'y' })).toBeUndefined()
  })

  test('do not collide in NULLs, unless the key says that they are not distinct', () => {
    expect(collides(relation, { a: 1, b: null }, { a: 1, b: null })).toBeUndefined()
    const strict = sampleRelation('t', ['a', 'b'], { keys: [{ ...pair, nullsNotDistinct: true }] })
    expect(collides(strict, { a: 1, b: null }, { a: 1, b: null })).toBeDefined()
    expect(collides(strict, { a: 1, b: null }, { a: 1, b: 'x' })).toBeUndefined()
  })

  test('are left to the server where a value is the server’s, or where the key is partial', () => {
    expect(collides(relation, { a: 1 }, { a: 1 })).toBeUndefined()
    const partial = sampleRelation('t', ['a', 'b'], { keys: [{ ...pair, partial: true }] })
    expect(collides(partial, { a: 1, b: 'x' }, { a: 1, b: 'x' })).toBeUndefined()
  })

  test('compare documents by what is in them', () => {
    expect(collides(relation, { a: { n: 1 }, b: [1] }, { a: { n: 1 }, b: [1] })).toBe(pair)
  })
})

describe('rows without collisions', () => {
  const row = (a: number, b: string) => ({ values: { a, b } })

  test('are the first of their key, and differ from those that stand there already', () => {
    const rows = [row(1, 'x'), row(1, 'x'), row(2, 'x'), row(3, 'x')]
    expect(withoutCollisions(relation, rows, [{ a: 3, b: 'x' }])).toEqual([rows[0], rows[2]])
  })

  test('name the key of those that were left out', () => {
    const names: string[] = []
    withoutCollisions(relation, [row(1, 'x'), row(1, 'x')], [], ({ name }) => names.push(name))
    expect(names).toEqual(['a_b_key'])
  })
})
