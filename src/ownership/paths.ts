import type { Catalog, ForeignKey, Relation } from '../domain/catalog.ts'
import { holdsRows, relationByOid } from '../domain/catalog.ts'
import { columnKey } from '../domain/ownership.ts'
import type { Ownership, OwnerPath, TenantKind } from '../domain/ownership.ts'
import type { DeclaredPaths } from './declared.ts'
import { looksLikeAuthorship, looksLikeLastTouch } from './names.ts'
import type { UserColumns } from './user-columns.ts'

export interface PathContext {
  readonly catalog: Catalog
  readonly users: UserColumns
  readonly tenants: readonly TenantKind[]
  /** what the configuration says whose rows are: what hangs below them is theirs as well */
  readonly declared: ReadonlyMap<number, DeclaredPaths>
}

/** Ownership of every relation that holds rows: what its own columns say, else the shortest chain of foreign keys. */
export function inferOwnerships(context: PathContext): ReadonlyMap<number, Ownership> {
  const relations = context.catalog.relations.filter(holdsRows)
  // references to a person are that person's key: they are columns of their own, not a way to somewhere else
  const open = { ...context, isClosed: (relation: Relation) => isPerson(relation, context) }
  const signs = context.tenants.map((tenant) => signsOf(tenant, context.catalog))
  const tenantPaths = spread(
    relations,
    directly(relations, (relation) => {
      const declared = context.declared.get(relation.oid)?.tenant
      return declared ? [declared] : directTenants(relation, signs)
    }),
    open,
  )
  const owned = spread(
    relations,
    directly(relations, (relation) => {
      const declared = context.declared.get(relation.oid)?.owner
      return declared ? [declared] : directOwners(relation, context)
    }),
    open,
  )
  // whoever made a row owns it only where nothing says whose it is
  const made = directly(relations, (relation) => (owned.has(relation.oid) ? [] : makers(relation, context)))
  const userPaths = spread(relations, new Map([...owned, ...made]), open)
  return withParents(
    relations,
    new Map(
      relations.map((relation) => [relation.oid, ownershipOf(relation, tenantPaths, userPaths, context)]),
    ),
  )
}

/** Partitions and inheritance children have their parent's columns, but not its foreign keys, policies and declarations. */
export function withParents(
  relations: readonly Relation[],
  found: ReadonlyMap<number, Ownership>,
): ReadonlyMap<number, Ownership> {
  return new Map(relations.map((relation) => [relation.oid, withParent(relation, found)]))
}

function withParent(relation: Relation, found: ReadonlyMap<number, Ownership>): Ownership {
  const own = found.get(relation.oid) ?? nobodys(relation)
  const parent = relation.parents.map((oid) => found.get(oid)).find((one) => one && one.kind !== 'shared')
  if (own.kind !== 'shared' || own.declared || !parent) return own
  return {
    ...parent,
    relation: relation.oid,
    evidence: parent.evidence.map((text) => `${text} (of the parent)`),
  }
}

function nobodys(relation: Relation): Ownership {
  return {
    relation: relation.oid,
    kind: 'shared',
    owners: [],
    authors: [],
    tenants: [],
    declared: false,
    evidence: [],
  }
}

type Paths = ReadonlyMap<number, readonly OwnerPath[]>

function ownershipOf(
  relation: Relation,
  tenantPaths: Paths,
  userPaths: Paths,
  context: PathContext,
): Ownership {
  const tenants = tenantPaths.get(relation.oid) ?? []
  const direct = directOwners(relation, context)
  const authors = directAuthors(relation, context)
  const inherited = userPaths.get(relation.oid) ?? []
  const owners = direct.length > 0 || tenants.length > 0 ? direct : inherited
  const rest = authors.filter(
    ({ column }) => !owners.some((owner) => owner.steps.length === 0 && owner.column === column),
  )
  const kind = tenants.length > 0 ? 'tenant' : owners.length > 0 ? 'user' : 'shared'
  const evidence = [...tenants, ...owners].map((path) => path.evidence)
  return {
    relation: relation.oid,
    kind,
    owners,
    authors: kind === 'shared' ? [] : rest,
    tenants,
    declared: false,
    evidence:
      evidence.length > 0
        ? evidence
        : ['no path of foreign keys to a user or tenant, no column that names one'],
  }
}

/** Profiles belong to the user, whatever tenant column they carry; so do the relations that users are looked up in. */
function isPerson(relation: Relation, { users }: PathContext): boolean {
  return users.roots.some((root) => root.relation === relation.oid)
}

function directOwners(relation: Relation, context: PathContext): readonly OwnerPath[] {
  return directUsers(relation, context).filter(({ column }) => !looksLikeAuthorship(column))
}

function directAuthors(relation: Relation, context: PathContext): readonly OwnerPath[] {
  return directUsers(relation, context).filter(({ column }) => looksLikeAuthorship(column))
}

/** In the order of the columns: who comes first sends, lends or follows. */
function directUsers(relation: Relation, { users }: PathContext): readonly OwnerPath[] {
  const position = (name: string): number => relation.columns.findIndex((column) => column.name === name)
  return users
    .of(relation)
    .map(({ column, evidence }) => ({ steps: [], column, evidence }))
    .sort((a, b) => position(a.column) - position(b.column))
}

