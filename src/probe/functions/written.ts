import type { Catalog, Relation } from '../../domain/catalog.ts'
import type { Population } from '../../domain/population.ts'
import { quoteQualified } from '../../sql/quote.ts'

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

/**
 * Counts of transactions that are over stay with the session until it tells the server of them, which it does between two
 * messages where none is open.
 */
export const FORGET_COUNTS = 'rollback;\nselect pg_catalog.pg_stat_force_next_flush()'

const MOST_PLACES = 5_000

/** Where the rows of a table stand before anything is called, those that nobody seeded among them. */
export const placesSql = ({ schema, name }: Relation): string =>
  [
    'rollback',
    'begin',
    `select t.tableoid::int8 || ':' || t.ctid as place from ${quoteQualified(schema, name)} t limit ${MOST_PLACES}`,
  ].join(';\n')

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
