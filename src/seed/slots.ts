import type { Catalog, Column, Relation } from '../domain/catalog.ts'
import { labelsOf } from '../domain/catalog.ts'
import { columnKey } from '../domain/ownership.ts'
import type { Membership, Model, PrivilegeLookup } from '../domain/ownership.ts'
import type { Person } from './cast.ts'

/** For whom a row is made. */
export interface Slot {
  readonly person: Person | null
  readonly tenant: string | null
}

/** What the model says about one relation, gathered for the making of rows. */
export interface Role {
  readonly membership: Membership | undefined
  readonly privilege: PrivilegeLookup | undefined
  readonly isUserRoot: boolean
  readonly tenantKind: number
}

export function roleOf(relation: Relation, model: Model): Role {
  return {
    membership: model.tenants
      .flatMap(({ memberships }) => memberships)
      .find((one) => one.relation === relation.oid),
    privilege: model.privileges.find((one) => one.relation === relation.oid),
    isUserRoot: model.userRoots.some((one) => one.relation === relation.oid),
    tenantKind: model.tenants.findIndex((one) => one.relation === relation.oid),
  }
}

const MAIN = new Set(['alice', 'bob', 'carol'])

/** Who gets rows of their own in a relation. Rights are given to staff alone, memberships to members. */
export function slotsFor(
  relation: Relation,
  role: Role,
  model: Model,
  people: readonly Person[],
): readonly Slot[] {
  const ownership = model.ownerships.get(relation.oid)
  const own = people.map((person) => ({ person, tenant: person.tenant }))
  const main = own.filter(({ person }) => MAIN.has(person.name))
  if (role.tenantKind >= 0) return main.filter(({ person }) => person.name !== 'bob')
  if (role.membership) return own.filter(({ tenant }) => tenant !== null)
  const { privilege } = role
  const listed = privilege !== undefined && Object.keys(privilege.labels).length === 0
  if (privilege && (listed || !role.isUserRoot))
    return own.filter(
      ({ person }) =>
        person.right !== null || (MAIN.has(person.name) && hasHarmlessLabel(relation, privilege)),
    )
  if (role.isUserRoot) return own
  return ownership === undefined || ownership.kind === 'shared' ? [{ person: null, tenant: null }] : main
}

/** Who has no row in a list of rights and might give himself one: rows for them are made ready, none stands. */
export function candidatesFor(
  role: Role,
  slots: readonly Slot[],
  people: readonly Person[],
): readonly Slot[] {
  if (!role.privilege) return []
  return people
    .filter(({ name }) => MAIN.has(name) && !slots.some(({ person }) => person?.name === name))
    .map((person) => ({ person, tenant: person.tenant }))
}

/** A lookup that asks for a label may hold people without it. */
function hasHarmlessLabel(relation: Relation, privilege: PrivilegeLookup): boolean {
  return Object.keys(privilege.labels).some((column) => {
    const found = relation.columns.find(({ name }) => name === column)
    return found !== undefined && harmlessLabels(relation, found, privilege.labels[column] ?? []).length > 0
  })
}

const HIGH =
  /admin|owner|super|staff|manager|moderator|teacher|editor|master|root|producer|operator|god|system|service|lead|director|founder|billing|support|ops|write/i
const LOW =
  /^(user|member|viewer|guest|basic|customer|student|client|reader|read|regular|normal|employee|participant|free|subscriber|attendee)/i

/** Labels of a column that no policy asks for; a text without a list gets a made-up one. */
export function harmlessLabels(
  relation: Relation,
  column: Column,
  asked: readonly string[],
): readonly string[] {
  if (column.baseType === 'bool') return asked.includes('true') ? ['false'] : ['true']
  const labels = labelsOf(relation, column)
  if (labels.length === 0)
    return column.labels === null && !column.array ? ['user'].filter((label) => !asked.includes(label)) : []
  return leastFirst(labels.filter((label) => !asked.includes(label)))
}

/** Least privileged first, as far as names tell. */
export function leastFirst(labels: readonly string[]): readonly string[] {
  const rank = (label: string): number => (LOW.test(label) ? 0 : HIGH.test(label) ? 2 : 1)
  return [...labels].sort((a, b) => rank(a) - rank(b))
}

const TOP: readonly RegExp[] = [/^owner/i, /super/i, /admin/i, /manager|lead|director/i]

/** The label that may most, as far as names tell. */
export function highestOf(labels: readonly string[]): string | undefined {
  for (const pattern of TOP) {
    const found = labels.find((label) => pattern.test(label))
    if (found !== undefined) return found
  }
  return leastFirst(labels).at(-1)
}

/** All labels that a membership role can take: of its type, its CHECK, or those that the project's SQL names. */
export function roleLabels(catalog: Catalog, model: Model, membership: Membership): readonly string[] {
  const relation = catalog.relations.find(({ oid }) => oid === membership.relation)
  const column = relation?.columns.find(({ name }) => name === membership.roleColumn)
  if (!relation || !column) return []
  const known = labelsOf(relation, column)
  return known.length > 0 ? known : (model.literals.get(columnKey(relation.oid, column.name)) ?? [])
}
