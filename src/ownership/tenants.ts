import type { Catalog, ForeignKey, Relation } from '../domain/catalog.ts'
import { holdsRows, relationByName } from '../domain/catalog.ts'
import type { TenantConfig } from '../domain/config.ts'
import { columnKey } from '../domain/ownership.ts'
import type { Membership, TenantKind } from '../domain/ownership.ts'
import { groupBy } from '../group-by.ts'
import { lapsesOf } from './lapses.ts'
import type { Mentions } from './lookups.ts'
import { isOfRoles, looksLikeMembership, looksLikeOtherTie, looksLikeTenant } from './names.ts'
import { roleColumn } from './role-column.ts'
import { withUnkeyedMembers } from './unkeyed-members.ts'
import { primaryColumn } from './user-columns.ts'
import type { UserColumns } from './user-columns.ts'

/** Finds the groups whose rows must stay apart: declared, by membership relations, or by a claim that carries their key. */
export function findTenants(
  catalog: Catalog,
  users: UserColumns,
  mentions: Mentions,
  declared: readonly TenantConfig[] | undefined,
): readonly TenantKind[] {
  const referring = referringTo(catalog)
  if (declared)
    return declared.flatMap((tenant) => declaredTenant(catalog, referring, users, mentions, tenant))
  const candidates = catalog.relations.filter(
    (relation) => holdsRows(relation) && catalog.tested.includes(relation.schema),
  )
  const found = candidates.flatMap((relation) => tenantRelation(referring, relation, users, mentions) ?? [])
  const byTable = withoutSideKeys(catalog, found)
  return withUnkeyedMembers(
    [...byTable, ...bareTenants(catalog, byTable, mentions)],
    candidates,
    users,
    mentions,
  )
}

/**
 * A membership says one thing of a user: where the user belongs. What else its rows refer to (a role, a plan) is no tenant,
 * unless it is called one.
 */
function withoutSideKeys(catalog: Catalog, tenants: readonly TenantKind[]): readonly TenantKind[] {
  const isKeyed = ({ relation, tenantColumn, userColumn }: Membership): boolean =>
    catalog.relations.some(
      ({ oid, keys }) =>
        oid === relation &&
        keys.some(({ columns }) => columns.includes(tenantColumn) && columns.includes(userColumn)),
    )
  const isNamed = ({ name }: TenantKind): boolean => looksLikeTenant(name.slice(name.indexOf('.') + 1))
  const all = tenants.flatMap((tenant) =>
    tenant.memberships.map((one) => ({ ...one, isMain: isNamed(tenant) || isKeyed(one) })),
  )
  return tenants.flatMap((tenant) => {
    if (isNamed(tenant)) return [tenant]
    const memberships = tenant.memberships.filter(
      (one) => isKeyed(one) || !all.some((other) => other.relation === one.relation && other.isMain),
    )
    return memberships.length > 0 || tenant.claims.length > 0 ? [{ ...tenant, memberships }] : []
  })
}

function declaredTenant(
  catalog: Catalog,
  referring: Referring,
  users: UserColumns,
  mentions: Mentions,
  tenant: TenantConfig,
): readonly TenantKind[] {
  const relation = relationByName(catalog, tenant.relation)
  const keyColumn = tenant.column ?? (relation && primaryColumn(relation)?.name)
  if (!relation || keyColumn === undefined) return []
  return [
    {
      relation: relation.oid,
      name: relation.qualified,
      keyColumn,
      memberships: referencesTo(referring, relation, keyColumn).flatMap(
        (r) => membership(r, users, mentions)?.found ?? [],
      ),
      claims: claimsFor(referring, relation, keyColumn, mentions),
      evidence: 'declared in the configuration',
    },
  ]
}

interface Reference {
  readonly relation: Relation
  readonly column: string
  readonly key: ForeignKey
}

/** Foreign keys by what they refer to. */
type Referring = ReturnType<typeof referringTo>

function referringTo(catalog: Catalog) {
  const all = catalog.relations.flatMap((relation) => relation.foreignKeys.map((key) => ({ relation, key })))
  return groupBy(all, ({ key }) => key.target)
}

function referencesTo(referring: Referring, target: Relation, keyColumn: string): readonly Reference[] {
  return referring(target.oid).flatMap(({ relation, key }) => {
    const index = key.targetColumns.indexOf(keyColumn)
    const column = key.columns[index]
    return column === undefined || (key.columns.length > 1 && index > 0) ? [] : [{ relation, column, key }]
  })
}

