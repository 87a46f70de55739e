import type { Lapse, Membership, Model } from '../domain/ownership.ts'
import type { Actor, SeededRow } from '../domain/population.ts'

type Rows = ReadonlyMap<number, readonly SeededRow[]>

/** Tenants of every user, as the membership rows stand: those that triggers made at sign-up included. */
export function tenantsByUser(model: Model, rows: Rows): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>()
  for (const membership of model.tenants.flatMap(({ memberships }) => memberships))
    for (const row of rows.get(membership.relation) ?? []) {
      const user = row.values[membership.userColumn]
      if ((typeof user !== 'string' && typeof user !== 'number') || !isInForce(row, membership)) continue
      const tenants = found.get(String(user)) ?? new Set<string>()
      found.set(String(user), tenants)
      for (const tenant of row.tenants) tenants.add(tenant)
    }
  return new Map([...found].map(([user, tenants]) => [user, [...tenants]]))
}

function isInForce({ values }: SeededRow, { inactive, lapses = [] }: Membership): boolean {
  return [...(inactive ? [inactive] : []), ...lapses].every((lapse) => !isOut(values[lapse.column], lapse))
}

function isOut(value: unknown, lapse: Lapse): boolean {
  if (lapse.value === null) return value === null
  if (typeof lapse.value === 'boolean') return value === lapse.value
  return lapse.active === null && /^\d{4}-/.test(lapse.value) ? value !== null : value === lapse.value
}

/** Actors with every tenant that they are a member of in the database. */
export function withTenants(
  actors: readonly Actor[],
  belonging: ReadonlyMap<string, readonly string[]>,
): readonly Actor[] {
  return actors.map((actor) => ({
    ...actor,
    tenants: [...new Set([...actor.tenants, ...(belonging.get(actor.user ?? '') ?? [])])],
  }))
}

/**
 * Rows that are people stand in the tenants of those people: colleagues are no strangers to each other. A membership
 * belongs to the member whom it names, in force or not.
 */
export function withPeople(
  model: Model,
  rows: Rows,
  belonging: ReadonlyMap<string, readonly string[]>,
): Rows {
  const people = new Set(model.userRoots.map(({ relation }) => relation))
  const members = new Set(
    model.tenants.flatMap(({ memberships }) => memberships.map(({ relation }) => relation)),
  )
  return new Map(
    [...rows].map(([relation, list]) => {
      if (members.has(relation)) return [relation, list.map((row) => ({ ...row, personal: true }))]
      if (!people.has(relation)) return [relation, list]
      return [
        relation,
        list.map((row) => ({
          ...row,
          tenants: [
            ...new Set([...row.tenants, ...row.owners.flatMap((owner) => belonging.get(owner) ?? [])]),
          ],
          personal: true,
        })),
      ]
    }),
  )
}
