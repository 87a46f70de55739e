import type { Column, ForeignKey, Relation } from '../domain/catalog.ts'
import { labelsOf } from '../domain/catalog.ts'
import { columnKey } from '../domain/ownership.ts'
import type { ColumnForm } from '../domain/column-form.ts'
import { withKey } from '../domain/column-form.ts'
import type { Lapse, Membership, OwnerPath, PrivilegeLookup } from '../domain/ownership.ts'
import type { Values } from '../domain/population.ts'
import { SPARE_ROWS, Unmakeable } from './bench.ts'
import type { Bench, Order, Workshop } from './bench.ts'
import type { Person } from './cast.ts'
import { personOf } from './person.ts'
import { byWidth, reference } from './reference.ts'
import { harmlessLabels, highestOf, leastFirst } from './slots.ts'
import { isNegative, isPrivilege, isRight, isRightList } from './state-names.ts'
import { valueFor } from './value.ts'
import type { Place } from './place.ts'

/** Makes the values of one row. Nothing is sent yet. @throws Unmakeable */
export function makeRow(shop: Workshop, bench: Bench, order: Order): Values {
  const { relation } = bench
  const values: Record<string, unknown> = configuredValues(shop, relation, order)
  for (const key of byWidth(relation.foreignKeys))
    if (!key.columns.every((name) => name in values))
      Object.assign(values, reference(shop, bench, key, order, values))
  const open = relation.foreignKeys.filter(
    ({ target, columns }) => target === relation.oid && !columns.every((name) => name in values),
  )
  for (const column of relation.columns) {
    if (column.generated || column.name in values) continue
    const made = columnValue(shop, bench, column, order)
    const value = made === undefined && column.notNull ? bench.unusual.get(column.name) : made
    if (value === undefined && column.notNull && column.default === null && column.identity === null)
      throw new Unmakeable(`${column.name}: no value is known for type ${column.type}`)
    if (value !== undefined) values[column.name] = value
  }
  return { ...values, ...Object.fromEntries(open.flatMap((key) => ownKey(key, values))) }
}

/** A required key to the own relation in which no other row stands yet: the row is its own parent. */
function ownKey({ columns, targetColumns }: ForeignKey, values: Values): readonly [string, unknown][] {
  return columns.map((name, i) => [name, values[targetColumns[i] ?? '']])
}

/** What the configuration says about columns of the relation comes before everything else. */
function configuredValues(shop: Workshop, relation: Relation, { row }: Order): Record<string, unknown> {
  return Object.fromEntries(
    relation.columns.flatMap(({ name }) => {
      const configured = shop.values[`${relation.qualified}.${name}`]
      if (configured === undefined) return []
      return [[name, typeof configured === 'function' ? configured({ faker: shop.faker, row }) : configured]]
    }),
  )
}

/** Keys first. Where a key is a part of what the column holds, the rest is as in any other column. */
function columnValue(shop: Workshop, bench: Bench, column: Column, order: Order): unknown {
  const person = personOf(shop, bench, column.name, order)
  const tenant = tenantValue(shop, bench, column, order)
  const { owners = [], authors = [], tenants = [] } = shop.model.ownerships.get(bench.relation.oid) ?? {}
  const formOf = (paths: readonly OwnerPath[]): ColumnForm | undefined =>
    paths.find(({ steps, column: name }) => steps.length === 0 && name === column.name)?.form
  const [ofPerson, ofTenant] = [formOf([...owners, ...authors]), formOf(tenants)]
  if (ofPerson || ofTenant) {
    const plain = ordinaryValue(shop, bench, column, order)
    const within = ofTenant && tenant !== undefined ? withKey(ofTenant, tenant, plain) : plain
    return ofPerson && person ? withKey(ofPerson, person.key, within) : within
  }
  if (person) {
    const name = shop.model.emailColumns.has(columnKey(bench.relation.oid, column.name))
      ? person.email
      : person.key
    return column.array ? [name] : name
  }
  return tenant ?? ordinaryValue(shop, bench, column, order)
}

function ordinaryValue(shop: Workshop, bench: Bench, column: Column, order: Order): unknown {
  const { relation, role } = bench
  if (role.membership) {
    const value = membershipValue(shop, bench, column, order)
    if (value !== undefined) return value
  }
  const right = rightValue(shop, bench, column, order)
  if (right !== undefined) return right
  if (order.slot.person && isEmail(shop, bench, column)) return order.slot.person.email
  const place: Place = {
    relation: relation.qualified,
    relationIndex: bench.index,
    row: order.row,
    variant: order.variant,
    seed: shop.seed,
    unique: bench.unique.has(column.name),
  }
  if (bench.numbering.has(column.name) && /^int/.test(column.baseType))
    return order.variant + 1 + (order.row < SPARE_ROWS ? 0 : SPARE_ROWS)
  if (order.variant === 2 && !column.notNull && !bench.identity.has(column.name)) return null
  const value = valueFor(orderedLabels(column), bench.hints.get(column.name) ?? {}, place, shop.faker)
  return value === undefined && !column.notNull ? null : value
}

