import type { Column } from '../domain/catalog.ts'
import type { Attempt } from '../domain/probe.ts'
import type { Actor, SeededRow, Values } from '../domain/population.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import type { Command } from '../domain/vocabulary.ts'
import { conditionFor, constantSql, randomSql, writableColumns } from './target.ts'
import type { Target } from './target.ts'
import { probeOf } from './trial.ts'
import type { Trial } from './trial.ts'

/** What an UPDATE sets: expressions that read no column, or one column to itself. */
export interface Assignment {
  readonly name: string
  readonly sql: string
  readonly reads: readonly string[]
}

interface Shape {
  readonly command: 'update' | 'delete'
  readonly attempt: Attempt
  readonly detail: string
  readonly assignments: readonly Assignment[]
  readonly rows: readonly SeededRow[]
}

/** The statement with a WHERE that names columns: the SELECT policies apply, too. */
export function seenTrial(target: Target, actor: Actor, shape: Shape): Trial | null {
  const where = conditionFor(target, actor.role, shape.rows)
  if (!where) return null
  const reads =
    where.reads === 'all' ? 'all' : [...where.reads, ...shape.assignments.flatMap((one) => one.reads)]
  return trial(
    target,
    actor,
    shape,
    `${verb(target, shape)} where ${where.sql}`,
    reads,
    // a single row stands for itself; a statement without WHERE never does, whatever it aims at
    shape.rows.length > 1 ? (row) => seenTrial(target, actor, { ...shape, rows: [row] }) : null,
  )
}

/** The statement without WHERE and RETURNING: it reads no column, so that only the command's own policies apply. */
export function unseenTrial(target: Target, actor: Actor, shape: Shape): Trial | null {
  const assignments = shape.assignments.filter(({ reads }) => reads.length === 0)
  if (shape.command === 'update' && assignments.length < shape.assignments.length) return null
  const single = (row: SeededRow): Trial | null => {
    const alone = unseenTrial(target, actor, { ...shape, rows: [row] })
    return alone && { ...alone, before: onlyRow(target, row), aims: [row], single: null }
  }
  return trial(target, actor, shape, verb(target, shape), [], single)
}

function verb(target: Target, { command, assignments }: Shape): string {
  return command === 'delete'
    ? `delete from ${target.table} t`
    : `update ${target.table} t set ${assignments.map(({ name, sql }) => `${quoteName(name)} = ${sql}`).join(', ')}`
}

function trial(
  target: Target,
  actor: Actor,
  shape: Shape,
  statement: string,
  reads: readonly string[] | 'all',
  single: ((row: SeededRow) => Trial | null) | null,
): Trial {
  const command: Command = shape.command
  return {
    probe: probeOf(target, actor, command, shape.attempt, shape.detail),
    actor,
    target,
    before: null,
    statement,
    needs: { relation: target.relation, command, writes: shape.assignments.map(({ name }) => name), reads },
    aims: shape.rows,
    payload: null,
    wanted: null,
    single: single && ((row) => single(row) as Trial),
  }
}

/** Takes all other rows away, without triggers and foreign keys, so that a statement without WHERE means one row. */
export function onlyRow({ base }: Target, row: SeededRow): string {
  return [
    'set local session_replication_role = replica',
    `delete from ${quoteQualified(base.schema, base.name)} t where t.tableoid::int8 || ':' || t.ctid <> ${quoteLiteral(row.place)}`,
    'set local session_replication_role = origin',
  ].join(';\n')
}

/** A column that can be set to itself or to a constant without changing whose the row is. */
export function neutralAssignment(
  target: Target,
  role: string,
  avoid: ReadonlySet<string>,
  rows: readonly SeededRow[],
  unseen: boolean,
): Assignment | null {
  const unique = new Set(target.base.keys.flatMap(({ columns }) => columns))
  const keyed = new Set(target.base.foreignKeys.flatMap(({ columns }) => columns))
  const readable = new Set(target.relation.privileges.find((one) => one.role === role)?.columns.select ?? [])
  const columns = writableColumns(target, role, 'update').filter(({ base }) => base.identity !== 'always')
  const rank = ({ base }: { readonly base: Column }): number =>
    (avoid.has(base.name) ? 8 : 0) +
    (keyed.has(base.name) ? 4 : 0) +
    (unique.has(base.name) ? 2 : 0) +
    (base.array || base.domainChecks.length > 0 ? 1 : 0)
  const best = [...columns].sort((a, b) => rank(a) - rank(b))[0]
  if (!best) return null
  if (!unseen && readable.has(best.name))
    return { name: best.name, sql: `t.${quoteName(best.name)}`, reads: [best.name] }
  if (unique.has(best.base.name)) {
    const random = randomSql(best.base)
    return random === null ? null : { name: best.name, sql: random, reads: [] }
  }
  return {
    name: best.name,
    sql: constantSql(
      target,
      best.name,
      rows.map(({ values }) => values[best.base.name]).find((value) => value !== null) ?? null,
    ),
    reads: [],
  }
}

/** Assignments of constants to columns of the base, as far as the role may write them; null where one is missing. */
export function fixedAssignments(target: Target, role: string, values: Values): readonly Assignment[] | null {
  const columns = writableColumns(target, role, 'update')
  const made = Object.entries(values).map(([name, value]) => {
    const column = columns.find(({ base }) => base.name === name)
    return column ? { name: column.name, sql: constantSql(target, column.name, value), reads: [] } : null
  })
  return made.every((one) => one !== null) ? made : null
}
