import type { Connection } from '../database/connection.ts'
import { DatabaseError } from '../database/connection.ts'
import type { Bucket, Surroundings } from '../domain/area.ts'
import { relationByName } from '../domain/catalog.ts'
import type { Catalog, Policy } from '../domain/catalog.ts'
import type { BucketSettings } from '../domain/config.ts'
import { bucketsOf } from '../ownership/naming.ts'
import { quoteLiteral } from '../sql/quote.ts'

/** What the bucket is called that is made where policies name none and nobody creates one. */
const ASSUMED = 'files'

/** Buckets and publications as the migrations leave them, with the buckets of the configuration and those that policies name. */
export async function survey(
  connection: Connection,
  catalog: Catalog,
  configured: Readonly<Record<string, BucketSettings>>,
): Promise<Surroundings> {
  const objects = relationByName(catalog, 'storage.objects')
  const published = await connection.rows<{ oid: number }>(
    `select r.prrelid::int8 as oid from pg_publication_rel r join pg_publication p on p.oid = r.prpubid where p.pubname = 'supabase_realtime'`,
  )
  const whole = await connection.rows(
    `select from pg_publication where pubname = 'supabase_realtime' and puballtables`,
  )
  const tables = catalog.relations.filter(
    ({ schema, kind }) => catalog.tested.includes(schema) && (kind === 'table' || kind === 'partitioned'),
  )
  return {
    published: whole.length > 0 ? tables.map(({ oid }) => oid) : published.map(({ oid }) => oid),
    buckets: objects ? await bucketsIn(connection, objects.policies, configured) : [],
  }
}

async function bucketsIn(
  connection: Connection,
  policies: readonly Policy[],
  configured: Readonly<Record<string, BucketSettings>>,
): Promise<readonly Bucket[]> {
  const standing = await connection.rows<{ row: Record<string, unknown> }>(
    'select to_jsonb(b.*) as row from storage.buckets b order by id',
  )
  const made = standing.map(({ row }) => bucketOf(row))
  const further = Object.entries(configured)
    .filter(([id]) => !made.some((bucket) => bucket.id === id))
    .map(([id, settings]) => ({ ...settings, id, assumed: false }))
  const known = [...made, ...further]
  const named = [...new Set(policies.flatMap((policy) => bucketsOf(policy).named))]
  const missing = named.filter((id) => !known.some((bucket) => bucket.id === id))
  const wanted = known.length + missing.length === 0 && policies.length > 0 ? [ASSUMED] : missing
  return [
    ...known,
    ...wanted.map((id) => ({
      id,
      public: false,
      fileSizeLimit: null,
      allowedMimeTypes: null,
      assumed: true,
    })),
  ]
}

function bucketOf(row: Record<string, unknown>): Bucket {
  const { id, public: open, file_size_limit: limit, allowed_mime_types: types } = row
  return {
    id: String(id),
    public: open === true,
    fileSizeLimit: typeof limit === 'number' ? limit : null,
    allowedMimeTypes: Array.isArray(types) ? types.map(String) : null,
    assumed: false,
  }
}

/** Creates those that do not stand there yet. @returns what a person should know */
export async function createBuckets(
  connection: Connection,
  buckets: readonly Bucket[],
): Promise<readonly string[]> {
  const notices: string[] = []
  for (const { id, public: open, fileSizeLimit, allowedMimeTypes, assumed } of buckets) {
    const row = {
      id,
      name: id,
      public: open,
      file_size_limit: fileSizeLimit,
      allowed_mime_types: allowedMimeTypes,
    }
    try {
      await connection.run(
        `insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) ` +
          `select id, name, public, file_size_limit, allowed_mime_types from jsonb_populate_record(null::storage.buckets, ${quoteLiteral(JSON.stringify(row))}::jsonb) on conflict do nothing`,
      )
      if (assumed)
        notices.push(
          id === ASSUMED
            ? `no bucket is created and policies name none: storage was probed in a private bucket "${id}"`
            : `bucket "${id}" is named by policies, but nothing creates it: probed as a private bucket`,
        )
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      notices.push(`bucket "${id}" could not be created: ${error.error.message}`)
    }
  }
  return notices
}
