import type { Catalog, Relation } from '../domain/catalog.ts'
import { holdsRows } from '../domain/catalog.ts'
import type { Ownership, Share, TenantKind } from '../domain/ownership.ts'
import { inactivity } from './lapses.ts'
import type { Mentions } from './lookups.ts'
import type { UserColumns } from './user-columns.ts'

/**
 * Finds relations that name a user beside somebody else's row and can be out of force. One without an end is not told
 * apart from a like or a comment, and what it gives access to is given for good.
 */
export function findShares(
  catalog: Catalog,
  users: UserColumns,
  tenants: readonly TenantKind[],
  ownerships: ReadonlyMap<number, Ownership>,
  mentions: Mentions,
): readonly Share[] {
  const groups = new Set([
    ...tenants.flatMap(({ relation, memberships }) => [relation, ...memberships.map((one) => one.relation)]),
    ...users.roots.map(({ relation }) => relation),
  ])
  return catalog.relations
    .filter(
      (relation) =>
        holdsRows(relation) && !groups.has(relation.oid) && ownerships.get(relation.oid)?.kind === 'user',
    )
    .flatMap((relation) => shareOf(relation, groups, ownerships, mentions) ?? [])
}

function shareOf(
  relation: Relation,
  groups: ReadonlySet<number | null>,
  ownerships: ReadonlyMap<number, Ownership>,
  mentions: Mentions,
): Share | null {
  const owner = ownerships.get(relation.oid)?.owners.find(({ steps }) => steps.length === 0)
  const key = relation.foreignKeys.find(({ target, columns }) => {
    const shared = ownerships.get(target)
    return (
      shared !== undefined &&
      shared.kind !== 'shared' &&
      !groups.has(target) &&
      target !== relation.oid &&
      owner !== undefined &&
      !columns.includes(owner.column)
    )
  })
  const inactive = key && inactivity(relation, mentions, key)
  if (!owner || !key || !inactive) return null
  const { columns, target, targetName, targetColumns } = key
  return {
    relation: relation.oid,
    userColumn: owner.column,
    key: { columns, target, targetName, targetColumns },
    inactive,
  }
}
