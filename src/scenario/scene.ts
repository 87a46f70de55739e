import type { QueryRunner } from '../database/connection.ts'
import { DatabaseError } from '../database/connection.ts'
import type { Relation } from '../domain/catalog.ts'
import type { Values } from '../domain/population.ts'
import { claimsSql, insertSql } from '../seed/insert.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import { asStanding } from './draft.ts'
import type { Draft, DraftRow } from './draft.ts'
import { lookupWith } from './ties.ts'
import type { World } from './world.ts'

/** The rows of a draft as they stand once they are there, and the SQL by which a superuser puts them there. */
export interface Scene {
  readonly sql: string
  /** the policy's own row; of an insert, as it is to be inserted */
  readonly values: Values
}

/**
 * Puts the rows of a draft into the database and takes them back: with triggers on where they let it happen, else without.
 *
 * @returns null where the server refuses them, or something makes another row of the policy's own
 */
export async function stageScene(
  world: World,
  connection: QueryRunner,
  draft: Draft,
  inserts: boolean,
): Promise<Scene | null> {
  const own = draft.rows.get('r0')
  if (!own) return null
  const rows = [...draft.rows]
    .map(([alias, row]): readonly [string, DraftRow] => [
      alias,
      alias === 'r0' ? row : asStanding(row, alias, draft, (oid) => world.standing(oid)),
    ])
    .filter(([alias, row]) => !(inserts && alias === 'r0') && isChanged(row))
    .sort(([, a], [, b]) => world.orderOf(a.relation) - world.orderOf(b.relation))
  const merged = withoutRepetition(rows.map(([, row]) => row))
  const decided = [...draft.locked].flatMap((key) => (key.startsWith('r0.') ? [key.slice(3)] : []))
  for (const quiet of [false, true]) {
    if (quiet && !merged.every((row) => isRooted(world, draft, row))) return null
    const sql = scriptFor(world, merged, quiet)
    const values = inserts
      ? (await runs(connection, sql)) && own.values
      : await ownAfter(connection, sql, own, decided)
    if (values) return { sql, values }
  }
  return null
}

/** What a row refers to is there, though nothing would say so where foreign keys are silent. */
function isRooted(world: World, draft: Draft, { relation, values }: DraftRow): boolean {
  const lookup = lookupWith(world, draft)
  return relation.foreignKeys.every(({ columns, target, targetColumns }) => {
    const key = columns.map((name) => values[name])
    if (key.some((value) => value === null || value === undefined)) return true
    return !world.population.rows.has(target) || lookup(target, targetColumns, key) !== undefined
  })
}

const isChanged = ({ values, standing }: DraftRow): boolean =>
  standing === null || JSON.stringify(values) !== JSON.stringify(standing)

/** Two rows of a draft with the same key are one: what either asks for stands in it. */
function withoutRepetition(rows: readonly DraftRow[]): readonly DraftRow[] {
  const kept: DraftRow[] = []
  for (const row of rows) {
    const index = kept.findIndex((one) => one.relation === row.relation && isSameRow(one, row))
    const known = kept[index]
    if (known) kept[index] = { ...known, values: { ...known.values, ...row.values } }
    else kept.push(row)
  }
  return kept
}

function isSameRow(a: DraftRow, b: DraftRow): boolean {
  if (a.standing !== null || b.standing !== null) return a.standing === b.standing
  return keysOf(a.relation).some((key) =>
    key.every((name) => a.values[name] !== null && String(a.values[name]) === String(b.values[name])),
  )
}

const keysOf = ({ keys }: Relation): readonly (readonly string[])[] =>
  [...keys]
    .sort((a, b) => Number(b.primary) - Number(a.primary))
    .flatMap(({ partial, columns }) => (partial || columns.length === 0 ? [] : [columns]))

/** `quiet`: triggers and foreign keys are silent, for some of them let nobody make such a row. */
function scriptFor(world: World, rows: readonly DraftRow[], quiet: boolean): string {
  const [alice] = world.people
  const statements = rows.map((row) =>
    row.standing === null ? insertSql(row.relation, [row.values]) : updateSql(row, row.standing),
  )
  if (statements.length === 0) return 'select 1'
  return quiet
    ? [
        'set local session_replication_role = replica',
        ...statements,
        'set local session_replication_role = origin',
      ].join(';\n')
    : [claimsSql(alice ?? null), ...statements].join(';\n')
}

function updateSql({ relation, values }: DraftRow, standing: Values): string {
  const table = quoteQualified(relation.schema, relation.name)
  const changed = relation.columns.filter(
    ({ name, generated }) => !generated && JSON.stringify(values[name]) !== JSON.stringify(standing[name]),
  )
  const list = changed.map(({ name }) => `${quoteName(name)} = made.${quoteName(name)}`).join(', ')
  const made = Object.fromEntries(changed.map(({ name }) => [name, values[name]]))
  return `update ${table} as t set ${list} from jsonb_populate_record(null::${table}, ${quoteLiteral(JSON.stringify(made))}::jsonb) as made where ${conditionOf(relation, standing)}`
}

/** Holds for this row alone: by a key of it, else by all that it holds. */
export function conditionOf(relation: Relation, values: Values): string {
  const key = keysOf(relation).find((columns) =>
    columns.every((name) => values[name] !== null && values[name] !== undefined),
  )
  if (!key) return `to_jsonb(t.*) = ${quoteLiteral(JSON.stringify(values))}::jsonb`
  // a moment has several spellings: values are compared as their type does
  const table = quoteQualified(relation.schema, relation.name)
  const asked = Object.fromEntries(key.map((name) => [name, values[name]]))
  const made = `jsonb_populate_record(null::${table}, ${quoteLiteral(JSON.stringify(asked))}::jsonb)`
  return key.map((name) => `t.${quoteName(name)} = (${made}).${quoteName(name)}`).join(' and ')
}

async function runs(connection: QueryRunner, sql: string): Promise<boolean> {
  return (await attempt(connection, sql, 'select 1 as row')) !== null
}

/** The row as it stands then, if it is as it was decided to be. */
async function ownAfter(
  connection: QueryRunner,
  sql: string,
  { relation, values }: DraftRow,
  decided: readonly string[],
): Promise<Values | null> {
  const table = quoteQualified(relation.schema, relation.name)
  const rows = await attempt(
    connection,
    sql,
    `select to_jsonb(t.*) as row from ${table} t where ${conditionOf(relation, values)}`,
  )
  const [found] = (rows ?? []) as readonly { readonly row: Values }[]
  const isAsDecided = found && decided.every((name) => isAlike(found.row[name], values[name]))
  return found && isAsDecided && rows?.length === 1 ? found.row : null
}

/** A moment or a number comes back in another spelling. */
function isAlike(a: unknown, b: unknown): boolean {
  if (JSON.stringify(a ?? null) === JSON.stringify(b ?? null)) return true
  return typeof a === 'string' && typeof b === 'string' && Date.parse(a) === Date.parse(b)
}

async function attempt(
  connection: QueryRunner,
  sql: string,
  look: string,
): Promise<readonly unknown[] | null> {
  try {
    const results = await connection.results([sql, 'set constraints all immediate', look].join(';\n'))
    return results.at(-1)?.rows ?? []
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    return null
  }
}
