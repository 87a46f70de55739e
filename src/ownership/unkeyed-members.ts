import type { Relation } from '../domain/catalog.ts'
import type { Membership, TenantKind } from '../domain/ownership.ts'
import { lapsesOf } from './lapses.ts'
import type { Mentions } from './lookups.ts'
import { looksLikeMembership, looksLikeOtherTie, looksLikeTenant } from './names.ts'
import { roleColumn } from './role-column.ts'
import type { UserColumns } from './user-columns.ts'

/** Memberships whose tenants stand in no table: a column that is called a group and has no foreign key. */
export function withUnkeyedMembers(
  tenants: readonly TenantKind[],
  candidates: readonly Relation[],
  users: UserColumns,
  mentions: Mentions,
): readonly TenantKind[] {
  let known = tenants
  for (const relation of candidates) {
    if (known.some(({ memberships }) => memberships.some((one) => one.relation === relation.oid))) continue
    const found = unkeyedMembership(relation, users, mentions)
    if (!found) continue
    const { tenantColumn } = found
    const kind = known.find(({ relation: table, keyColumn }) => table === null && keyColumn === tenantColumn)
    known = kind
      ? known.map((one) => (one === kind ? { ...kind, memberships: [...kind.memberships, found] } : one))
      : [
          ...known,
          {
            relation: null,
            name: tenantColumn,
            keyColumn: tenantColumn,
            memberships: [found],
            claims: [],
            evidence: `members in ${relation.qualified}`,
          },
        ]
  }
  return known
}

function unkeyedMembership(relation: Relation, users: UserColumns, mentions: Mentions): Membership | null {
  const lookup = mentions.lookups.find((one) => one.relation.oid === relation.oid)
  const column = relation.columns.find(
    ({ name, array, baseType }) =>
      !array &&
      /^(uuid|text|varchar)$/.test(baseType) &&
      looksLikeTenant(name) &&
      name !== lookup?.userColumn &&
      !relation.foreignKeys.some(({ columns }) => columns.includes(name)),
  )
  const user = lookup && users.of(relation).find((one) => one.column === lookup.userColumn)
  if (!column || !user || looksLikeOtherTie(relation.name)) return null
  const isPair = relation.keys.some(
    ({ columns }) => columns.length === 2 && columns.includes(column.name) && columns.includes(user.column),
  )
  if (!isPair && !looksLikeMembership(relation.name)) return null
  return {
    relation: relation.oid,
    tenantColumn: column.name,
    userColumn: user.column,
    roleColumn: roleColumn(relation, lookup)?.name ?? null,
    ...lapsesOf(relation, mentions, { columns: [column.name] }),
  }
}
