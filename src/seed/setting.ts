import type { Catalog, Column, Relation } from '../domain/catalog.ts'
import { holdsRows } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import type { Tenant } from '../domain/population.ts'
import { claimRights, TENANTS } from './cast.ts'
import { highestOf, leastFirst, roleLabels } from './slots.ts'
import { uuidFor } from './place.ts'

/** Leaves of partitioned tables are filled through their root. */
export function isSeedable(relation: Relation, platformSchemas: readonly string[]): boolean {
  return (
    holdsRows(relation) &&
    relation.kind !== 'foreign' &&
    !relation.isPartition &&
    relation.extension === null &&
    !platformSchemas.includes(relation.schema)
  )
}

export function extraRoleLabels(catalog: Catalog, model: Model): readonly string[] {
  const all = model.tenants.flatMap(({ memberships }) =>
    memberships.flatMap((one) => roleLabels(catalog, model, one)),
  )
  const taken = new Set([highestOf(all), leastFirst(all)[0]])
  return [...new Set(all)].filter((label) => !taken.has(label)).slice(0, 5)
}

/** One staff actor per label that policies ask for, or a single one where being listed is enough. */
export function rightsOf(model: Model): readonly string[] {
  const labels = [
    ...model.privileges.flatMap((one) => Object.values(one.labels).flat()),
    ...claimRights(model),
  ]
  const listed = model.privileges.some((one) => Object.keys(one.labels).length === 0)
  return [...new Set([...labels, ...(listed && labels.length === 0 ? ['staff'] : [])])].slice(0, 6)
}

export function hasIntegerUsers(catalog: Catalog, model: Model): boolean {
  const [root] = model.userRoots
  const column = catalog.relations
    .find(({ oid }) => oid === root?.relation)
    ?.columns.find(({ name }) => name === root?.column)
  return column !== undefined && /^int/.test(column.baseType)
}

/** Tenants have one key per kind of tenant; those of integer keys lie in the range of their relation. */
export function tenantsOf(
  catalog: Catalog,
  model: Model,
  relations: readonly Relation[],
  seed: number,
): readonly Tenant[] {
  if (model.tenants.length === 0) return []
  return TENANTS.map((name, number) => ({
    name,
    keys: model.tenants.map((kind) => {
      const relation = catalog.relations.find(({ oid }) => oid === kind.relation)
      const column = relation?.columns.find((one) => one.name === kind.keyColumn)
      if (kind.keyForm === 'integer' || (column && /^(int|numeric)/.test(column.baseType)))
        // one begins with the other here, too
        return `${100_000 + (relations.indexOf(relation as Relation) + 1) * 1_000}${number === 0 ? '' : number}`
      if (kind.keyForm === 'uuid') return uuidFor(seed, 'tenant', kind.name, name)
      return (column && column.baseType !== 'uuid') || kind.textual
        ? slugOf(number, relation, column)
        : uuidFor(seed, 'tenant', kind.name, name)
    }),
  }))
}

/**
 * The keys of two tenants as texts. One begins with the other, so that comparing beginnings shows; where a column says
 * what its texts look like, they are plain.
 */
function slugOf(number: number, relation: Relation | undefined, column: Column | undefined): string {
  const [first, second] = TENANTS
  const isBound =
    column !== undefined &&
    (column.maxLength !== null ||
      column.labels !== null ||
      column.domainChecks.length > 0 ||
      (relation?.checks ?? []).some(({ columns }) => columns.includes(column.name)))
  return number === 0 ? first : isBound ? second : `${first}-${second}`
}
