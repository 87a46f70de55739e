import type { Connection } from '../database/connection.ts'
import type { Relation } from '../domain/catalog.ts'
import { principalsOf, tenantNames } from '../domain/population.ts'
import type { Spare, Values } from '../domain/population.ts'
import { quoteQualified } from '../sql/quote.ts'
import type { Person } from './cast.ts'
import { satisfyChecks } from './checks.ts'
import { withoutCollisions } from './conflict.ts'
import { insertRows } from './insert.ts'
import type { Inserted } from './insert.ts'
import { lookupIn } from './read-back.ts'
import type { Lookup } from './read-back.ts'
import { makeRow, SPARE_ROWS, Unmakeable } from './row.ts'
import type { Bench, Order, Placed, Workshop } from './row.ts'
import { slotsFor } from './slots.ts'
import { labelsOf } from '../domain/catalog.ts'
import type { Slot } from './slots.ts'

/** Rows that triggers or migrations have made are there before ours: they are reused, and ours must not collide with them. */
export async function placeExisting(
  connection: Connection,
  relation: Relation,
  bench: Bench,
  shop: Workshop,
  placed: Map<number, Placed[]>,
): Promise<void> {
  const table = quoteQualified(relation.schema, relation.name)
  const existing = await connection.rows<{ row: Values }>(
    `select to_jsonb(t.*) as row from ${table} t limit 1000`,
  )
  const lookup = lookupIn(placed)
  placed.set(
    relation.oid,
    existing.map(({ row }) => ({ slot: slotOfExisting(bench, row, shop, lookup), values: row })),
  )
}

function slotOfExisting(bench: Bench, row: Values, shop: Workshop, lookup: Lookup): Slot {
  const { owners, authors, tenantKeys } = principalsOf(
    shop.model.ownerships.get(bench.relation.oid),
    row,
    lookup,
  )
  const person = shop.people.find(({ key }) => [...owners, ...authors].includes(key)) ?? null
  const [tenant] = tenantNames(tenantKeys, shop.tenants)
  return { person, tenant: tenant ?? person?.tenant ?? null }
}

interface Seeded {
  readonly spares: readonly Spare[]
  readonly reason: string | null
  readonly notices: readonly string[]
}

interface Made {
  readonly slot: Slot
  readonly values: Values
}

export async function seedRelation(
  connection: Connection,
  bench: Bench,
  shop: Workshop,
  placed: Map<number, Placed[]>,
  rows: number,
): Promise<Seeded> {
  const { relation } = bench
  const slots = slotsFor(relation, bench.role, shop.model, shop.people)
  const variants = variantsOf(bench, rows)
  const failures: string[] = []
  const spares: Spare[] = []
  const notices: string[] = []
  let number = 0
  for (const slot of slots) {
    const made = makeRows(shop, bench, slot, variants, () => number++, failures)
    const fitting = await satisfyChecks(
      connection,
      relation,
      made.map(({ values }) => values),
      bench.hints,
    )
    const standing = (placed.get(relation.oid) ?? []).map(({ values }) => values)
    const fresh = withoutCollisions(
      relation,
      fitting.map((values) => ({ slot, values })),
      standing,
    )
    for (const result of await insertOrForce(
      connection,
      relation,
      slot.person,
      fresh.map(({ values }) => values),
      notices,
    )) {
      if (result.kind === 'failed') failures.push(result.reason)
      else placed.get(relation.oid)?.push({ slot, values: result.values })
    }
    const extra = makeRows(shop, bench, slot, variants, () => SPARE_ROWS + number++, [])
    const possible = await satisfyChecks(
      connection,
      relation,
      extra.map(({ values }) => values),
      bench.hints,
    )
    spares.push(...possible.map((values) => ({ actor: slot.person?.name ?? null, values })))
  }
  await addUnowned(connection, shop, bench, placed, () => number++)
  const reached = new Set((placed.get(relation.oid) ?? []).map(({ slot }) => slot.person?.name))
  const missing = slots.filter(({ person }) => !reached.has(person?.name) && person !== null)
  const empty = (placed.get(relation.oid) ?? []).length === 0
  const reason =
    empty || (missing.length > 0 && missing.length === slots.length)
      ? (failures[0] ?? 'no row could be made')
      : null
  return { spares, reason, notices }
}

/** As many rows per slot as states need to be seen: labels of enums and lists, both values of booleans, filled and empty. */
function variantsOf({ relation }: Bench, rows: number): number {
  const most = Math.max(0, ...relation.columns.map((column) => labelsOf(relation, column).length))
  return Math.min(8, Math.max(rows, most))
}

function makeRows(
  shop: Workshop,
  bench: Bench,
  slot: Slot,
  variants: number,
  next: () => number,
  failures: string[],
): readonly Made[] {
  const made: Made[] = []
  for (let variant = 0; variant < variants; variant++) {
    const order: Order = { slot, variant, row: next() }
    try {
      made.push({ slot, values: fixedKey(shop, bench, order, makeRow(shop, bench, order)) })
    } catch (error) {
      if (!(error instanceof Unmakeable)) throw error
      failures.push(error.message)
    }
  }
  return made
}

/** The tenants' own rows carry the keys that the rest of the population refers to. */
function fixedKey(shop: Workshop, bench: Bench, order: Order, values: Values): Values {
  const kind = shop.model.tenants[bench.role.tenantKind]
  const key = shop.tenants.find(({ name }) => name === order.slot.tenant)?.keys[bench.role.tenantKind]
  return kind && key !== undefined && order.row < SPARE_ROWS ? { ...values, [kind.keyColumn]: key } : values
}

/** Where triggers make every row of a relation impossible, rows go in without triggers, and it is said. */
async function insertOrForce(
  connection: Connection,
  relation: Relation,
  person: Person | null,
  rows: readonly Values[],
  notices: string[],
): Promise<readonly Inserted[]> {
  const results = await insertRows(connection, relation, person, rows)
  const raised = results.find(
    (one) => one.kind === 'failed' && (one.error === null || one.error.where !== undefined),
  )
  if (!raised || raised.kind !== 'failed' || results.some((one) => one.kind !== 'failed')) return results
  await connection.run('set local session_replication_role = replica')
  const forced = await insertRows(connection, relation, person, rows)
  await connection.run('set local session_replication_role = origin')
  if (forced.every((one) => one.kind === 'failed')) return results
  notices.push(`${relation.qualified} was seeded without its triggers: ${raised.reason}`)
  return forced
}

/** A row without an owner, where the columns allow it: policies often forget it. */
async function addUnowned(
  connection: Connection,
  shop: Workshop,
  bench: Bench,
  placed: Map<number, Placed[]>,
  next: () => number,
): Promise<void> {
  const ownership = shop.model.ownerships.get(bench.relation.oid)
  const nullable = [...bench.identity].every((name) =>
    bench.relation.columns.some((column) => column.name === name && !column.notNull),
  )
  const template = (placed.get(bench.relation.oid) ?? []).find(({ slot }) => slot.person?.name === 'alice')
  if (!ownership || ownership.kind === 'shared' || bench.identity.size === 0 || !nullable || !template) return
  const order: Order = { slot: template.slot, variant: 0, row: next() }
  const values = {
    ...makeRow(shop, bench, order),
    ...Object.fromEntries([...bench.identity].map((name) => [name, null])),
  }
  const [result] = await insertRows(connection, bench.relation, null, [values])
  if (result?.kind === 'inserted')
    placed.get(bench.relation.oid)?.push({ slot: { person: null, tenant: null }, values: result.values })
}
