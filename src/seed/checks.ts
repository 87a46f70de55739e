import type { Connection } from '../database/connection.ts'
import type { Check, Column, Relation } from '../domain/catalog.ts'
import type { Values } from '../domain/population.ts'
import { quoteLiteral, quoteQualified } from '../sql/quote.ts'
import type { Hints } from './hints.ts'

const MOST_CANDIDATES = 400

/**
 * Lets the server decide which rows satisfy the relation's CHECK constraints, and looks for values that do where a row
 * doesn't: for the columns of a failing check it tries the constants in the check, the other columns' values, their
 * neighbours and NULL, all in one query.
 */
export async function satisfyChecks(
  connection: Connection,
  relation: Relation,
  rows: readonly Values[],
  hints: ReadonlyMap<string, Hints>,
): Promise<readonly Values[]> {
  if (relation.checks.length === 0 || rows.length === 0) return rows
  const failing = await failingChecks(connection, relation, rows)
  if (failing === null) return rows
  const repaired: Values[] = []
  for (const [index, row] of rows.entries()) {
    const failed = failing[index] ?? []
    repaired.push(
      failed.length === 0 ? row : ((await solve(connection, relation, row, failed, hints)) ?? row),
    )
  }
  return repaired
}

/** Per row the checks that it violates; null where the rows cannot even be read as rows of the relation. */
async function failingChecks(
  connection: Connection,
  relation: Relation,
  rows: readonly Values[],
): Promise<readonly (readonly Check[])[] | null> {
  const tests = relation.checks.map(({ expression }) => `(${expression}) is not false`).join(', ')
  const source = `jsonb_populate_recordset(null::${quoteQualified(relation.schema, relation.name)}, ${quoteLiteral(JSON.stringify(rows))}::jsonb)`
  try {
    const [, , result] = await connection.results(
      `savepoint checks; set local search_path = ''; select json_build_array(${tests}) as passed from ${source}; rollback to savepoint checks`,
    )
    return (result?.rows ?? []).map(({ passed }) =>
      relation.checks.filter((_, i) => Array.isArray(passed) && passed[i] === false),
    )
  } catch {
    await connection.run('rollback to savepoint checks')
    return null
  }
}

async function solve(
  connection: Connection,
  relation: Relation,
  row: Values,
  failed: readonly Check[],
  hints: ReadonlyMap<string, Hints>,
): Promise<Values | undefined> {
  const names = [...new Set(failed.flatMap(({ columns }) => columns))]
  const columns = relation.columns.filter(({ name, generated }) => names.includes(name) && !generated)
  let combinations: readonly Values[] = [row]
  for (const column of columns) {
    const candidates = candidatesFor(column, columns, row, failed, hints.get(column.name))
    combinations = combinations
      .flatMap((partial) => candidates.map((value) => ({ ...partial, [column.name]: value })))
      .slice(0, MOST_CANDIDATES)
  }
  const results = await failingChecks(connection, relation, combinations)
  if (results === null) return undefined
  return combinations.find((_, index) => results[index]?.length === 0)
}

function candidatesFor(
  column: Column,
  others: readonly Column[],
  row: Values,
  failed: readonly Check[],
  hints: Hints | undefined,
): readonly unknown[] {
  const texts = failed.map(({ expression }) => expression).join(' ')
  const literals = [...texts.matchAll(/'((?:[^']|'')*)'/g)].map((match) =>
    (match[1] ?? '').replaceAll("''", "'"),
  )
  const numbers = [...texts.matchAll(/(?<![\w'])-?\d+(?:\.\d+)?/g)].map((match) => Number(match[0]))
  const own = row[column.name]
  const isText = /^(text|varchar|bpchar|citext)$/.test(column.baseType)
  const same = others
    .filter((other) => (isText || other.baseType === column.baseType) && other !== column)
    .map(({ name }) => row[name])
  const near = [own, ...same].flatMap(neighbours)
  const base: readonly unknown[] = [
    own,
    ...(column.notNull ? [] : [null]),
    ...(column.labels ?? hints?.labels ?? []),
    ...near,
  ]
  switch (column.baseType) {
    case 'bool':
      return [own, true, false, ...(column.notNull ? [] : [null])]
    case 'int2':
    case 'int4':
    case 'int8':
    case 'numeric':
    case 'float4':
    case 'float8':
      return unique([
        ...base,
        ...[...numbers, ...literals.map(Number)]
          .filter((n) => !Number.isNaN(n))
          .flatMap((n) => [n, n + 1, n - 1]),
      ])
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'citext':
      return unique([...base, ...literals, ...joined(own, same, literals)])
    default:
      return unique(base)
  }
}

/** `path like owner_id::text || '/%'`: another column's value with the constants around it. */
function joined(own: unknown, others: readonly unknown[], literals: readonly string[]): readonly string[] {
  const fill = (literal: string): string => literal.replaceAll('%', typeof own === 'string' ? own : 'x')
  return others
    .filter((value) => typeof value === 'string')
    .flatMap((value) =>
      literals.flatMap((literal) => [`${value}${fill(literal)}`, `${fill(literal)}${value}`]),
    )
}

function neighbours(value: unknown): readonly unknown[] {
  if (typeof value === 'number') return [value, value + 1, value - 1]
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d/.test(value)) return [value]
  const time = Date.parse(value)
  const length = value.length === 10 ? 10 : 24
  return [value, ...[1, -1].map((days) => new Date(time + days * 86_400_000).toISOString().slice(0, length))]
}

const unique = (values: readonly unknown[]): readonly unknown[] =>
  [...new Map(values.filter((v) => v !== undefined).map((v) => [JSON.stringify(v), v])).values()].slice(0, 24)
