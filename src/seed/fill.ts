import type { Connection } from '../database/connection.ts'
import type { Relation } from '../domain/catalog.ts'
import { labelsOf } from '../domain/catalog.ts'
import { principalsOf, tenantNames } from '../domain/population.ts'
import type { Spare, Values } from '../domain/population.ts'
import { quoteQualified } from '../sql/quote.ts'
import type { Person } from './cast.ts'
import { changeRows, isSingle } from './change-rows.ts'
import { satisfyChecks } from './checks.ts'
import { withoutCollisions } from './conflict.ts'
import { resumeLateKeys, suspendLateKeys } from './cycles.ts'
import { insertRows } from './insert.ts'
import type { Inserted } from './insert.ts'
import { lookupIn } from './read-back.ts'
import type { Lookup } from './read-back.ts'
import { SPARE_ROWS, Unmakeable } from './bench.ts'
import type { Bench, Order, Placed, Workshop } from './bench.ts'
import { makeRow } from './row.ts'
import { candidatesFor, slotsFor } from './slots.ts'
import type { Slot } from './slots.ts'
import { stageRows, stageSpares } from './states.ts'
import type { Stage } from './states.ts'

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

interface Seeded {
  readonly spares: readonly Spare[]
  readonly reason: string | null
  readonly notices: readonly string[]
}

interface Made {
  readonly slot: Slot
  readonly values: Values
}

/** Makes rows for everybody who is to have some, and as many spares. */
export async function seedRelation(
  connection: Connection,
  bench: Bench,
  shop: Workshop,
  placed: Map<number, Placed[]>,
  rows: number,
): Promise<Seeded> {
  const slots = slotsFor(bench.relation, bench.role, shop.model, shop.people)
  const job = jobOn(connection, bench, shop, placed, variantsOf(bench, rows))
  const stage: Stage = {
    connection,
    bench,
    shop,
    placed,
    nextRow: () => job.count++,
    insert: (person, values) => insertOrForce(job, person, values),
  }
  const spares: Spare[] = []
  for (const slot of [...slots, ...candidatesFor(bench.role, slots, shop.people)]) {
    if (slots.includes(slot)) await fillSlot(job, slot)
    const first = SPARE_ROWS + job.count
    const extra = makeRows(job, slot, SPARE_ROWS, [])
    const possible = await satisfyChecks(connection, bench, valuesIn(extra), first)
    const ordered = await stageSpares(stage, slot, possible, () => SPARE_ROWS + job.count++)
    spares.push(...ordered.map((values) => ({ actor: slot.person?.name ?? null, values })))
  }
  await stageAll(stage, job, slots)
  await addUnowned(job)
  return { spares, ...shortfall(job, slots) }
}

/** Makes one row for each slot and nothing else: no spares, no states, no row of nobody. */
export async function seedSlots(
  connection: Connection,
  bench: Bench,
  shop: Workshop,
  placed: Map<number, Placed[]>,
  slots: readonly Slot[],
): Promise<Omit<Seeded, 'spares'>> {
  const job = jobOn(connection, bench, shop, placed, 1)
  for (const slot of slots) await fillSlot(job, slot)
  return shortfall(job, slots)
}

/** Rows in the states that the project's SQL asks for; of memberships and rights none, for they would open doors. */
async function stageAll(stage: Stage, job: Job, slots: readonly Slot[]): Promise<void> {
  const { connection, bench } = stage
  if (bench.role.membership || bench.role.privilege) return
  if (isSingle(bench)) return changeRows(stage)
  let left = 0
  await suspendLateKeys(connection, bench)
  for (const slot of slots) left = Math.max(left, await stageRows(stage, slot))
  await resumeLateKeys(connection, bench)
  if (left > 0)
    job.notices.push(`${bench.relation.qualified}: ${left} states that policies ask for were left out`)
}

/** The work on one relation. */
interface Job {
  readonly connection: Connection
  readonly bench: Bench
  readonly shop: Workshop
  readonly placed: Map<number, Placed[]>
  readonly variants: number
  /** rows made so far */
  count: number
  readonly failures: string[]
  readonly notices: string[]
}

