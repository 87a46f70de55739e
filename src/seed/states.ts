import type { Connection } from '../database/connection.ts'
import { DatabaseError } from '../database/connection.ts'
import type { RowState } from '../domain/ownership.ts'
import type { Values } from '../domain/population.ts'
import type { Bench, Placed, Workshop } from './bench.ts'
import { satisfyChecks } from './checks.ts'
import { searchPathOf, sourceOf } from './trial.ts'
import type { Condition } from './constraints.ts'
import { withoutCollisions } from './conflict.ts'
import type { Inserted } from './insert.ts'
import { Unmakeable } from './bench.ts'
import { closest } from './reference.ts'
import { makeRow } from './row.ts'
import type { Slot } from './slots.ts'
import { isRight } from './state-names.ts'

/** What rows in a certain state are made with. */
export interface Stage {
  readonly connection: Connection
  readonly bench: Bench
  readonly shop: Workshop
  readonly placed: Map<number, Placed[]>
  readonly nextRow: () => number
  readonly insert: (slot: Slot, rows: readonly Values[]) => Promise<readonly Inserted[]>
}

/** Rows beyond the usual ones, per relation and owner. */
const MOST_STAGED = 20
const MOST_PARENTS = 3

/**
 * A row of this owner for every state that policies, functions and views ask for, and below every parent that is in such a
 * state, where none is there yet. @returns how many were left out, for being too many
 */
export async function stageRows(stage: Stage, slot: Slot): Promise<number> {
  const { bench, placed } = stage
  let made = 0
  let left = 0
  for (const { state, parent } of wantedOf(stage, slot)) {
    const rows = (placed.get(bench.relation.oid) ?? []).filter(
      (row) =>
        row.slot.person === slot.person && row.slot.tenant === slot.tenant && isBelow(row.values, parent),
    )
    const holds = await holding(
      stage,
      state,
      rows.map(({ values }) => values),
    )
    if (holds === null || holds.includes(true)) continue
    if (made >= MOST_STAGED) left += 1
    else if (await stageRow(stage, slot, state, parent)) made += 1
  }
  return left
}

interface Wanted {
  readonly state: RowState
  /** columns that refer to a parent in a certain state */
  readonly parent: Values
}

const ANY: RowState = { when: 'standing', terms: [] }

function wantedOf(stage: Stage, slot: Slot): readonly Wanted[] {
  const states = statesOf(stage, 'standing')
  const parents = parentsOf(stage, slot)
  return [
    ...states.map((state) => ({ state, parent: {} })),
    ...parents.flatMap((parent) => [ANY, ...states].map((state) => ({ state, parent }))),
  ]
}

export const statesOf = ({ shop, bench }: Stage, when: RowState['when']): readonly RowState[] =>
  (shop.model.rowStates.get(bench.relation.oid) ?? []).filter((state) => state.when === when)

/** References to rows of the same owner that were made for their state. */
function parentsOf({ bench, placed }: Stage, slot: Slot): readonly Values[] {
  return bench.relation.foreignKeys
    .filter(({ target }) => target !== bench.relation.oid)
    .flatMap((key) =>
      closest(placed.get(key.target) ?? [], slot)
        .filter(({ staged }) => staged)
        .slice(0, MOST_PARENTS)
        .map(({ values }) =>
          Object.fromEntries(key.columns.map((name, i) => [name, values[key.targetColumns[i] ?? '']])),
        ),
    )
}

const isBelow = (values: Values, parent: Values): boolean =>
  Object.entries(parent).every(([name, value]) => String(values[name]) === String(value))

async function stageRow(stage: Stage, slot: Slot, state: RowState, parent: Values): Promise<boolean> {
  const { bench, placed } = stage
  const row = stage.nextRow()
  const values = await inState(stage, state, templateOf(stage, slot, row, parent), row)
  if (!values) return false
  const standing = placed.get(bench.relation.oid) ?? []
  const [fresh] = withoutCollisions(
    bench.relation,
    [{ slot, values }],
    standing.map((one) => one.values),
    () => undefined,
  )
  const [result] = fresh ? await stage.insert(slot, [fresh.values]) : []
  if (result?.kind !== 'inserted') return false
  standing.push({ slot, values: result.values, staged: true })
  return true
}

function templateOf({ shop, bench }: Stage, slot: Slot, row: number, parent: Values): Values | null {
  try {
    return { ...makeRow(shop, bench, { slot, variant: 0, row }), ...parent }
  } catch (error) {
    if (error instanceof Unmakeable) return null
    throw error
  }
}

/** The row with as few values changed as put it into the state; null where none are found. */
export async function inState(
  stage: Stage,
  state: RowState,
  template: Values | null,
  number: number,
): Promise<Values | null> {
  if (!template) return null
  const { connection, bench } = stage
  const conditions = [...bench.conditions, ...state.terms.map((term) => conditionOf(stage, term))]
  const [values] = await satisfyChecks(
    connection,
    { ...bench, conditions, searchPath: searchPathOf(bench.relation) },
    [template],
    number,
  )
  const holds = values ? await holding(stage, state, [values]) : null
  return values && holds?.[0] === true ? values : null
}

/** What must be true, not merely not false, and which columns may be changed for that: none that says whose the row is. */
function conditionOf(
  { bench, shop }: Stage,
  { expression, columns, bodies }: RowState['terms'][number],
): Condition {
  const { relation, identity, unique, role } = bench
  const keyed = new Set(relation.foreignKeys.flatMap((key) => key.columns))
  const free = columns.filter((name) => {
    const column = relation.columns.find((one) => one.name === name)
    if (!column || unique.has(name) || (identity.has(name) && identity.size < 2)) return false
    if ((role.isUserRoot && isRight(name)) || shop.values[`${relation.qualified}.${name}`] !== undefined)
      return false
    return !column.notNull || !(identity.has(name) || keyed.has(name))
  })
  return { name: 'state', expression: `(${expression}) is true`, columns: free, bodies }
}

/** Which rows are in the state; null where the server cannot tell. */
export async function holding(
  { connection, bench: { relation } }: Stage,
  { terms }: RowState,
  rows: readonly Values[],
): Promise<readonly boolean[] | null> {
  if (rows.length === 0 || terms.length === 0) return rows.map(() => true)
  const test = terms.map(({ expression }) => `(${expression}) is true`).join(' and ')
  try {
    const results = await connection.results(
      `savepoint states; set local search_path = ${searchPathOf(relation)}; select ${test} as holds from ${sourceOf(relation, rows)}; rollback to savepoint states`,
    )
    return (results[2]?.rows ?? []).map(({ holds }) => holds === true)
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    await connection.run('rollback to savepoint states')
    return null
  }
}

/** Spares in each state that policies ask of new rows come first: a row that no policy would take proves nothing. */
export async function stageSpares(
  stage: Stage,
  slot: Slot,
  spares: readonly Values[],
  nextRow: () => number,
): Promise<readonly Values[]> {
  const first: Values[] = []
  for (const state of statesOf(stage, 'inserted').slice(0, MOST_PARENTS)) {
    const known = [...first, ...spares]
    const holds = await holding(stage, state, known)
    if (holds === null) continue
    const row = nextRow()
    const found =
      known[holds.indexOf(true)] ?? (await inState(stage, state, templateOf(stage, slot, row, {}), row))
    if (found && !first.includes(found)) first.push(found)
  }
  return [...first, ...spares.filter((one) => !first.includes(one))]
}
