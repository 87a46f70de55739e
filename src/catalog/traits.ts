import { readFileSync } from 'node:fs'
import type { Connection } from '../database/connection.ts'
import type { Trait } from '../domain/trait.ts'
import { quoteLiteral, quoteQualified } from '../sql/quote.ts'

/** When they were made differs from run to run, and no policy of the platform asks for it. */
const STAMPED_SCHEMAS: readonly string[] = ['auth', 'realtime', 'storage']
const STAMPS = "- '{created_at,updated_at,inserted_at,executed_at}'::text[]"

/** Everything that a database says of what is in it, with a digest of the rows of each table that has some. */
export async function traitsOf(connection: Connection): Promise<readonly Trait[]> {
  const text = readFileSync(new URL('./queries/traits.sql', import.meta.url), 'utf8')
  const results = await connection.results(
    [
      'begin isolation level repeatable read read only',
      "set local search_path = ''",
      text.trim().replace(/;$/, ''),
      TABLES,
    ].join(';\n'),
  )
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- the columns of traits.sql
  const traits = (results[2]?.rows ?? []) as unknown as readonly Trait[]
  const tables = (results[3]?.rows ?? []).map(({ schema, name }) => [String(schema), String(name)] as const)
  try {
    return [...traits, ...(await rowsIn(connection, tables))]
  } finally {
    await connection.run('commit')
  }
}

const TABLES = `select n.nspname as schema, c.relname as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm') and c.relispopulated
    and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%' and n.nspname <> 'rls_harness'
  order by 1, 2`

async function rowsIn(
  connection: Connection,
  tables: readonly (readonly [schema: string, name: string])[],
): Promise<readonly Trait[]> {
  if (tables.length === 0) return []
  const queries = tables.map(([schema, name]) => {
    const row = STAMPED_SCHEMAS.includes(schema) ? `(to_jsonb(t) ${STAMPS})::text` : 't::text'
    return `select ${quoteLiteral(`${schema}.${name}`)} as name, string_agg(md5(${row}), '' order by md5(${row})) as digest
      from only ${quoteQualified(schema, name)} t`
  })
  const rows = await connection.rows<{ name: string; digest: string }>(
    `select name, md5(digest) as digest from (${queries.join('\nunion all ')}) r where digest is not null`,
  )
  return rows.map(({ name, digest }) => ({
    kind: 'relation',
    name,
    access: false,
    aspect: 'rows',
    target: null,
    text: digest,
  }))
}
