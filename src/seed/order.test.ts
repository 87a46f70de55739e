import { describe, expect, test } from 'vitest'
import type { Relation } from '../domain/catalog.ts'
import { sampleColumn, sampleForeignKey, sampleRelation } from '../domain/sample-relation.ts'
import { insertionOrder } from './order.ts'

const plain = (name: string): Relation => sampleRelation(name, ['id'])

/** The relation with a key to each target; required ones are marked by `!`. */
function referring(name: string, ...targets: readonly string[]): Relation {
  const columns = targets.map((target) =>
    sampleColumn(`to_${target.replace('!', '')}`, { notNull: target.endsWith('!') }),
  )
  const foreignKeys = targets.map((target) => {
    const bare = target.replace('!', '')
    return sampleForeignKey([`to_${bare}`], plain(bare))
  })
  return sampleRelation(name, ['id', ...columns], { foreignKeys })
}
const names = (relations: readonly Relation[]): readonly string[] =>
  insertionOrder(relations).map(({ name }) => name)

describe('the order of insertion', () => {
  test('puts what is referred to first', () => {
    expect(names([referring('c', 'b'), referring('b', 'a'), plain('a')])).toEqual(['a', 'b', 'c'])
  })

  test('keeps the given order where there are no keys', () => {
    expect(names([plain('b'), plain('a')])).toEqual(['b', 'a'])
  })

  test('does not mind a reference to itself or to what is not seeded', () => {
    expect(names([referring('tree', 'tree!', 'elsewhere!')])).toEqual(['tree'])
  })

  test('breaks a cycle at the key that may be empty', () => {
    expect(names([referring('a', 'b'), referring('b', 'a!')])).toEqual(['a', 'b'])
    expect(names([referring('a', 'b!'), referring('b', 'a')])).toEqual(['b', 'a'])
  })

  test('has every relation once in a cycle of required keys', () => {
    expect([...names([referring('a', 'b!'), referring('b', 'c!'), referring('c', 'a!')])].sort()).toEqual([
      'a',
      'b',
      'c',
    ])
  })

  test('serves what hangs on a cycle after it', () => {
    expect(names([referring('leaf', 'a!'), referring('a', 'b'), referring('b', 'a!')])).toEqual([
      'a',
      'b',
      'leaf',
    ])
  })
})
