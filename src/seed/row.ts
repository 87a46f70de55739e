import type { Faker } from '@faker-js/faker'
import type { Column, ForeignKey, Relation } from '../domain/catalog.ts'
import type { SeedValue } from '../domain/config.ts'
import { columnKey } from '../domain/ownership.ts'
import type { Model } from '../domain/ownership.ts'
import type { Tenant, Values } from '../domain/population.ts'
import { hintsFor } from './hints.ts'
import type { Hints } from './hints.ts'
import { harmlessLabels, highestOf, leastFirst } from './slots.ts'
import { labelsOf } from '../domain/catalog.ts'
import type { Role, Slot } from './slots.ts'
import type { Person } from './cast.ts'
import { isNegative, isPrivilege, valueFor } from './value.ts'
import type { Place } from './value.ts'

/** A row that stands in the database already, with the slot that it was made for. */
export interface Placed {
  readonly slot: Slot
  readonly values: Values
}

/** What rows are made from. */
export interface Workshop {
  readonly model: Model
  readonly people: readonly Person[]
  readonly tenants: readonly Tenant[]
  readonly faker: Faker
  readonly seed: number
  readonly values: Readonly<Record<string, SeedValue>>
  readonly placed: ReadonlyMap<number, readonly Placed[]>
}

/** One relation with everything that is worked out once for all of its rows. */
export interface Bench {
  readonly relation: Relation
  readonly index: number
  readonly role: Role
  readonly hints: ReadonlyMap<string, Hints>
  /** columns that lead to an owner or tenant: never left empty */
  readonly identity: ReadonlySet<string>
  readonly unique: ReadonlySet<string>
  /** columns that number rows within another column of their key: they repeat from owner to owner, as issue numbers do */
  readonly numbering: ReadonlySet<string>
}

export function benchFor(relation: Relation, index: number, role: Role, model: Model): Bench {
  const ownership = model.ownerships.get(relation.oid)
  const paths = [...(ownership?.owners ?? []), ...(ownership?.tenants ?? []), ...(ownership?.authors ?? [])]
  return {
    relation,
    index,
    role,
    hints: new Map(relation.columns.map((column) => [column.name, hintsFor(relation, column)])),
    identity: new Set(paths.flatMap(({ steps, column }) => steps[0]?.columns ?? [column])),
    unique: new Set(relation.keys.flatMap(({ columns }) => columns)),
    numbering: new Set(relation.keys.flatMap(({ columns }) => numberingColumns(relation, columns))),
  }
}

function numberingColumns(relation: Relation, key: readonly string[]): readonly string[] {
  const refers = (column: string): boolean =>
    relation.foreignKeys.some(({ columns }) => columns.includes(column))
  return key.some(refers) ? key.filter((column) => !refers(column)) : []
}

/** What a row is to be. */
export interface Order {
  readonly slot: Slot
  readonly variant: number
  /** number of the row within the relation */
  readonly row: number
}

/** Numbers of rows from here on are those of spares. */
export const SPARE_ROWS = 500

/** Why a row could not be made, with the column. */
export class Unmakeable extends Error {}

/** Makes the values of one row. Nothing is sent yet. @throws Unmakeable */
export function makeRow(shop: Workshop, bench: Bench, order: Order): Values {
  const values: Record<string, unknown> = {}
  for (const key of byWidth(bench.relation.foreignKeys))
    Object.assign(values, reference(shop, bench, key, order, values))
  for (const column of bench.relation.columns) {
    if (column.generated || column.name in values) continue
    const value = columnValue(shop, bench, column, order)
    if (value === undefined && column.notNull && column.default === null && column.identity === null)
      throw new Unmakeable(`${column.name}: no value is known for type ${column.type}`)
    if (value !== undefined) values[column.name] = value
  }
  return values
}

/** Composite keys first: what they fix, single ones must agree with. */
const byWidth = (keys: readonly ForeignKey[]): readonly ForeignKey[] =>
  [...keys].sort((a, b) => b.columns.length - a.columns.length)

function reference(shop: Workshop, bench: Bench, key: ForeignKey, order: Order, known: Values): Values {
  const { relation } = bench
  const nullable = key.columns.every((name) => relation.columns.some((c) => c.name === name && !c.notNull))
  const needed = key.columns.some((name) => bench.identity.has(name))
  const person = key.columns.length === 1 ? personOf(shop, bench, key.columns[0] ?? '', order) : undefined
  if (nullable && !needed && person === undefined && order.variant === 2) return nulls(key)
  const candidates = (shop.placed.get(key.target) ?? []).filter(({ values }) =>
    key.columns.every(
      (name, i) => !(name in known) || String(known[name]) === String(values[key.targetColumns[i] ?? '']),
    ),
  )
  const wanted = person
    ? candidates.filter(({ values }) => String(values[key.targetColumns[0] ?? '']) === person.key)
    : closest(candidates, order.slot)
  const chosen =
    key.target === relation.oid && nullable && order.variant === 0
      ? undefined
      : wanted[order.variant % Math.max(1, wanted.length)]
  if (chosen)
    return Object.fromEntries(key.columns.map((name, i) => [name, chosen.values[key.targetColumns[i] ?? '']]))
  if (person) return { [key.columns[0] ?? '']: person.key }
  if (nullable) return nulls(key)
  if (key.target === relation.oid) return {}
  throw new Unmakeable(
    `${key.columns.join(', ')}: ${key.targetName} has no row to refer to (foreign key ${key.name})`,
  )
}

