import type { Facets, SchemaObject, Snapshot } from '../domain/drift.ts'
import { OWNER, SELF } from '../domain/drift.ts'
import type { RawSnapshot } from './raw.ts'

export interface SnapshotScope {
  /** roles that the platform has before the first migration */
  readonly platformRoles: readonly string[]
  /** of these, those that callers come in as */
  readonly apiRoles: readonly string[]
  /** extensions that the platform has before the first migration */
  readonly platformExtensions: readonly string[]
  /** whose objects would be where there is none yet: the role that runs the migrations */
  readonly owner: string
}

/** Tables in which migration tools keep their books: no migration makes them. */
const BOOKKEEPING: ReadonlySet<string> = new Set([
  '_prisma_migrations',
  '__drizzle_migrations',
  'alembic_version',
  'ar_internal_metadata',
  'flyway_schema_history',
  'goose_db_version',
  'knex_migrations',
  'knex_migrations_lock',
  'pgmigrations',
  'schema_migrations',
])

/** Schemas that such tools make for nothing else. */
const BOOKKEEPING_SCHEMAS: ReadonlySet<string> = new Set(['drizzle', 'sqitch'])

/**
 * What of a server's answer is the project's. Who owns most of it is called by what it is and not by its name, which
 * differs from one installation to the next.
 */
export function buildSnapshot({ version, major, objects }: RawSnapshot, scope: SnapshotScope): Snapshot {
  const owner = ownerOfMost(objects) ?? scope.owner
  const named = objects.map((object) => withoutOwnerName(object, owner)).filter((one) => isOurs(one, scope))
  const books = bookkeepingIn(named, scope.apiRoles)
  const owners = new Set([OWNER, ...named.flatMap(({ facets }) => facets['owner'] ?? [])])
  const kept = named.filter(
    (object) =>
      !isBookkeeping(object, books) &&
      // what would be open of a role that makes nothing here is not the project's
      (object.kind !== 'default privilege' || owners.has(object.path[0] ?? '')),
  )
  const roles = involvedRoles(kept, scope)
  return {
    version,
    major,
    owner,
    objects: kept.filter(({ kind, path: [name = ''] }) =>
      kind === 'role' || kind === 'membership' ? roles.has(name) && !isInternal(name, scope) : true,
    ),
    bookkeeping: books.sort(),
  }
}

/** Tables, views and functions count; of equals the first by name. */
function ownerOfMost(objects: readonly SchemaObject[]): string | null {
  const counts = new Map<string, number>()
  for (const { kind, facets } of objects) {
    const owner = facets['owner']
    if (owner !== undefined && kind !== 'schema') counts.set(owner, (counts.get(owner) ?? 0) + 1)
  }
  const [first] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return first?.[0] ?? null
}

function withoutOwnerName(object: SchemaObject, owner: string): SchemaObject {
  const called = (name: string): string => (name === owner || name === 'pg_database_owner' ? OWNER : name)
  const { kind, path, facets } = object
  const named: Facets = facets['owner'] === undefined ? facets : { ...facets, owner: called(facets['owner']) }
  if (kind === 'privilege') return { ...object, path: [...path.slice(0, -1), called(path.at(-1) ?? '')] }
  if (kind === 'default privilege') {
    const [who = '', schema = '', what = '', grantee = ''] = path
    return { ...object, path: [called(who), schema, what, called(grantee)] }
  }
  return { ...object, facets: named }
}

/** A role of the platform that nobody comes in as: what it is, and what it holds, is the platform's. */
const isInternal = (role: string, { platformRoles, apiRoles }: SnapshotScope): boolean =>
  (platformRoles.includes(role) || role.startsWith('pg_')) && !apiRoles.includes(role)

/** The platform gives its own roles more with every version: that is no drift. */
function isOurs({ kind, path, extra }: SchemaObject, scope: SnapshotScope): boolean {
  const grantee = path.at(-1) ?? ''
  if (kind === 'privilege' && extra['place'] === 'platform')
    return ['anon', 'authenticated', 'public'].includes(grantee)
  if (kind === 'privilege') return !isInternal(grantee, scope) && grantee !== OWNER
  if (kind === 'default privilege') return !isInternal(path[0] ?? '', scope) && !isInternal(grantee, scope)
  return kind !== 'extension' || (grantee !== 'plpgsql' && !scope.platformExtensions.includes(grantee))
}

/** What a caller may look at is no mere bookkeeping: it stays in sight. */
function bookkeepingIn(objects: readonly SchemaObject[], apiRoles: readonly string[]): string[] {
  const open = new Set(
    objects.flatMap(({ kind, path, relation }) =>
      kind === 'privilege' && relation !== null && [...apiRoles, 'public'].includes(path.at(-1) ?? '')
        ? [relation]
        : [],
    ),
  )
  return objects.flatMap(({ kind, path: [schema = '', name = ''], relation }) =>
    kind === 'table' &&
    relation !== null &&
    (BOOKKEEPING.has(name) || BOOKKEEPING_SCHEMAS.has(schema)) &&
    !open.has(relation)
      ? [relation]
      : [],
  )
}

function isBookkeeping({ kind, path, relation, facets }: SchemaObject, books: readonly string[]): boolean {
  if (relation !== null && books.includes(relation)) return true
  const schemas = new Set(books.map((name) => name.slice(0, name.indexOf('.'))))
  const schema = kind === 'privilege' ? path[1] : path[0]
  if (schema !== undefined && BOOKKEEPING_SCHEMAS.has(schema) && schemas.has(schema)) return true
  const numbers = facets['owned by'] ?? ''
  return kind === 'sequence' && books.some((name) => numbers.startsWith(`${name}.`))
}

/** Callers, whom policies and privileges name, and those whose rights these have. */
function involvedRoles(objects: readonly SchemaObject[], { apiRoles }: SnapshotScope): ReadonlySet<string> {
  const named = objects.flatMap(({ kind, path, facets }) => {
    if (kind === 'policy') return (facets['roles'] ?? '').split(', ').map(unquoted)
    if (kind === 'privilege') return path.slice(-1)
    if (kind === 'default privilege') return [path[0] ?? '', path[3] ?? '']
    return facets['owner'] === undefined ? [] : [facets['owner']]
  })
  const roles = new Set([...apiRoles, ...named].filter((name) => ![OWNER, SELF, 'public', ''].includes(name)))
  const memberships = objects.filter(({ kind }) => kind === 'membership')
  for (const role of roles)
    for (const { path } of memberships) if (path[0] === role && path[1] !== undefined) roles.add(path[1])
  return roles
}

const unquoted = (name: string): string =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
