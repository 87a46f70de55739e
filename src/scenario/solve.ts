import type { QueryRunner } from '../database/connection.ts'
import { satisfyChecks } from '../seed/checks.ts'
import { searchPathOf } from '../seed/trial.ts'
import type { Bench } from '../seed/bench.ts'
import type { Relation } from '../domain/catalog.ts'
import { nameParts, walk } from '../sql/parse.ts'
import { ask, valueOf } from './ask.ts'
import { withSlot } from './draft.ts'
import type { Draft, Slot, Standing } from './draft.ts'
import type { Meanings, Setting } from './invert.ts'
import { settingsFor } from './settings.ts'
import type { Wish } from './settings.ts'

/** What drafts are solved with. */
export interface Solver {
  readonly connection: QueryRunner
  readonly meanings: Meanings
  readonly standing: Standing
  /** columns of the policy's own row that say whose it is */
  readonly identity: ReadonlySet<string>
  readonly benchOf: (relation: Relation) => Promise<Bench>
}

/** Settings tried per condition: each costs two questions to the server. */
const MOST_SETTINGS = 8

/**
 * The draft with every condition as wished, one after the other: what leaves least choice first. A condition that is as
 * wished already stays untouched.
 *
 * @returns null where one of them cannot be brought about
 */
export async function solve(solver: Solver, draft: Draft, wishes: readonly Wish[]): Promise<Draft | null> {
  if (wishes.some(({ atom }) => atom.text === null)) return null
  const ranked = [...wishes].sort((a, b) => rankOf(a) - rankOf(b))
  const asItIs = (await ask(solver.connection, draft, ranked.flatMap(testOf))).map(
    (answer) => valueOf(answer) === true,
  )
  let current = draft
  let isChanged = false
  for (const [index, wish] of ranked.entries()) {
    // what was asked in the beginning is still so until something was set
    const isSo: boolean = isChanged ? await holds(solver, current, [wish]) : asItIs[index] === true
    const next: Draft | null = isSo ? keep(wish, current) : await bring(solver, current, wish)
    if (!next) return null
    isChanged ||= !isSo
    current = next
  }
  return !isChanged || (await holds(solver, current, wishes)) ? current : null
}

/** Equalities leave no choice, lists little; whatever only must not be leaves most. */
function rankOf({ atom, wanted }: Wish): number {
  if (atom.form === 'constant') return 0
  if (!wanted) return atom.form === 'comparison' && atom.text?.includes('<>') ? 0 : 4
  if (atom.form === 'comparison') return / = /.test(atom.text ?? '') ? 1 : 3
  return atom.form === 'in' || atom.form === 'any' ? 2 : 3
}

/** What holds as it is must stay: the columns of an equality are decided by it. */
function keep({ atom, wanted }: Wish, draft: Draft): Draft {
  if (!wanted || atom.form !== 'comparison') return draft
  const columns = [...walk(atom.node)].flatMap((node) =>
    node.kind === 'ColumnRef' ? [nameParts(node, 'fields').join('.')] : [],
  )
  return { ...draft, locked: new Set([...draft.locked, ...columns]) }
}

export async function holds(solver: Solver, draft: Draft, wishes: readonly Wish[]): Promise<boolean> {
  const answers = await ask(solver.connection, draft, wishes.flatMap(testOf))
  return answers.every((answer) => valueOf(answer) === true)
}

const testOf = ({ atom, wanted }: Wish): readonly string[] =>
  atom.text === null ? [] : [`((${atom.text}) is ${wanted ? '' : 'not '}true)`]

async function bring(solver: Solver, draft: Draft, wish: Wish): Promise<Draft | null> {
  const settings = settingsFor(wish, draft, solver.meanings, solver.identity).slice(0, MOST_SETTINGS)
  const values = await ask(
    solver.connection,
    draft,
    settings.map((one) => castTo(one, draft)),
  )
  for (const [index, { slot, value: text }] of settings.entries()) {
    const value = valueOf(values[index])
    if ((value === null || value === undefined) && text !== 'null') continue
    const next = withSlot(draft, slot, value, solver.standing)
    if (next && (await holds(solver, next, [wish]))) return next
  }
  return search(solver, draft, wish)
}

/** The value as the column's type reads it: a text of a date is a date. */
function castTo({ slot, value }: Setting, draft: Draft): string {
  if (slot.kind !== 'column') return `(${value})`
  const column = draft.rows.get(slot.alias)?.relation.columns.find(({ name }) => name === slot.column)
  return column ? `((${value})::${column.type})` : `(${value})`
}

/** Where nothing can be inverted: values worth trying, of which the server says which do. */
async function search(solver: Solver, draft: Draft, wish: Wish): Promise<Draft | null> {
  const { atom, wanted } = wish
  const columns = [...walk(atom.node)].flatMap((node) =>
    node.kind === 'ColumnRef' ? [nameParts(node, 'fields')] : [],
  )
  const aliases = new Set(columns.map(([alias]) => alias))
  const [alias] = aliases
  const row = alias === undefined ? undefined : draft.rows.get(alias)
  const free = columns.flatMap(([of, name]) =>
    name !== undefined && !draft.locked.has(`${of}.${name}`) ? [name] : [],
  )
  if (!row || alias === undefined || aliases.size > 1 || free.length === 0 || atom.text === null) return null
  const bench = await solver.benchOf(row.relation)
  const condition = {
    name: 'wish',
    expression: `(${atom.text}) is ${wanted ? '' : 'not '}true`,
    columns: free,
    bodies: [],
  }
  const [found] = await satisfyChecks(
    solver.connection,
    {
      ...bench,
      conditions: [condition],
      alias,
      searchPath: searchPathOf(row.relation),
    },
    [row.values],
    SEARCH_ROW,
  )
  if (!found) return null
  const changed = free.filter((name) => JSON.stringify(found[name]) !== JSON.stringify(row.values[name]))
  const next = changed.reduce<Draft | null>(
    (made, column) =>
      made &&
      withSlot(made, { kind: 'column', alias, column } satisfies Slot, found[column], solver.standing),
    draft,
  )
  return next && changed.length > 0 && (await holds(solver, next, [wish])) ? next : null
}

/** Number of the rows that values are looked for: far from others, so that unique keys hold. */
const SEARCH_ROW = 880
