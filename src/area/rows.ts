import { createHash } from 'node:crypto'
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
  given: readonly Values[],
): Promise<void> {
  const relation = relationByName(catalog, name)
  if (!relation || given.length === 0) return
  const rows = given.map((row, index): Values => ({ ...row, id: row['id'] ?? keyFor([name, index, row]) }))
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

/** The server would make up another key in every run, and reproductions name it. */
function keyFor(row: unknown): string {
  const digest = createHash('sha256').update(JSON.stringify(row)).digest('hex')
  const parts = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})/.exec(digest) ?? []
  return `${parts[1]}-${parts[2]}-4${parts[3]}-8${parts[4]}-${parts[5]}`
}

/** Every row as it stands, of nobody as yet. */
export async function readAll(connection: Connection, relation: Relation): Promise<readonly SeededRow[]> {
  const rows = await connection.rows<{ place: string; row: Values }>(
    `select t.tableoid::int8 || ':' || t.ctid as place, to_jsonb(t.*) as row from ${quoteQualified(relation.schema, relation.name)} t`,
  )
  return rows.map(({ place, row }) => ({ place, values: row, owners: [], authors: [], tenants: [] }))
}
