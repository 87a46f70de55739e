import type { Catalog, Relation } from '../../domain/catalog.ts'
import type { Population } from '../../domain/population.ts'

/** Tables with seeded rows, and all others of the project: a row may be put where none stands. */
export const watchedBy = ({ catalog, population }: Watched): readonly Relation[] =>
  catalog.relations.filter(
    ({ oid, schema, kind, isPartition }) =>
      (kind === 'table' || kind === 'partitioned') &&
      !isPartition &&
      (population.rows.has(oid) || catalog.tested.includes(schema)),
  )

const writtenSql = (oid: string): string =>
  ['inserted', 'updated', 'deleted'].map((what) => `pg_stat_get_xact_tuples_${what}(${oid})`).join(' + ') +
  ' > 0'

/** Whether the transaction has written to a table (manual, "The Cumulative Statistics System"). */
export const hasWrittenSql = ({ oid, kind }: Relation): string =>
  kind === 'partitioned'
    ? `exists (select from pg_partition_tree(${oid}) p where ${writtenSql('p.relid')})`
    : writtenSql(String(oid))

/** Which of these tables the transaction has written to so far. */
export function touchedSql(relations: readonly Relation[]): string {
  const plain = relations.filter(({ kind }) => kind === 'table').map(({ oid }) => oid)
  const parents = relations.filter(({ kind }) => kind === 'partitioned')
  return [
    `select o::int8 as relid from unnest('{${plain.join(',')}}'::oid[]) o where ${writtenSql('o')}`,
    ...parents.map((one) => `select ${one.oid}::int8 where ${hasWrittenSql(one)}`),
  ].join(' union all ')
}

interface Watched {
  readonly catalog: Catalog
  readonly population: Population
}
