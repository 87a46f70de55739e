import { DatabaseError } from '../database/connection.ts'
import type { Connection } from '../database/connection.ts'
import { BECOME_SUPERUSER } from '../database/impersonate.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import type { Actor, Values } from '../domain/population.ts'
import type { Witness } from '../domain/report.ts'
import { quoteLiteral, quoteQualified } from '../sql/quote.ts'
import { consultedBy, sidesAsked } from './consulted.ts'
import { admits, weigh } from './evaluate.ts'
import type { Matter } from './explain.ts'
import { rolesOf } from './sides.ts'
import type { Side } from './sides.ts'
import { attemptSql, rowsWritten } from './written.ts'

/** How often what was left out together is tried with less. */
const MOST_ROUNDS = 6

export interface Shrinking {
  readonly catalog: Catalog
  readonly table: Relation
  readonly matter: Matter
  /** columns that say which row it is, and whose */
  readonly kept: readonly string[]
  /** places of all rows of the table */
  readonly standing: readonly string[]
}

/**
 * The smallest row and session with which a statement still gets past the policies. The session is confirmed with the
 * statement itself; the row by its policies alone, since constraints may want what policies do not look at.
 *
 * @returns null where nothing is known of the row, or the statement does not confirm it
 */
export async function shrink(connection: Connection, shrinking: Shrinking): Promise<Witness | null> {
  const { matter, kept } = shrinking
  const { actor, sighting } = matter
  const row = sighting.command === 'insert' ? sighting.written : matter.old
  if (!row) return null
  const about = sighting.command === 'insert' ? 'new' : 'old'
  const [byRow, bySession] = [groupsOf(shrinking, about), groupsOf(shrinking, 'any')]
  if (byRow.length === 0) return null
  const columns = Object.keys(row).filter((name) => row[name] !== null && !kept.includes(name))
  const dropped = await leastOf(columns, (choices) =>
    holds(
      connection,
      shrinking,
      byRow,
      choices.map((names) => ({ actor, row: without(row, names) })),
    ),
  )
  const parts = partsOf(actor)
  const left = await leastOf(parts, (choices) =>
    holds(
      connection,
      shrinking,
      bySession,
      choices.map((names) => ({ actor: withLess(actor, names), row })),
    ),
  )
  if (dropped === null || left === null) return null
  const least = withLess(actor, left)
  if (!(await isConfirmed(connection, shrinking, least))) return null
  return {
    row: Object.fromEntries(
      Object.entries(row).filter(([name, value]) => value !== null && !dropped.includes(name)),
    ),
    session: { role: least.role, claims: least.claims, settings: least.settings },
  }
}

/** What a statement asks about one row: sides that must let it through together. */
interface Group {
  readonly sides: readonly Side[]
  /** the row that the statement leaves, where it is not the one that is shrunk */
  readonly row?: Values
}

function groupsOf({ catalog, table, matter }: Shrinking, about: 'old' | 'new' | 'any'): readonly Group[] {
  const { sighting, actor } = matter
  const roles = rolesOf(catalog, actor.role)
  const isInsert = sighting.command === 'insert'
  return consultedBy(sighting.command, sighting.statement)
    .filter(({ row }) => about === 'any' || row === about)
    .flatMap((consulted) => {
      const sides = sidesAsked(table.policies, roles, consulted).map(asWhole)
      if (consulted.row === 'old' || isInsert) return [{ sides }]
      return matter.new ? [{ sides, row: matter.new }] : []
    })
}

/** Its atoms make no difference here. */
const asWhole = (side: Side): Side => ({ ...side, atoms: [] })

interface Variant {
  readonly actor: Actor
  readonly row: Values
}

/** Which variants still get past all groups. */
async function holds(
  connection: Connection,
  { table }: Shrinking,
  groups: readonly Group[],
  variants: readonly Variant[],
): Promise<readonly boolean[]> {
  const actors = [...new Set(variants.map(({ actor }) => actor))]
  const weighings = actors.flatMap((actor) => {
    const rows = variants.flatMap((one, at) => (one.actor === actor ? [at] : []))
    return groups.map((group) => ({ actor, group, sides: group.sides, rows }))
  })
  // the row that a statement leaves is the same whatever the one before was
  const given = groups.map((group) => group.row).filter((row) => row !== undefined)
  const placeOf = ({ row }: Group, at: number): number =>
    row === undefined ? at : variants.length + given.indexOf(row)
  const weighed = await weigh(
    connection,
    table,
    [...variants.map(({ row }) => row), ...given],
    weighings.map((one) => ({ ...one, rows: one.rows.map((at) => placeOf(one.group, at)) })),
  )
  const refused = new Set(
    weighings.flatMap(({ rows }, index) =>
      rows.filter((_, at) => admits(weighed[index]?.[at] ?? []) !== true),
    ),
  )
  return variants.map((_, at) => !refused.has(at))
}

/**
 * What can be left out without a difference: each alone first, then together, and where that is too much, as many from
 * the first on as go together. @returns null where not even the whole holds
 */
async function leastOf(
  names: readonly string[],
  holdsWithout: (choices: readonly (readonly string[])[]) => Promise<readonly boolean[]>,
): Promise<readonly string[] | null> {
  const [whole, ...single] = await holdsWithout([[], ...names.map((name) => [name])])
  if (!whole) return null
  let open = names.filter((_, at) => single[at])
  let dropped: readonly string[] = []
  for (let round = 0; round < MOST_ROUNDS && open.length > 0; round++) {
    const choices = open.map((_, at) => [...dropped, ...open.slice(0, at + 1)])
    const held = await holdsWithout(choices)
    const last = held.lastIndexOf(true)
    dropped = choices[last] ?? dropped
    // the one after the last that went is the one that is needed beside those that are gone
    open = open.slice(last + 2)
  }
  return dropped
}

/** What is dropped is there and NULL: a column that is missing altogether would be the same. */
const without = (row: Values, names: readonly string[]): Values =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, names.includes(name) ? null : value]))

const CLAIM = 'claim '
const SETTING = 'setting '

const partsOf = ({ claims, settings }: Actor): readonly string[] => [
  ...Object.keys(claims).map((name) => CLAIM + name),
  ...Object.keys(settings).map((name) => SETTING + name),
]

function withLess(actor: Actor, parts: readonly string[]): Actor {
  const kept = <Value>(all: Readonly<Record<string, Value>>, kind: string): Readonly<Record<string, Value>> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !parts.includes(kind + name)))
  return { ...actor, claims: kept(actor.claims, CLAIM), settings: kept(actor.settings, SETTING) }
}

/** Whether the statement itself reaches the row in that session. */
async function isConfirmed(
  connection: Connection,
  { table, matter, standing }: Shrinking,
  actor: Actor,
): Promise<boolean> {
  const { sighting } = matter
  const { command, places } = sighting
  if (command === 'insert')
    return (await rowsWritten(connection, table, { actor, sighting, standing })).length > 0
  const [place] = places
  if (place === undefined) return false
  const isThere = `exists (select from ${quoteQualified(table.schema, table.name)} t where t.tableoid::int8 || ':' || t.ctid = ${quoteLiteral(place)}) as there`
  const text =
    command === 'select'
      ? attemptSql(actor, { ...sighting, statement: `select ${isThere}` })
      : [...attemptSql(actor, sighting), BECOME_SUPERUSER, `select ${isThere}`]
  try {
    const results = await connection.results(text.join(';\n'))
    return (results.at(-1)?.rows[0]?.['there'] === true) === (command === 'select')
  } catch (error) {
    if (error instanceof DatabaseError) return false
    throw error
  } finally {
    await connection.run('rollback')
  }
}
