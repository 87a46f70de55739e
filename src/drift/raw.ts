import { readFileSync } from 'node:fs'
import type { Connection, StatementResult } from '../database/connection.ts'
import { HarnessError } from '../errors.ts'
import { quoteLiteral } from '../sql/quote.ts'
import { OBJECT_KINDS } from '../domain/drift.ts'
import type { Facets, ObjectKind, SchemaObject } from '../domain/drift.ts'

/** What a server said, before it is known whose names are whose. */
export interface RawSnapshot {
  readonly version: string
  readonly major: number
  readonly objects: readonly SchemaObject[]
}

const QUERIES = [
  'roles',
  'memberships',
  'schemas',
  'extensions',
  'types',
  'sequences',
  'functions',
  'tables',
  'columns',
  'constraints',
  'indexes',
  'views',
  'rules',
  'row-security',
  'policies',
  'triggers',
  'event-triggers',
  'privileges',
  'default-privileges',
  'publication',
  'publications',
] as const

const textOf = (name: string): string =>
  readFileSync(new URL(`./queries/${name}.sql`, import.meta.url), 'utf8')
    .trim()
    .replace(/;$/, '')

const OLDEST_MAJOR = 15

/** Long enough for any catalog, short enough not to stand in anybody's way. */
const STATEMENT_TIMEOUT_S = 60
const LOCK_TIMEOUT_S = 5

/**
 * Reads the catalogs in one message: one transaction that can write nothing, also behind a pooler that hands every
 * transaction to another session. No row of a table of the project is read.
 *
 * @throws HarnessError DATABASE_REFUSED for a server that is too old
 */
export async function readCatalogs(
  connection: Connection,
  { platformSchemas, buckets }: { readonly platformSchemas: readonly string[]; readonly buckets: boolean },
): Promise<RawSnapshot> {
  const [server] = (await inReadOnly(connection, [textOf('server')]))[0]?.rows ?? []
  const version = String(server?.['version'] ?? '').split(' ')[0] ?? ''
  const major = Number(server?.['major'])
  if (!(major >= OLDEST_MAJOR)) throw tooOld(connection, version)
  const names = [...QUERIES, ...(buckets && server?.['storage'] === true ? ['buckets'] : [])]
  const results = await inReadOnly(connection, names.map(textOf), platformSchemas)
  return { version, major, objects: results.flatMap(({ rows }) => rows.map(objectOf)) }
}

async function inReadOnly(
  connection: Connection,
  queries: readonly string[],
  platformSchemas: readonly string[] = [],
): Promise<readonly StatementResult[]> {
  const before = [
    'begin isolation level repeatable read read only',
    `set local statement_timeout = '${STATEMENT_TIMEOUT_S}s'`,
    `set local lock_timeout = '${LOCK_TIMEOUT_S}s'`,
    // compiling takes longer than such a query
    'set local jit = off',
    // every name comes out with its schema, whatever the session would find without
    "set local search_path = ''",
    `select set_config('rls_harness.platform', ${quoteLiteral(platformSchemas.join(','))}, true)`,
  ]
  const results = await connection.results([...before, ...queries, 'commit'].join(';\n'))
  return results.slice(before.length, -1)
}

function objectOf(row: Readonly<Record<string, unknown>>): SchemaObject {
  const { kind, path, relation, facets, extra } = row
  const known = OBJECT_KINDS.find((one) => one === kind)
  if (known === undefined || !Array.isArray(path)) throw new Error(`the catalog query of ${String(kind)}`)
  return {
    kind: known satisfies ObjectKind,
    path: path.map((part: unknown) => (part === null ? '' : String(part))),
    relation: typeof relation === 'string' ? relation : null,
    facets: stated(facets),
    extra: stated(extra),
  }
}

/** What is null is not stated. */
function stated(value: unknown): Facets {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, text]: readonly [string, unknown]) =>
      typeof text === 'string' ? [[key, text]] : [],
    ),
  )
}

function tooOld({ target }: Connection, version: string): HarnessError {
  return new HarnessError(
    'DATABASE_REFUSED',
    `the server at ${target.host}:${target.port} is PostgreSQL ${version}; drift reads ${OLDEST_MAJOR} and later`,
    { hint: 'Compare with a dump of its schema instead: rls-harness drift schema.sql' },
  )
}
