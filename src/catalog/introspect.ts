import { readFileSync } from 'node:fs'
import type { Connection } from '../database/connection.ts'
import { quoteLiteral } from '../sql/quote.ts'
import { loadParser } from '../sql/parse.ts'
import type { Catalog } from '../domain/catalog.ts'
import { buildCatalog } from './build.ts'
import type { RawCatalog } from './raw.ts'

const QUERIES = [
  'schemas',
  'roles',
  'relations',
  'columns',
  'keys',
  'constraints',
  'policies',
  'triggers',
  'privileges',
  'column-privileges',
  'view-reads',
  'routines',
  'sequences',
] as const

export interface IntrospectOptions {
  /** roles whose privileges matter: the API's, the identity's, the application's */
  readonly roles: readonly string[]
  /** roles that callers come in as, a subset of `roles` */
  readonly apiRoles: readonly string[]
  /** schemas to test; absent: those of the project on which an API role has USAGE */
  readonly schemas?: readonly string[]
  /** schemas of the platform, which are not the project's */
  readonly platformSchemas: readonly string[]
}

/** Reads everything that the harness knows about a database, in one snapshot and one message. */
export async function introspect(connection: Connection, options: IntrospectOptions): Promise<Catalog> {
  await loadParser()
  const before = [
    'begin isolation level repeatable read read only',
    "set local search_path = ''",
    `select set_config('rls_harness.roles', ${quoteLiteral(options.roles.join(','))}, true)`,
  ]
  const texts = QUERIES.map((name) => readFileSync(new URL(`./queries/${name}.sql`, import.meta.url), 'utf8'))
  const results = await connection.results(
    [...before, ...texts.map((text) => text.trim().replace(/;$/, '')), 'commit'].join(';\n'),
  )
  const rows = (name: (typeof QUERIES)[number]): readonly unknown[] =>
    results[before.length + QUERIES.indexOf(name)]?.rows ?? []
  const raw = Object.fromEntries(QUERIES.map((name) => [name, rows(name)])) as unknown as RawCatalog
  return buildCatalog(raw, options)
}