function tenantValue(shop: Workshop, bench: Bench, column: Column, { slot }: Order): string | undefined {
  const path = shop.model.ownerships
    .get(bench.relation.oid)
    ?.tenants.find(({ steps, column: name }) => steps.length === 0 && name === column.name)
  const tenant = shop.tenants.find(({ name }) => name === slot.tenant)
  if (!path || !tenant || bench.relation.foreignKeys.some(({ columns }) => columns.includes(column.name)))
    return undefined
  const kind =
    bench.role.tenantKind >= 0
      ? bench.role.tenantKind
      : shop.model.tenants.findIndex(
          ({ relation, keyColumn }) => relation === null && keyColumn === column.name,
        )
  return tenant.keys[Math.max(0, kind)]
}

function membershipValue(shop: Workshop, bench: Bench, column: Column, { slot }: Order): unknown {
  const membership = bench.role.membership
  const standing = slot.person?.membership
  if (!membership || !standing) return undefined
  const lapse = [...(membership.inactive ? [membership.inactive] : []), ...(membership.lapses ?? [])].find(
    (one) => one.column === column.name,
  )
  if (lapse) return lapsedValue(membership, lapse, standing)
  if (column.baseType === 'bool' && isPrivilege(column.name)) return standing === 'highest'
  if (column.name !== membership.roleColumn) return undefined
  const known = labelsOf(bench.relation, column)
  const labels =
    known.length > 0 ? known : (shop.model.literals.get(columnKey(bench.relation.oid, column.name)) ?? [])
  if (typeof standing === 'object' && 'label' in standing)
    return labels.includes(standing.label) ? standing.label : undefined
  return standing === 'highest' ? highestOf(labels) : leastFirst(labels)[0]
}

/** In force but for the one way in which the person is not. */
function lapsedValue(
  { inactive }: Membership,
  lapse: Lapse,
  standing: NonNullable<Person['membership']>,
): Lapse['value'] {
  if (standing === 'inactive') return lapse === inactive ? lapse.value : lapse.active
  if (typeof standing === 'object' && 'lapse' in standing && standing.lapse.column === lapse.column)
    return standing.lapse.value
  return lapse.active
}

/** Labels and flags that open rights: staff have what is asked for, everybody else the least. */
function rightValue(shop: Workshop, { relation, role }: Bench, column: Column, { slot }: Order): unknown {
  const asked = role.privilege?.labels[column.name]
  if (asked) {
    const label =
      rightLabel(slot.person, role.privilege, column, asked) ?? harmlessLabels(relation, column, asked)[0]
    if (column.array) return label === undefined ? [] : [label]
    return label
  }
  if (column.array && role.privilege && isRightList(column.name)) return []
  if (!role.isUserRoot && !role.privilege && !hasOneRowEach(shop, relation)) return undefined
  if (column.baseType === 'bool' && isPrivilege(column.name))
    return slot.person !== null && slot.person.right !== null
  if (!isRight(column.name)) return undefined
  if (column.array) return []
  return leastFirst(labelsOf(relation, column))[0]
}

/** Who has one of the labels that the lookup asks for is in force there as well. */
function rightLabel(
  person: Person | null,
  privilege: PrivilegeLookup | undefined,
  column: Column,
  asked: readonly string[],
): string | undefined {
  const right = person?.right ?? null
  if (right === null) return undefined
  if (asked.includes(right)) return right
  const isStaff = Object.values(privilege?.labels ?? {}).some((labels) => labels.includes(right))
  return isStaff && column.baseType === 'bool' ? asked[0] : undefined
}

/** What stands there once per user says what the user may. */
function hasOneRowEach({ model }: Workshop, { oid, keys }: Relation): boolean {
  const owners = model.ownerships.get(oid)?.owners ?? []
  return owners.some(
    ({ steps, column }) =>
      steps.length === 0 &&
      keys.some(({ columns, partial }) => !partial && columns.length === 1 && columns[0] === column),
  )
}

function isEmail(shop: Workshop, bench: Bench, column: Column): boolean {
  return (
    shop.model.emailColumns.has(columnKey(bench.relation.oid, column.name)) ||
    (bench.role.isUserRoot && /^e_?mail$/i.test(column.name))
  )
}

/** Labels that put a row out of force come last, so that the first variant is a living row. */
function orderedLabels(column: Column): Column {
  if (!column.labels) return column
  const labels = [...column.labels].sort((a, b) => Number(isNegative(a)) - Number(isNegative(b)))
  return { ...column, labels }
}