const makers = (relation: Relation, context: PathContext): readonly OwnerPath[] =>
  directAuthors(relation, context).filter(({ column }) => !looksLikeLastTouch(column))

/** A kind of tenant, with how other relations refer to it. */
interface TenantSigns {
  readonly tenant: TenantKind
  readonly qualified: string
  readonly columnNames: ReadonlySet<string>
}

function signsOf(tenant: TenantKind, catalog: Catalog): TenantSigns {
  const target = tenant.relation === null ? undefined : relationByOid(catalog, tenant.relation)
  return {
    tenant,
    qualified: target?.qualified ?? tenant.name,
    columnNames: tenantColumnNames(tenant, catalog),
  }
}

function directTenants(relation: Relation, signs: readonly TenantSigns[]): readonly OwnerPath[] {
  return signs.flatMap(({ tenant, qualified, columnNames }) => {
    if (tenant.relation === relation.oid)
      return [
        { steps: [], column: tenant.keyColumn, self: true, evidence: `is a tenant (${tenant.evidence})` },
      ]
    const byKey = relation.foreignKeys.flatMap((key) => {
      const column =
        key.target === tenant.relation ? key.columns[key.targetColumns.indexOf(tenant.keyColumn)] : undefined
      return column === undefined
        ? []
        : [
            {
              steps: [],
              column,
              evidence: `foreign key ${relation.qualified}.${column} → ${qualified}`,
            },
          ]
    })
    if (byKey.length > 0) return byKey.slice(0, 1)
    const compared = relation.columns.find(({ name }) =>
      tenant.compared?.includes(columnKey(relation.oid, name)),
    )
    if (compared)
      return [
        {
          steps: [],
          column: compared.name,
          evidence: `policies compare ${relation.qualified}.${compared.name} with ${settingOf(tenant)}`,
        },
      ]
    const named = relation.columns.find(({ name }) => columnNames.has(name))
    return named && !relation.foreignKeys.some(({ columns }) => columns.includes(named.name))
      ? [{ steps: [], column: named.name, evidence: `name of ${relation.qualified}.${named.name}` }]
      : []
  })
}

const settingOf = ({ claims }: TenantKind): string =>
  `the setting ${claims.find((path) => path[0] === 'setting')?.[1] ?? ''}`

/** How other relations call their reference to the tenant: the name alone is evidence where there is no key. */
function tenantColumnNames(tenant: TenantKind, catalog: Catalog): ReadonlySet<string> {
  const referring = catalog.relations.flatMap((relation) =>
    relation.foreignKeys.flatMap((key) =>
      key.target === tenant.relation && key.columns.length === 1 ? [key.columns[0] ?? ''] : [],
    ),
  )
  return new Set([
    ...referring.filter((name) => /(id|Id|ID)$/.test(name)),
    ...(tenant.relation === null ? [tenant.keyColumn] : []),
  ])
}

function directly(
  relations: readonly Relation[],
  direct: (relation: Relation) => readonly OwnerPath[],
): Paths {
  return new Map(
    relations
      .map((relation) => [relation.oid, direct(relation)] as const)
      .filter(([, paths]) => paths.length > 0),
  )
}

/** Spreads direct paths over foreign keys, one step at a time, so that the shortest chain wins. */
function spread(
  relations: readonly Relation[],
  direct: Paths,
  { catalog, isClosed }: PathContext & { readonly isClosed: (relation: Relation) => boolean },
): Paths {
  const paths = new Map(direct)
  const byOid = new Map(catalog.relations.map((relation) => [relation.oid, relation]))
  for (let grown = true; grown;) {
    const next = relations.flatMap((relation) => {
      if (paths.has(relation.oid)) return []
      const keys = relation.foreignKeys.filter(({ target }) => {
        const parent = byOid.get(target)
        return target !== relation.oid && paths.has(target) && parent !== undefined && !isClosed(parent)
      })
      const best = keys.sort((a, b) => closeness(relation, b) - closeness(relation, a))[0]
      return best ? [[relation.oid, extend(relation, best, paths.get(best.target) ?? [])] as const] : []
    })
    for (const [oid, found] of next) paths.set(oid, found)
    grown = next.length > 0
  }
  return paths
}

/** A row belongs to the parent that it cannot be without. */
function closeness(relation: Relation, key: ForeignKey): number {
  const required = key.columns.every((column) =>
    relation.columns.some(({ name, notNull }) => name === column && notNull),
  )
  return (required ? 2 : 0) + (key.onDelete === 'cascade' ? 1 : 0)
}

function extend(relation: Relation, key: ForeignKey, paths: readonly OwnerPath[]): readonly OwnerPath[] {
  const step = {
    columns: key.columns,
    target: key.target,
    targetName: key.targetName,
    targetColumns: key.targetColumns,
  }
  return paths.map((path) => ({
    steps: [step, ...path.steps],
    column: path.column,
    ...(path.form === undefined ? {} : { form: path.form }),
    evidence: `foreign key ${relation.qualified}.${key.columns.join(', ')} → ${key.targetName}; ${path.evidence}`,
  }))
}
