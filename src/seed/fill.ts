import type { Connection } from '../database/connection.ts'
import type { Key } from '../domain/catalog.ts'
import { labelsOf } from '../domain/catalog.ts'
import type { Spare, Values } from '../domain/population.ts'
import { changeRows, isSingle } from './change-rows.ts'
import { solveChecks } from './aimed.ts'
import { repairAll } from './checks.ts'
import { withoutCollisions } from './conflict.ts'
import { deferLateKeys } from './cycles.ts'
import { NEW } from './demands.ts'
import { insertRows } from './insert.ts'
import { SPARE_ROWS, Unmakeable } from './bench.ts'
import type { Bench, Order, Placed, Workshop } from './bench.ts'
import { insertFor, withOtherKey } from './resist.ts'
import type { Resistance } from './resist.ts'
import { makeRow } from './row.ts'
import { candidatesFor, slotsFor } from './slots.ts'
import type { Slot } from './slots.ts'
import { stageRows, stageSpares } from './states.ts'
import { failingConditions, searchPathOf } from './trial.ts'
import type { Trial } from './trial.ts'
import type { Stage } from './states.ts'

interface Seeded {
  readonly spares: readonly Spare[]
  readonly reason: string | null
  readonly notices: readonly string[]
  /** rows went in without the relation's triggers */
  readonly withoutTriggers: boolean
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
    nextRow: job.nextRow,
    insert: (slot, values) => insertFor(job, slot, values),
  }
  const spares: Spare[] = []
  for (const slot of [...slots, ...candidatesFor(bench.role, slots, shop.people)]) {
    if (slots.includes(slot)) await fillSlot(job, slot)
    const first = SPARE_ROWS + job.count
    const extra = makeRows(job, slot, SPARE_ROWS, [])
    const possible = await fitting(job, valuesIn(extra), first)
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
  await deferLateKeys(connection, bench)
  for (const slot of slots) left = Math.max(left, await stageRows(stage, slot))
  if (left > 0)
    job.notices.push(`${bench.relation.qualified}: ${left} states that policies ask for were left out`)
}

/** The work on one relation. */
interface Job extends Resistance {
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
  const job: Job = {
    connection,
    bench,
    shop,
    placed,
    variants,
    count: 0,
    failures: [],
    notices: [],
    nextRow: () => job.count++,
    forced: null,
    resisted: 0,
    closed: 0,
  }
  return job
}

const placedIn = ({ placed, bench }: Job): Placed[] => placed.get(bench.relation.oid) ?? []
const valuesIn = (made: readonly Made[]): readonly Values[] => made.map(({ values }) => values)

async function fillSlot(job: Job, slot: Slot): Promise<void> {
  const { connection, bench, placed } = job
  const first = job.count
  const made = makeRows(job, slot, 0, job.failures)
  const possible = await fitting(job, valuesIn(made), first)
  const fresh = await withoutTaken(job, slot, possible)
  await deferLateKeys(connection, bench)
  for (const result of await insertFor(job, slot, fresh)) {
    if (result.kind === 'failed') job.failures.push(result.reason)
    else placed.get(bench.relation.oid)?.push({ slot, values: result.values })
  }
}

/** Rows that no other row is in the way of. Where all would be in vain, the first gets another key. */
async function withoutTaken(job: Job, slot: Slot, rows: readonly Values[]): Promise<readonly Values[]> {
  const { relation } = job.bench
  const taken: Key[] = []
  const fresh = withoutCollisions(
    relation,
    rows.map((values) => ({ values })),
    placedIn(job).map(({ values }) => values),
    (key) => taken.push(key),
  ).map(({ values }) => values)
  const [row] = rows
  const [key] = taken
  if (!row || !key || fresh.length > 0 || hasRow(job, slot)) return fresh
  const other = await withOtherKey(job, slot, row, key)
  if (other) return [other]
  job.failures.push(`${key.columns.join(', ')}: every value that was tried is taken (unique key ${key.name})`)
  return []
}

/** The rows as the server will take them, as far as values are found. */
async function fitting(
  { connection, bench }: Job,
  rows: readonly Values[],
  firstNumber: number,
): Promise<readonly Values[]> {
  const { relation, conditions, demands } = bench
  // triggers know the row as NEW, which constraints have no name for
  const trial: Trial =
    demands.length === 0
      ? bench
      : { ...bench, conditions: [...conditions, ...demands], alias: NEW, searchPath: searchPathOf(relation) }
  if (trial.conditions.length === 0 || rows.length === 0) return rows
  const failing = await failingConditions(connection, trial, rows)
  if (failing?.every(({ length }) => length === 0)) return rows
  const guessed = failing ? await repairAll(connection, trial, rows, failing, firstNumber) : rows
  return solveChecks(connection, trial, guessed)
}

/** Why there is no row for anybody, and who else went without: nothing is skipped silently. */
function shortfall(job: Job, slots: readonly Slot[]): Omit<Seeded, 'spares'> {
  const { bench, failures, forced } = job
  const withoutTriggers = forced !== null
  const told = withoutTriggers
    ? [`${bench.relation.qualified} was seeded without its triggers: ${forced}`]
    : []
  const notices = [...told, ...job.notices]
  const missing = slots.flatMap((slot) => (slot.person && !hasRow(job, slot) ? [slot.person] : []))
  const why = failures[0] ?? 'no row could be made'
  if (placedIn(job).length === 0 || (missing.length > 0 && missing.length === slots.length))
    return { reason: why, notices, withoutTriggers }
  if (missing.length === 0) return { reason: null, notices, withoutTriggers }
  const names = missing.map(({ name }) => name).join(', ')
  return {
    reason: null,
    notices: [...notices, `${bench.relation.qualified} has no row of ${names}: ${why}`],
    withoutTriggers,
  }
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
