import type { RowChange, Shown } from '../../domain/call.ts'
import { relationByOid } from '../../domain/catalog.ts'
import type { Catalog } from '../../domain/catalog.ts'
import type { Population, SeededRow, Values } from '../../domain/population.ts'
import type { RoutineFacts } from '../../domain/routine-facts.ts'
import { leaves } from '../attribute.ts'
import { rowFrom } from '../understand.ts'
import type { After, Knowledge } from '../understand.ts'
import type { Call } from './plan.ts'

/** Where every value stands that is told apart from chance. */
export type ValueIndex = ReadonlyMap<
  string,
  readonly { readonly relation: number; readonly row: SeededRow }[]
>

export function indexValues({ rows }: Population): ValueIndex {
  const index = new Map<string, { relation: number; row: SeededRow }[]>()
  for (const [relation, standing] of rows)
    for (const row of standing)
      for (const value of new Set(leaves(Object.values(row.values)).map(String))) {
        const known = index.get(value)
        if (known) known.push({ relation, row })
        else index.set(value, [{ relation, row }])
      }
  return index
}

/** What came back and was not known to the caller before, with the rows that it can only be from. */
export function shownBy(
  call: Call,
  answers: readonly unknown[],
  facts: RoutineFacts,
  population: Population,
  index: ValueIndex,
): readonly Shown[] {
  const known = new Set(leaves([call.given, call.actor.claims, call.actor.user]).map(String))
  const found = new Map<string, Shown>()
  for (const answer of answers)
    for (const value of leaves(readable(answer))) {
      const rows = known.has(String(value)) ? undefined : index.get(String(value))
      if (rows) found.set(String(value), { value, rows })
    }
  const plain = answers.flatMap((answer) => sameAsRow(answer, known, facts, population) ?? [])
  return [...found.values(), ...plain]
}

/** Text that is JSON, or a row's, is looked into. */
function readable(answer: unknown): unknown {
  if (typeof answer !== 'string') return answer
  try {
    const parsed: unknown = JSON.parse(answer)
    return typeof parsed === 'object' ? parsed : answer
  } catch {
    return /^[({]/.test(answer) ? [answer, ...answer.split(/[(){},"]+/)] : answer
  }
}

/** Small numbers and short texts are told apart only together: two columns or more as they stand in a row. */
function sameAsRow(
  answer: unknown,
  known: ReadonlySet<string>,
  { relations }: RoutineFacts,
  population: Population,
): Shown | undefined {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return undefined
  const telling = Object.entries(answer).filter(
    ([, value]) =>
      (typeof value === 'number' || typeof value === 'string') && value !== '' && !known.has(String(value)),
  )
  const rows = relations.flatMap((relation) =>
    (population.rows.get(relation) ?? []).flatMap((row) => {
      const common = telling.filter(([name]) => name in row.values)
      return common.length > 1 && common.every(([name, value]) => row.values[name] === value)
        ? [{ relation, row }]
        : []
    }),
  )
  return rows.length > 0 ? { value: telling.map(([, value]) => value).join(', '), rows } : undefined
}

/** Rows of one table before and after a call. */
export function changesIn(
  relation: number,
  after: readonly After[],
  knowledge: Pick<Knowledge, 'catalog' | 'model' | 'population' | 'lookup'>,
): readonly RowChange[] {
  const standing = knowledge.population.rows.get(relation) ?? []
  const left = new Set(after.map(({ place }) => place))
  const gone = standing.filter(({ place }) => !left.has(place))
  const fresh = after.map(({ row }) => row).filter((row) => row !== null)
  const key = keyOf(knowledge.catalog, relation)
  const updated = gone.flatMap((row) => {
    const now = fresh.find((values) => key.length > 0 && isSame(values, row.values, key))
    return now ? [{ row, now }] : []
  })
  return [
    ...updated.map(({ row, now }): RowChange => ({
      relation,
      kind: 'updated',
      row,
      columns: differences(row.values, now),
    })),
    ...gone
      .filter((row) => !updated.some((one) => one.row === row))
      .map((row): RowChange => ({ relation, kind: 'deleted', row, columns: [] })),
    ...fresh
      .filter((values) => !updated.some(({ now }) => now === values))
      .map((values): RowChange => ({
        relation,
        kind: 'inserted',
        row: rowFrom(relation, values, knowledge),
        columns: [],
      })),
  ]
}

const keyOf = (catalog: Catalog, relation: number): readonly string[] =>
  relationByOid(catalog, relation)?.keys.find(({ primary }) => primary)?.columns ?? []

const isSame = (a: Values, b: Values, names: readonly string[]): boolean =>
  names.every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]))

const differences = (before: Values, after: Values): RowChange['columns'] =>
  Object.keys(after)
    .filter((name) => !isSame(before, after, [name]))
    .map((name) => ({ name, before: before[name], after: after[name] }))
