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

/** The files that tables stand in: TRUNCATE gives one a new file, and is counted nowhere else. */
export const FILES =
  "select coalesce(array_agg(pg_relation_filenode(oid)), '{}')::text as files from pg_class where relkind = 'r'"

/**
 * Which of these tables the transaction has written to so far, or emptied.
 *
 * @param files what FILES gave before, as the text of an array
 */
export function touchedSql(relations: readonly Relation[], files: string): string {
  const plain = relations.filter(({ kind }) => kind === 'table').map(({ oid }) => oid)
  const parents = relations.filter(({ kind }) => kind === 'partitioned')
  const isNew = (table: string): string => `pg_relation_filenode(${table}) <> all ('${files}'::oid[])`
  return [
    `select o::int8 as relid from unnest('{${plain.join(',')}}'::oid[]) o where ${writtenSql('o')} or ${isNew('o')}`,
    ...parents.map(
      (one) =>
        `select ${one.oid}::int8 where ${hasWrittenSql(one)} or exists (select from pg_partition_tree(${one.oid}) p where ${isNew('p.relid')})`,
    ),
  ].join(' union all ')
}

interface Watched {
  readonly catalog: Catalog
  readonly population: Population
}
