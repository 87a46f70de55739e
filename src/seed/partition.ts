import type { Connection } from '../database/connection.ts'
import type { Relation } from '../domain/catalog.ts'
import { quoteQualified } from '../sql/quote.ts'

/**
 * Applications often make partitions as they go. A partitioned table that has none yet gets one for everything: rows
 * are reached through the table, and its policies hold.
 *
 * @returns what was done, for people
 */
export async function addPartition(
  connection: Connection,
  { oid, kind, schema, name, qualified }: Relation,
): Promise<readonly string[]> {
  if (kind !== 'partitioned') return []
  const [found] = await connection.rows<{ leaves: number; hashed: boolean }>(
    `select count(*) filter (where isleaf and relid <> $1::oid) as leaves,
      (select partstrat = 'h' from pg_partitioned_table where partrelid = $1::oid) as hashed
    from pg_partition_tree($1::oid)`,
    [oid],
  )
  if (!found || found.leaves > 0) return []
  const bound = found.hashed ? 'for values with (modulus 1, remainder 0)' : 'default'
  const added = `${name.slice(0, 40)}_rls_harness`
  await connection.run(
    `create table ${quoteQualified(schema, added)} partition of ${quoteQualified(schema, name)} ${bound}`,
  )
  return [`${qualified} has no partition: one was added for the rows of this run`]
}
