import type { QueryRunner } from '../database/connection.ts'
import { DatabaseError } from '../database/connection.ts'
import type { Values } from '../domain/population.ts'
import { quoteLiteral } from '../sql/quote.ts'
import { aimsAt, partsOf } from './aims.ts'
import type { Part } from './aims.ts'
import type { Condition } from './constraints.ts'
import type { Aim } from './invert.ts'
import { failingConditions, sourceOf } from './trial.ts'
import type { Trial } from './trial.ts'

const MOST_STEPS = 10
const MOST_AIMS = 24

/**
 * Rows that no guess repaired, by taking their conditions apart: the parts that fail are solved for a column one after the
 * other, and what was set for one stays as it is. Where the rows of a relation resist, the rest is left alone.
 */
export async function solveChecks(
  connection: QueryRunner,
  trial: Trial,
  rows: readonly Values[],
): Promise<readonly Values[]> {
  const failing = trial.conditions.length === 0 ? [] : await failingConditions(connection, trial, rows)
  if (failing !== null && failing.every(({ length }) => length === 0)) return rows
  const solved: Values[] = []
  let resisted = 0
  for (const [index, row] of rows.entries()) {
    const failed = failing ? (failing[index] ?? []) : trial.conditions
    const found = failed.length === 0 || resisted > 1 ? row : await solveRow(connection, trial, row)
    if (found === null) resisted += 1
    solved.push(found ?? row)
  }
  return solved
}

type Piece = Condition & Part

/** Forwards, then backwards: what an equality sets must often come last. */
async function solveRow(connection: QueryRunner, trial: Trial, row: Values): Promise<Values | null> {
  const pieces = trial.conditions.flatMap((condition) =>
    partsOf(condition.expression).map((part): Piece => ({ ...condition, ...part })),
  )
  for (const order of [pieces, pieces.toReversed()]) {
    const found = await solveInOrder(connection, { ...trial, conditions: order }, order, row)
    const left = found && (await failingConditions(connection, trial, [found]))
    if (found && left?.[0]?.length === 0) return found
  }
  return null
}

async function solveInOrder(
  connection: QueryRunner,
  trial: Trial,
  pieces: readonly Piece[],
  row: Values,
): Promise<Values | null> {
  const set = new Set<string>()
  let current = row
  for (let step = 0; step < MOST_STEPS; step++) {
    const failed = (await failingConditions(connection, trial, [current]))?.[0] ?? trial.conditions
    const piece = pieces.find((one) => failed.includes(one))
    if (!piece) return current
    const next = await stepTowards(connection, trial, piece, current, set)
    if (!next) return null
    set.add(next.column)
    current = next.row
  }
  return null
}

/** The row with one more column set, so that the piece holds and as little else as possible fails. */
async function stepTowards(
  connection: QueryRunner,
  trial: Trial,
  piece: Piece,
  row: Values,
  set: ReadonlySet<string>,
): Promise<{ readonly row: Values; readonly column: string } | null> {
  const aims = aimsAt(trial.relation, piece.node)
    .filter(({ column }) => piece.columns.includes(column) && !set.has(column))
    .slice(0, MOST_AIMS)
  const values = await compute(connection, trial, row, aims)
  const tried = aims.flatMap(({ column, value }, index) => {
    const made = values[index]
    const isNull = made === null || made === undefined
    if (isNull && !value.startsWith('(null)')) return []
    return [{ column, row: { ...row, [column]: made ?? null } }]
  })
  if (tried.length === 0) return null
  const rows = tried.map((one) => one.row)
  const failed = await failingConditions(connection, trial, rows)
  const left = tried.flatMap((one, index) => {
    const fails = failed?.[index] ?? trial.conditions
    return fails.includes(piece) ? [] : [{ one, count: fails.length }]
  })
  return left.toSorted((a, b) => a.count - b.count)[0]?.one ?? null
}

/** Per aim what it comes to for this row; NULL also where the server raises an error, which spoils nothing else. */
async function compute(
  connection: QueryRunner,
  { relation, searchPath = "''", alias }: Trial,
  row: Values,
  aims: readonly Aim[],
): Promise<readonly unknown[]> {
  if (aims.length === 0) return []
  const source = sourceOf(relation, [row], alias)
  const calls = aims.map(
    ({ value }) => `pg_temp.attempted(${quoteLiteral(`select to_jsonb(${value}) from ${source}`)})`,
  )
  try {
    const results = await connection.results(
      `savepoint aims; ${ATTEMPTED}; set local search_path = ${searchPath}; select jsonb_build_array(${calls.join(', ')}) as found; rollback to savepoint aims`,
    )
    const found = results.at(-2)?.rows[0]?.['found']
    return Array.isArray(found) ? found : []
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    await connection.run('rollback to savepoint aims')
    return []
  }
}

const ATTEMPTED = `create function pg_temp.attempted(query text) returns jsonb language plpgsql as $$
declare found jsonb;
begin
  execute query into found;
  return found;
exception when others then
  return null;
end $$`
