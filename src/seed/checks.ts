import type { Connection } from '../database/connection.ts'
import { DatabaseError } from '../database/connection.ts'
import type { Column, Relation } from '../domain/catalog.ts'
import type { Values } from '../domain/population.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import { candidatesFor } from './candidates.ts'
import type { Search } from './candidates.ts'
import type { Condition } from './constraints.ts'
import type { Hints } from './hints.ts'

const MOST_CANDIDATES = 1_000
const MOST_ROUNDS = 8

/** What rows of a relation are held against. */
export interface Trial {
  readonly relation: Relation
  readonly conditions: readonly Condition[]
  readonly hints: ReadonlyMap<string, Hints>
  readonly unusual: ReadonlyMap<string, unknown>
  /** where names of functions are looked for that conditions do not qualify */
  readonly searchPath?: string
  /** what conditions call the row, where not by the relation's name */
  readonly alias?: string
}

/**
 * Lets the server decide which rows satisfy their conditions, and looks for values that do where a row doesn't: of one
 * failing condition after the other, in one query each.
 */
export async function satisfyChecks(
  connection: Connection,
  trial: Trial,
  rows: readonly Values[],
  firstNumber: number,
): Promise<readonly Values[]> {
  if (trial.conditions.length === 0 || rows.length === 0) return rows
  const failing = await failingConditions(connection, trial, rows)
  if (failing === null) return rows
  const repaired: Values[] = []
  for (const [index, row] of rows.entries())
    repaired.push(await repair(connection, trial, row, failing[index] ?? [], firstNumber + index))
  return repaired
}

/** The row with as few failing conditions as can be reached; each round mends the first that can be mended. */
async function repair(
  connection: Connection,
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
  connection: Connection,
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

/** Per row the conditions that it violates; null where the rows cannot even be read as rows of the relation. */
async function failingConditions(
  connection: Connection,
  trial: Trial,
  rows: readonly Values[],
): Promise<readonly (readonly Condition[])[] | null> {
  const { conditions } = trial
  const passed = await passedConditions(connection, trial, rows)
  if (passed) return passed.map((all) => conditions.filter((_, i) => all[i] === false))
  if (rows.length === 1 || rows.length > MOST_HALVED) return null
  // a value that a cast refuses spoils the query for all others: the rows that raise no error are found by halving
  const middle = Math.ceil(rows.length / 2)
  const halves = [rows.slice(0, middle), rows.slice(middle)]
  const found: (readonly Condition[])[] = []
  for (const half of halves)
    found.push(...((await failingConditions(connection, trial, half)) ?? half.map(() => conditions)))
  return found
}

const MOST_HALVED = 128

/** Per row whether each condition holds; null where the server raises an error. */
async function passedConditions(
  connection: Connection,
  { relation, conditions, searchPath = "''", alias }: Trial,
  rows: readonly Values[],
): Promise<readonly (readonly unknown[])[] | null> {
  const tests = conditions.map(({ expression }) => `(${expression}) is not false`).join(', ')
  try {
    const [, , result] = await connection.results(
      `savepoint checks; set local search_path = ${searchPath}; select json_build_array(${tests}) as passed from ${sourceOf(relation, rows, alias)}; rollback to savepoint checks`,
    )
    return (result?.rows ?? []).map(({ passed }) => (Array.isArray(passed) ? passed : []))
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    await connection.run('rollback to savepoint checks')
    return null
  }
}

/** Rows as the conditions see them. Columns of domains are read as their base type, else the server refuses what is to be judged. */
export function sourceOf(
  { schema, name, columns }: Relation,
  rows: readonly Values[],
  alias: string = name,
): string {
  const json = `${quoteLiteral(JSON.stringify(rows))}::jsonb`
  if (columns.every(({ domainChecks }) => domainChecks.length === 0))
    return `jsonb_populate_recordset(null::${quoteQualified(schema, name)}, ${json}) as ${quoteName(alias)}`
  return `jsonb_to_recordset(${json}) as ${quoteName(alias)} (${columns.map((column) => `${quoteName(column.name)} ${readType(column)}`).join(', ')})`
}

/** What a project's own functions and policies are written for, more often than not. */
export const searchPathOf = ({ schema }: Relation): string =>
  [...new Set([schema, 'public', 'extensions'])].map((name) => quoteName(name)).join(', ')

const readType = (column: Column): string => {
  if (column.domainChecks.length === 0) return column.type
  return `${column.baseType}${column.array ? '[]' : ''}`
}
