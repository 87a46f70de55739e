import type { Connection } from '../database/connection.ts'
import { relationByName } from '../domain/catalog.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import type { SeededRow, Values } from '../domain/population.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'

/**
 * Inserts rows as superuser, without the project's triggers, which would change rows whose places are known; columns that
 * have no value are left to their defaults, generated ones to the server.
 */
export async function insertAll(
  connection: Connection,
  catalog: Catalog,
  name: string,
  rows: readonly Values[],
): Promise<void> {
  const relation = relationByName(catalog, name)
  if (!relation || rows.length === 0) return
  const table = quoteQualified(relation.schema, relation.name)
  const columns = relation.columns
    .filter((column) => !column.generated && rows.some((row) => (row[column.name] ?? null) !== null))
    .map((column) => quoteName(column.name))
    .join(', ')
  await connection.run(
    [
      'begin',
      'set local session_replication_role = replica',
      `insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, ${quoteLiteral(JSON.stringify(rows))}::jsonb) on conflict do nothing`,
      'commit',
    ].join(';\n'),
  )
}

/** Every row as it stands, of nobody as yet. */
export async function readAll(connection: Connection, relation: Relation): Promise<readonly SeededRow[]> {
  const rows = await connection.rows<{ place: string; row: Values }>(
    `select t.tableoid::int8 || ':' || t.ctid as place, to_jsonb(t.*) as row from ${quoteQualified(relation.schema, relation.name)} t`,
  )
  return rows.map(({ place, row }) => ({ place, values: row, owners: [], authors: [], tenants: [] }))
}
