import type { Catalog, Relation } from '../domain/catalog.ts'
import type { FindingCode } from '../domain/finding.ts'

/** Tables in which migration tools keep their own history. */
const MIGRATION_TABLES: ReadonlySet<string> = new Set([
  '_prisma_migrations',
  'alembic_version',
  '__drizzle_migrations',
  'schema_migrations',
  'ar_internal_metadata',
  'flyway_schema_history',
  'goose_db_version',
  'knex_migrations',
  'knex_migrations_lock',
  'pgmigrations',
  'SequelizeMeta',
  'databasechangelog',
  'databasechangeloglock',
  'typeorm_metadata',
])

export const isMigrationTable = ({ name, kind }: Relation): boolean =>
  kind === 'table' && MIGRATION_TABLES.has(name)

/** Whether a role that callers come in as has USAGE on the schema and any privilege on the relation. */
export function isExposed(catalog: Catalog, relation: Relation): boolean {
  const usable = catalog.schemas.find(({ name }) => name === relation.schema)?.usableBy ?? []
  return relation.privileges.some(
    ({ role, relation: granted, columns }) =>
      role !== 'service_role' &&
      catalog.apiRoles.includes(role) &&
      usable.includes(role) &&
      (granted.some((one) => one === 'select' || one === 'insert' || one === 'update' || one === 'delete') ||
        columns.select.length + columns.insert.length + columns.update.length > 0),
  )
}

/** What the catalog alone says, without a probe. */
export function staticFinding(catalog: Catalog, relation: Relation): FindingCode | null {
  if (relation.kind !== 'table' && relation.kind !== 'partitioned') return null
  if (!isExposed(catalog, relation)) return null
  if (isMigrationTable(relation)) return relation.rowSecurity.enabled ? null : 'migration-table-exposed'
  if (!relation.rowSecurity.enabled)
    return relation.policies.length > 0 ? 'policy-without-row-security' : 'row-security-off'
  if (relation.policies.length === 0) return 'no-policy'
  return onlyNarrows(relation) ? 'restrictive-only' : null
}

/** Restrictive policies, of all commands or of reading, with nothing that they could narrow. */
function onlyNarrows({ policies }: Relation): boolean {
  const permissive = policies.filter((policy) => policy.permissive)
  const opensReading = permissive.some(({ command }) => command === 'select' || command === 'all')
  return permissive.length === 0 || (!opensReading && policies.some(({ command }) => command === 'select'))
}