/** A relation is one of tenants where enough speaks for it; each sign has a weight, and likes and shares speak against it. */
function tenantRelation(
  referring: Referring,
  relation: Relation,
  users: UserColumns,
  mentions: Mentions,
): TenantKind | null {
  const key = primaryColumn(relation)
  // what people may do is no group of people, though a table says who may
  if (isOfRoles(relation.name)) return null
  if (!key || users.roots.some((root) => root.relation === relation.oid)) return null
  const references = referencesTo(referring, relation, key.name)
  const claims = claimsFor(referring, relation, key.name, mentions)
  const ties = references.flatMap((reference) => membership(reference, users, mentions) ?? [])
  const owned = users.of(relation).some(({ column }) => !/by$/i.test(column))
  const named = looksLikeTenant(relation.name)
  // where a project looks memberships up, one that nothing looks up grants nothing: it is a view state, a favourite
  const isLookedUp = mentions.lookups.some(({ links }) => links.length > 0)
  const memberships = ties.filter(
    ({ weight, lookedUp }) =>
      weight + (named ? 3 : 0) - (owned && !named ? 2 : 0) - (isLookedUp && !lookedUp && !named ? 3 : 0) >= 3,
  )
  if (memberships.length === 0 && claims.length === 0) return null
  const proof =
    memberships.length > 0
      ? `members in ${memberships.map(({ name }) => name).join(', ')}`
      : sourceText(claims[0] ?? [])
  return {
    relation: relation.oid,
    name: relation.qualified,
    keyColumn: key.name,
    memberships: memberships.map(({ found }) => found),
    claims,
    evidence: proof,
  }
}

interface Tie {
  readonly name: string
  readonly lookedUp: boolean
  readonly found: Membership
  readonly weight: number
}

/** How much speaks for it that a relation which refers to a tenant and to users says who belongs to whom. */
function membership(reference: Reference, users: UserColumns, mentions: Mentions): Tie | null {
  const { relation, column, key } = reference
  const columns = users.of(relation).filter((user) => user.column !== column)
  const lookup = mentions.lookups.find(
    (one) => one.relation.oid === relation.oid && one.links.includes(column),
  )
  const user =
    columns.find((one) => one.column === lookup?.userColumn) ??
    columns.find((one) => !/by$/i.test(one.column)) ??
    columns[0]
  if (!user) return null
  const isKey = relation.keys.some(
    ({ columns: all }) => all.length === 2 && all.includes(column) && all.includes(user.column),
  )
  const isProfile = users.roots.some((root) => root.relation === relation.oid)
  const weight =
    (looksLikeMembership(relation.name) ? 2 : 0) +
    (isKey ? 1 : 0) +
    (lookup ? 2 : 0) +
    (roleColumn(relation, lookup) ? 1 : 0) -
    (looksLikeOtherTie(relation.name) ? 3 : 0) -
    // a row of its own that merely names a tenant and a user: a task, a document
    (!isKey && !lookup && !isProfile ? 4 : 0) -
    (relation.columns.length > 8 && !isKey && !isProfile ? 1 : 0)
  return {
    name: relation.qualified,
    lookedUp: lookup !== undefined,
    weight,
    found: {
      relation: relation.oid,
      tenantColumn: column,
      userColumn: user.column,
      roleColumn: roleColumn(relation, lookup)?.name ?? null,
      ...lapsesOf(relation, mentions, key),
    },
  }
}

/** Paths into the claims that are compared with references to the tenant, or with its own key. */
function claimsFor(
  referring: Referring,
  relation: Relation,
  keyColumn: string,
  mentions: Mentions,
): readonly (readonly string[])[] {
  const columns = new Set([
    columnKey(relation.oid, keyColumn),
    ...referencesTo(referring, relation, keyColumn).map((reference) =>
      columnKey(reference.relation.oid, reference.column),
    ),
  ])
  return [...mentions.claims.values()]
    .filter(
      ({ path, columns: compared }) =>
        path.join('.') !== 'role' && [...compared.keys()].some((one) => columns.has(one)),
    )
    .map(({ path }) => path)
}

/** Tenants without a table: a column compared with a claim whose name says group, or with a tenant's setting, and has no foreign key. */
function bareTenants(
  catalog: Catalog,
  known: readonly TenantKind[],
  mentions: Mentions,
): readonly TenantKind[] {
  return [...mentions.claims.values()].flatMap(({ path, columns }) => {
    const compared = [...columns.values()].filter(({ relation, column }) => {
      const found = catalog.relations.find(({ oid }) => oid === relation)
      return (
        found &&
        (looksLikeTenant(column) || path[0] === 'setting') &&
        !found.foreignKeys.some((key) => key.columns.includes(column))
      )
    })
    const first = compared[0]
    if (!first || known.some((tenant) => tenant.claims.some((claim) => claim.join('.') === path.join('.'))))
      return []
    return [
      {
        relation: null,
        name: path[0] === 'setting' ? (path[1] ?? '') : path.join('.'),
        keyColumn: first.column,
        memberships: [],
        claims: [path],
        ...(path[0] === 'setting' ? keyFormOf(catalog, first) : {}),
        evidence: `${sourceText(path)} is compared with ${first.column}`,
      },
    ]
  })
}

/** For people: where a session carries a key. */
const sourceText = (path: readonly string[]): string =>
  path[0] === 'setting' ? `setting ${path[1] ?? ''}` : `claim ${path.join('.')}`

/** A column of numbers or of short texts has no room for a UUID. */
function keyFormOf(
  { relations }: Catalog,
  { relation, column }: { readonly relation: number; readonly column: string },
): Pick<TenantKind, 'keyForm' | 'textual'> {
  const found = relations.find(({ oid }) => oid === relation)?.columns.find(({ name }) => name === column)
  if (found && /^int/.test(found.baseType)) return { keyForm: 'integer' }
  return found && found.maxLength !== null && found.maxLength < 36 ? { textual: true } : {}
}