function jobOn(
  connection: Connection,
  bench: Bench,
  shop: Workshop,
  placed: Map<number, Placed[]>,
  variants: number,
): Job {
  return { connection, bench, shop, placed, variants, count: 0, failures: [], notices: [] }
}

const placedIn = ({ placed, bench }: Job): Placed[] => placed.get(bench.relation.oid) ?? []
const valuesIn = (made: readonly Made[]): readonly Values[] => made.map(({ values }) => values)

async function fillSlot(job: Job, slot: Slot): Promise<void> {
  const { connection, bench, placed } = job
  const first = job.count
  const made = makeRows(job, slot, 0, job.failures)
  const fitting = await satisfyChecks(connection, bench, valuesIn(made), first)
  const collisions: string[] = []
  const fresh = withoutCollisions(
    bench.relation,
    fitting.map((values) => ({ slot, values })),
    placedIn(job).map(({ values }) => values),
    ({ name, columns }) =>
      collisions.push(`${columns.join(', ')}: every value that was tried is taken (unique key ${name})`),
  )
  await suspendLateKeys(connection, bench)
  for (const result of await insertOrForce(job, slot.person, valuesIn(fresh))) {
    if (result.kind === 'failed') job.failures.push(result.reason)
    else placed.get(bench.relation.oid)?.push({ slot, values: result.values })
  }
  await resumeLateKeys(connection, bench)
  job.failures.push(...collisions)
}

/** Why there is no row for anybody, and who else went without: nothing is skipped silently. */
function shortfall(job: Job, slots: readonly Slot[]): Omit<Seeded, 'spares'> {
  const { bench, failures, notices } = job
  const missing = slots.flatMap((slot) => (slot.person && !hasRow(job, slot) ? [slot.person] : []))
  const why = failures[0] ?? 'no row could be made'
  if (placedIn(job).length === 0 || (missing.length > 0 && missing.length === slots.length))
    return { reason: why, notices }
  if (missing.length === 0) return { reason: null, notices }
  const names = missing.map(({ name }) => name).join(', ')
  return { reason: null, notices: [...notices, `${bench.relation.qualified} has no row of ${names}: ${why}`] }
}

/** A membership elsewhere, such as a trigger makes at sign-up, is none of the tenant that is wanted. */
const hasRow = (job: Job, { person, tenant }: Slot): boolean =>
  placedIn(job).some(
    ({ slot }) => slot.person === person && (!job.bench.role.membership || slot.tenant === tenant),
  )

/** As many rows per slot as states need to be seen: labels of enums and lists, both values of booleans, filled and empty. */
function variantsOf({ relation }: Bench, rows: number): number {
  const most = Math.max(0, ...relation.columns.map((column) => labelsOf(relation, column).length))
  return Math.max(rows, Math.min(8, most))
}

function makeRows(job: Job, slot: Slot, offset: number, failures: string[]): readonly Made[] {
  const { shop, bench } = job
  const made: Made[] = []
  for (let variant = 0; variant < job.variants; variant++) {
    const order: Order = { slot, variant, row: offset + job.count++ }
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
  { connection, bench: { relation }, notices }: Job,
  person: Person | null,
  rows: readonly Values[],
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
  const notice = `${relation.qualified} was seeded without its triggers: ${raised.reason}`
  if (!notices.includes(notice)) notices.push(notice)
  return forced
}

/** A row without an owner, where the columns allow it: policies often forget it. */
async function addUnowned(job: Job): Promise<void> {
  const { connection, shop, bench, placed } = job
  const ownership = shop.model.ownerships.get(bench.relation.oid)
  const nullable = [...bench.identity].every((name) =>
    bench.relation.columns.some((column) => column.name === name && !column.notNull),
  )
  const template = placedIn(job).find(({ slot }) => slot.person?.name === 'alice')
  if (!ownership || ownership.kind === 'shared' || bench.identity.size === 0 || !nullable || !template) return
  const order: Order = { slot: template.slot, variant: 0, row: job.count++ }
  const values = {
    ...makeRow(shop, bench, order),
    ...Object.fromEntries([...bench.identity].map((name) => [name, null])),
  }
  const [result] = await insertRows(connection, bench.relation, null, [values])
  if (result?.kind === 'inserted')
    placed.get(bench.relation.oid)?.push({ slot: { person: null, tenant: null }, values: result.values })
}
