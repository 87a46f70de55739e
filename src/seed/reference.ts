import type { ForeignKey, Relation } from '../domain/catalog.ts'
import type { Values } from '../domain/population.ts'
import { Unmakeable } from './bench.ts'
import type { Bench, Order, Placed, Workshop } from './bench.ts'
import { personOf } from './person.ts'
import type { Slot } from './slots.ts'

/** Composite keys first: what they fix, single ones must agree with. */
export const byWidth = (keys: readonly ForeignKey[]): readonly ForeignKey[] =>
  [...keys].sort((a, b) => b.columns.length - a.columns.length)

export function reference(
  shop: Workshop,
  bench: Bench,
  key: ForeignKey,
  order: Order,
  known: Values,
): Values {
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
      : wanted[positionOf(relation, key, order, wanted.length)]
  if (chosen)
    return Object.fromEntries(key.columns.map((name, i) => [name, chosen.values[key.targetColumns[i] ?? '']]))
  if (person) return { [key.columns[0] ?? '']: person.key }
  if (nullable) return nulls(key)
  // made up here: a row refers to itself, a late key is settled when its target stands
  if (key.target === relation.oid || bench.late.includes(key)) return {}
  throw new Unmakeable(
    `${key.columns.join(', ')}: ${key.targetName} has no row to refer to (foreign key ${key.name})`,
  )
}

/**
 * Which of the rows to refer to. Of two keys to the same relation the second takes the next row and never an earlier one:
 * edges of a graph then lead in one direction, and what follows them comes to an end.
 */
function positionOf({ foreignKeys }: Relation, key: ForeignKey, { variant }: Order, rows: number): number {
  const keys = byWidth(foreignKeys).filter(({ target }) => target === key.target)
  const before = keys.indexOf(key)
  const starts = rows - (keys.length - 1)
  return starts < 1 || before < 0 ? variant % Math.max(1, rows) : (variant % starts) + before
}

const nulls = (key: ForeignKey): Values => Object.fromEntries(key.columns.map((name) => [name, null]))

/**
 * Rows of the same person, else of the same tenant, else of nobody: never a stranger's. Those that the person has in
 * another tenant, such as one of its own that a trigger made at sign-up, come after those of the tenant.
 */
export function closest(candidates: readonly Placed[], { person, tenant }: Slot): readonly Placed[] {
  const mine = candidates.filter(({ slot }) => person !== null && slot.person === person)
  const both = mine.filter(({ slot }) => slot.tenant === tenant)
  if (both.length > 0) return both
  const nowhere = mine.filter(({ slot }) => slot.tenant === null)
  if (nowhere.length > 0) return nowhere
  const ours = candidates.filter(({ slot }) => tenant !== null && slot.tenant === tenant)
  if (ours.length > 0) return ours
  if (mine.length > 0) return mine
  const shared = candidates.filter(({ slot }) => slot.person === null && slot.tenant === null)
  return shared.length > 0 || person !== null || tenant !== null ? shared : candidates
}
