import type { Connection } from '../database/connection.ts'
import type { Relation } from '../domain/catalog.ts'
import { principalsOf, tenantNames } from '../domain/population.ts'
import type { Values } from '../domain/population.ts'
import { quoteQualified } from '../sql/quote.ts'
import type { Bench, Placed, Workshop } from './bench.ts'
import { lookupIn } from './read-back.ts'
import type { Lookup } from './read-back.ts'
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
  const person =
    shop.people.find(({ key, email }) =>
      [...owners, ...authors].some((name) => name === key || name === email),
    ) ?? null
  const [tenant] = tenantNames(tenantKeys, shop.tenants)
  return { person, tenant: tenant ?? person?.tenant ?? null }
}
