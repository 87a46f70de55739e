import { readFileSync } from 'node:fs'
import type { Connection } from '../database/connection.ts'
import type { UsableSchema } from '../domain/usage.ts'

/** Reads everything that an application can name from a migrated database. */
export async function readSchema(
  connection: Connection,
  served: readonly string[] | undefined,
): Promise<UsableSchema> {
  const query = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8')
    .trim()
    .replace(/;$/, '')
  const [row] = await connection.rows<{ schema: Omit<UsableSchema, 'buckets' | 'served'> }>(query)
  if (!row) throw new Error('the schema query gave no row')
  const hasBuckets = row.schema.relations.some(
    ({ schema, name }) => schema === 'storage' && name === 'buckets',
  )
  const buckets = hasBuckets
    ? await connection.rows<{ id: string }>('select id from storage.buckets order by id')
    : []
  return { ...row.schema, buckets: buckets.map(({ id }) => id), served: served ?? null }
}
