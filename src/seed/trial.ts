import type { QueryRunner } from '../database/connection.ts'
import { DatabaseError } from '../database/connection.ts'
import type { Column, Relation } from '../domain/catalog.ts'
import type { Values } from '../domain/population.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import type { Condition } from './constraints.ts'
import type { Hints } from './hints.ts'

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

/** Per row the conditions that it violates; null where the rows cannot even be read as rows of the relation. */
export async function failingConditions(
  connection: QueryRunner,
  trial: Trial,
  rows: readonly Values[],
): Promise<readonly (readonly Condition[])[] | null> {
  const { conditions } = trial
  const passed = await passedConditions(connection, trial, rows)
  if (passed) return passed.map((all) => conditions.filter((_, i) => all[i] === false))
  if (rows.length === 1 || rows.length > MOST_SINGLE) return null
  // a value that a cast refuses spoils the query for all others
  const single = await passedOneByOne(connection, trial, rows)
  return rows.map((_, index) => conditions.filter((_one, i) => single[index]?.[i] !== true))
}

const MOST_SINGLE = 128

/** Per row whether each condition holds; null where the server raises an error. */
async function passedConditions(
  connection: QueryRunner,
  trial: Trial,
  rows: readonly Values[],
): Promise<readonly (readonly unknown[])[] | null> {
  const { relation, searchPath = "''", alias } = trial
  try {
    const [, , result] = await connection.results(
      `savepoint checks; set local search_path = ${searchPath}; select ${testsOf(trial)} as passed from ${sourceOf(relation, rows, alias)}; rollback to savepoint checks`,
    )
    return (result?.rows ?? []).map(({ passed }) => (Array.isArray(passed) ? passed : []))
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    await connection.run('rollback to savepoint checks')
    return null
  }
}

const testsOf = ({ conditions }: Trial): string =>
  `jsonb_build_array(${conditions.map(({ expression }) => `(${expression}) is not false`).join(', ')})`

/** Like passedConditions(), row by row on the server: NULL for one that raises an error. */
async function passedOneByOne(
  connection: QueryRunner,
  trial: Trial,
  rows: readonly Values[],
): Promise<readonly (readonly unknown[] | null)[]> {
  const { relation, searchPath = "''", alias } = trial
  const query = quoteLiteral(`select ${testsOf(trial)} from ${sourceFrom(relation, '$1', alias)}`)
  const results = await connection.results(
    `savepoint checks; ${EACH_ROW}; set local search_path = ${searchPath}; select pg_temp.each_row(${quoteLiteral(JSON.stringify(rows))}, ${query}) as passed; rollback to savepoint checks`,
  )
  const passed = results.at(-2)?.rows[0]?.['passed']
  return Array.isArray(passed) ? passed.map((one: unknown) => (Array.isArray(one) ? one : null)) : []
}

const EACH_ROW = `create function pg_temp.each_row(rows jsonb, query text) returns jsonb language plpgsql as $$
declare
  one jsonb;
  passed jsonb;
  found jsonb := '[]';
begin
  for one in select value from jsonb_array_elements(rows) loop
    begin
      execute query into passed using jsonb_build_array(one);
    exception when others then
      passed := null;
    end;
    found := found || jsonb_build_array(passed);
  end loop;
  return found;
end $$`

/** Rows as the conditions see them. Columns of domains are read as their base type, else the server refuses what is to be judged. */
export function sourceOf(relation: Relation, rows: readonly Values[], alias: string = relation.name): string {
  return sourceFrom(relation, `${quoteLiteral(JSON.stringify(rows))}::jsonb`, alias)
}

function sourceFrom({ schema, name, columns }: Relation, json: string, alias: string = name): string {
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
