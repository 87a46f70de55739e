import type { Key, Relation } from '../domain/catalog.ts'
import type { Values } from '../domain/population.ts'

/** Unique keys of a relation that two rows would both claim. NULLs do not collide unless the key says so. */
export function collides(relation: Relation, a: Values, b: Values): Key | undefined {
  return relation.keys.find(
    (key) =>
      !key.partial &&
      key.columns.length > 0 &&
      key.columns.every((column) => {
        const [x, y] = [a[column], b[column]]
        if (x === undefined || y === undefined) return false
        return x === null || y === null
          ? key.nullsNotDistinct && x === y
          : JSON.stringify(x) === JSON.stringify(y)
      }),
  )
}

/** Rows in order, without those that repeat a key of an earlier one; those are reported. */
export function withoutCollisions<Row extends { readonly values: Values }>(
  relation: Relation,
  rows: readonly Row[],
  standing: readonly Values[],
  onCollision: (key: Key) => void = () => {},
): readonly Row[] {
  const kept: Row[] = []
  for (const row of rows) {
    const key = [...standing, ...kept.map(({ values }) => values)]
      .map((other) => collides(relation, row.values, other))
      .find((one) => one !== undefined)
    if (key) onCollision(key)
    else kept.push(row)
  }
  return kept
}
