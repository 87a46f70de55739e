import type { QueryRunner } from '../database/connection.ts'
import type { Relation } from '../domain/catalog.ts'
import type { Values } from '../domain/population.ts'
import { candidatesFor } from './candidates.ts'
import type { Search } from './candidates.ts'
import type { Condition } from './constraints.ts'
import { failingConditions } from './trial.ts'
import type { Trial } from './trial.ts'

const MOST_CANDIDATES = 1_000
const MOST_ROUNDS = 8

/**
 * Lets the server decide which rows satisfy their conditions, and looks for values that do where a row doesn't: of one
 * failing condition after the other, in one query each.
 */
export async function satisfyChecks(
  connection: QueryRunner,
  trial: Trial,
  rows: readonly Values[],
  firstNumber: number,
): Promise<readonly Values[]> {
  if (trial.conditions.length === 0 || rows.length === 0) return rows
  const failing = await failingConditions(connection, trial, rows)
  return failing === null ? rows : repairAll(connection, trial, rows, failing, firstNumber)
}

/** The same where it is known what fails. */
export async function repairAll(
  connection: QueryRunner,
  trial: Trial,
  rows: readonly Values[],
  failing: readonly (readonly Condition[])[],
  firstNumber: number,
): Promise<readonly Values[]> {
  const repaired: Values[] = []
  for (const [index, row] of rows.entries())
    repaired.push(await repair(connection, trial, row, failing[index] ?? [], firstNumber + index))
  return repaired
}

/** The row with as few failing conditions as can be reached; each round mends the first that can be mended. */
async function repair(
  connection: QueryRunner,
  trial: Trial,
  row: Values,
  failing: readonly Condition[],
  number: number,
): Promise<Values> {
  let [current, failed] = [row, failing]
  for (let round = 0; round < MOST_ROUNDS && failed.length > 0; round++) {
    const before = failed.length
    for (const aim of aims(trial, failed)) {
      const search = { row: current, number, ...aim, hints: trial.hints, unusual: trial.unusual }
      const better = await best(connection, trial, search, before)
      if (!better) continue
      current = better.row
      failed = better.failed
      break
    }
    if (failed.length >= before) return current
  }
  return current
}

type Aim = Pick<Search, 'failed' | 'kept'>

/** First the row's state is kept and what goes with it is sought, then each condition is mended by itself, then all at once. */
function aims({ relation, conditions, hints }: Trial, failed: readonly Condition[]): readonly Aim[] {
  const involved = new Set(failed.flatMap(({ columns }) => columns))
  const states = relation.columns.filter(({ name, labels }) => labels ?? hints.get(name)?.labels)
  const kept = new Set(states.map(({ name }) => name).filter((name) => involved.has(name)))
  const around = conditions.filter(({ columns }) => columns.some((name) => involved.has(name)))
  const nothing: ReadonlySet<string> = new Set()
  return [
    ...(kept.size > 0 ? [{ failed: around, kept }] : []),
    ...failed.map((one) => ({ failed: [one], kept: nothing })),
    { failed, kept: nothing },
  ]
}

/** The combination of values that leaves the fewest conditions unsatisfied, if they are fewer than `most`. */
async function best(
  connection: QueryRunner,
  trial: Trial,
  search: Search,
  most: number,
): Promise<{ readonly row: Values; readonly failed: readonly Condition[] } | undefined> {
  const combinations = combine(trial.relation, search)
  const results = await failingConditions(connection, trial, combinations)
  if (results === null) return undefined
  const counts = results.map(({ length }) => length)
  const least = Math.min(...counts)
  const index = counts.indexOf(least)
  const [row, failed] = [combinations[index], results[index]]
  return least < most && row && failed ? { row, failed } : undefined
}

function combine(relation: Relation, search: Search): readonly Values[] {
  const names = new Set(search.failed.flatMap(({ columns }) => columns))
  const columns = relation.columns.filter(
    ({ name, generated }) => names.has(name) && !generated && !search.kept.has(name),
  )
  const perColumn = Math.max(3, Math.floor(MOST_CANDIDATES ** (1 / Math.max(1, columns.length))))
  let combinations: readonly Values[] = [search.row]
  for (const column of columns) {
    const candidates = candidatesFor(column, columns, search).slice(
      0,
      columns.length > 1 ? perColumn : undefined,
    )
    combinations = combinations
      .flatMap((partial) => candidates.map((value) => ({ ...partial, [column.name]: value })))
      .slice(0, MOST_CANDIDATES)
  }
  return combinations
}
