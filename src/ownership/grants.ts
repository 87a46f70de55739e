import type { Catalog, ForeignKey, Relation } from '../domain/catalog.ts'
import type { Ownership } from '../domain/ownership.ts'
import type { Lookup } from './lookups.ts'

/**
 * Rows that policies of another relation look up to let a user at its rows belong to two: to the user whom they name, and
 * to the owner of what they give access to, who grants it.
 */
export function withGrantors(
  catalog: Catalog,
  ownerships: ReadonlyMap<number, Ownership>,
  lookups: readonly Lookup[],
  groups: ReadonlySet<number | null>,
): ReadonlyMap<number, Ownership> {
  return new Map(
    [...ownerships].map(([oid, ownership]) => [
      oid,
      withGrantor(catalog, ownerships, lookups, groups, ownership),
    ]),
  )
}

function withGrantor(
  catalog: Catalog,
  ownerships: ReadonlyMap<number, Ownership>,
  lookups: readonly Lookup[],
  groups: ReadonlySet<number | null>,
  ownership: Ownership,
): Ownership {
  const relation = catalog.relations.find(({ oid }) => oid === ownership.relation)
  const direct = ownership.owners.filter(({ steps }) => steps.length === 0)
  if (!relation || groups.has(relation.oid) || ownership.kind !== 'user' || direct.length !== 1)
    return ownership
  const key = relation.foreignKeys.find(
    (one) =>
      isGrant(relation, one, lookups) &&
      !groups.has(one.target) &&
      !one.columns.includes(direct[0]?.column ?? ''),
  )
  const parent = key && ownerships.get(key.target)
  if (!key || parent?.kind !== 'user') return ownership
  const { columns, target, targetName, targetColumns } = key
  const paths = parent.owners.map((path) => ({
    ...path,
    steps: [{ columns, target, targetName, targetColumns }, ...path.steps],
    evidence: `gives access to ${targetName}: ${path.evidence}`,
  }))
  return {
    ...ownership,
    owners: [...ownership.owners, ...paths],
    grantKey: columns,
    evidence: [...ownership.evidence, ...paths.map(({ evidence }) => evidence)],
  }
}

function isGrant(relation: Relation, key: ForeignKey, lookups: readonly Lookup[]): boolean {
  return (
    key.target !== relation.oid &&
    lookups.some(
      (lookup) =>
        lookup.relation.oid === relation.oid && lookup.links.some((column) => key.columns.includes(column)),
    )
  )
}