const nulls = (key: ForeignKey): Values => Object.fromEntries(key.columns.map((name) => [name, null]))

/** Rows of the same person, else of the same tenant, else of nobody: never a stranger's. */
function closest(candidates: readonly Placed[], { person, tenant }: Slot): readonly Placed[] {
  const mine = candidates.filter(({ slot }) => person !== null && slot.person === person)
  if (mine.length > 0) return mine
  const ours = candidates.filter(({ slot }) => tenant !== null && slot.tenant === tenant)
  if (ours.length > 0) return ours
  const shared = candidates.filter(({ slot }) => slot.person === null && slot.tenant === null)
  return shared.length > 0 || person !== null || tenant !== null ? shared : candidates
}

/** Whose key a user column holds: the slot's person; in a second owner column the partner. */
function personOf(shop: Workshop, bench: Bench, column: string, { slot }: Order): Person | undefined {
  const { role, relation } = bench
  if (slot.person === null) return undefined
  if (role.membership)
    return column === role.membership.userColumn
      ? slot.person
      : isUserColumn(shop, relation, column)
        ? shop.people[0]
        : undefined
  const ownership = shop.model.ownerships.get(relation.oid)
  const direct = (ownership?.owners ?? [])
    .filter(({ steps }) => steps.length === 0)
    .map((path) => path.column)
  const position = direct.indexOf(column)
  if (position > 0 && relation.keys.every(({ primary, columns }) => !primary || !columns.includes(column)))
    return partnerOf(shop, slot.person)
  return isUserColumn(shop, relation, column) ? slot.person : undefined
}

function isUserColumn(shop: Workshop, relation: Relation, column: string): boolean {
  const ownership = shop.model.ownerships.get(relation.oid)
  const privilege = shop.model.privileges.some(
    (one) => one.relation === relation.oid && one.userColumn === column,
  )
  return (
    privilege ||
    [...(ownership?.owners ?? []), ...(ownership?.authors ?? [])].some(
      (path) => path.steps.length === 0 && path.column === column,
    )
  )
}

const PARTNERS: Readonly<Record<string, string>> = { alice: 'bob', bob: 'alice', carol: 'dave' }

function partnerOf(shop: Workshop, person: Person): Person {
  return shop.people.find(({ name }) => name === PARTNERS[person.name]) ?? person
}

function columnValue(shop: Workshop, bench: Bench, column: Column, order: Order): unknown {
  const { relation, role } = bench
  const configured = shop.values[`${relation.qualified}.${column.name}`]
  if (configured !== undefined)
    return typeof configured === 'function' ? configured({ faker: shop.faker, row: order.row }) : configured
  const person = personOf(shop, bench, column.name, order)
  if (person) return column.array ? [person.key] : person.key
  const tenant = tenantValue(shop, bench, column, order)
  if (tenant !== undefined) return tenant
  if (role.membership) {
    const value = membershipValue(shop, bench, column, order)
    if (value !== undefined) return value
  }
  const right = rightValue(bench, column, order)
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
  if (column.name === membership.inactive?.column)
    return standing === 'inactive' ? membership.inactive.value : membership.inactive.active
  if (column.name !== membership.roleColumn) return undefined
  const known = labelsOf(bench.relation, column)
  const labels =
    known.length > 0 ? known : (shop.model.literals.get(columnKey(bench.relation.oid, column.name)) ?? [])
  if (typeof standing === 'object') return labels.includes(standing.label) ? standing.label : undefined
  return standing === 'highest' ? highestOf(labels) : leastFirst(labels)[0]
}

/** Labels and flags that open rights: staff have what is asked for, everybody else the least. */
function rightValue({ relation, role }: Bench, column: Column, { slot }: Order): unknown {
  const asked = role.privilege?.labels[column.name]
  if (asked) {
    if (slot.person?.right !== null && slot.person && asked.includes(slot.person.right))
      return slot.person.right
    return harmlessLabels(relation, column, asked)[0]
  }
  if (!role.isUserRoot && !role.privilege) return undefined
  if (column.baseType === 'bool' && isPrivilege(column.name))
    return slot.person !== null && slot.person.right !== null
  if (!/(^|_)(role|plan|tier|level)$/i.test(column.name)) return undefined
  return leastFirst(labelsOf(relation, column))[0]
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
