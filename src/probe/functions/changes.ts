import type { RowChange } from '../../domain/call.ts'
import { relationByOid } from '../../domain/catalog.ts'
import type { Catalog } from '../../domain/catalog.ts'
import type { Values } from '../../domain/population.ts'
import { rowFrom } from '../understand.ts'
import type { After, Knowledge } from '../understand.ts'

/** Rows of one table before and after a call. */
export function changesIn(
  relation: number,
  after: readonly After[],
  knowledge: Pick<Knowledge, 'catalog' | 'model' | 'population' | 'lookup'>,
): readonly RowChange[] {
  const standing = knowledge.population.rows.get(relation) ?? []
  const left = new Set(after.map(({ place }) => place))
  const gone = standing.filter(({ place }) => !left.has(place))
  const fresh = after.map(({ row }) => row).filter((row) => row !== null)
  const key = keyOf(knowledge.catalog, relation)
  const updated = gone.flatMap((row) => {
    const now = fresh.find((values) => key.length > 0 && isSame(values, row.values, key))
    return now ? [{ row, now }] : []
  })
  return [
    ...updated.map(({ row, now }): RowChange => ({
      relation,
      kind: 'updated',
      row,
      columns: differences(row.values, now),
    })),
    ...gone
      .filter((row) => !updated.some((one) => one.row === row))
      .map((row): RowChange => ({ relation, kind: 'deleted', row, columns: [] })),
    ...fresh
      .filter((values) => !updated.some(({ now }) => now === values))
      .map((values): RowChange => ({
        relation,
        kind: 'inserted',
        row: rowFrom(relation, values, knowledge),
        columns: [],
      })),
  ]
}

const keyOf = (catalog: Catalog, relation: number): readonly string[] =>
  relationByOid(catalog, relation)?.keys.find(({ primary }) => primary)?.columns ?? []

const isSame = (a: Values, b: Values, names: readonly string[]): boolean =>
  names.every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]))

const differences = (before: Values, after: Values): RowChange['columns'] =>
  Object.keys(after)
    .filter((name) => !isSame(before, after, [name]))
    .map((name) => ({ name, before: before[name], after: after[name] }))
