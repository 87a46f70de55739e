import type { Connection } from '../database/connection.ts'
import { DatabaseError } from '../database/connection.ts'
import type { ForeignKey, Relation } from '../domain/catalog.ts'
import type { Spare, Values } from '../domain/population.ts'
import type { ServerError } from '../domain/server-error.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import type { Bench, Placed } from './bench.ts'
import { describe } from './insert.ts'
import { closest } from './reference.ts'

/** Required keys to relations that are filled later: their columns hold made-up values until settleCycle(). */
export function lateKeys(relation: Relation, later: readonly Relation[]): readonly ForeignKey[] {
  return relation.foreignKeys.filter(
    ({ target, columns }) =>
      target !== relation.oid &&
      later.some(({ oid }) => oid === target) &&
      columns.every((name) => relation.columns.some((column) => column.name === name && column.notNull)),
  )
}

/** Lets rows in whose targets are not there yet, as far as keys can wait. */
export async function deferLateKeys(connection: Connection, { relation, late }: Bench): Promise<void> {
  for (const { name, deferrable } of late)
    if (deferrable) await connection.run(`set constraints ${quoteQualified(relation.schema, name)} deferred`)
}

/** Whether rows can go in with nothing but their keys switched off, and the triggers with them. */
export const hasFastKeys = ({ late }: Pick<Bench, 'late'>): boolean =>
  late.some(({ deferrable }) => !deferrable)

/**
 * Now that all targets stand, the made-up values give way to theirs. Rows that find none are taken away again.
 *
 * @returns why no row is left, or null
 */
export async function settleCycle(
  connection: Connection,
  { relation, late }: Bench,
  placed: Map<number, Placed[]>,
  spares: Map<number, readonly Spare[]>,
): Promise<string | null> {
  let reason: string | null = null
  for (const key of late) {
    const settled: Placed[] = []
    for (const [index, row] of (placed.get(relation.oid) ?? []).entries()) {
      const values = withTarget(key, row, placed, index)
      const failure = await settleRow(connection, relation, key, row.values, values)
      if (failure === null && values) settled.push({ slot: row.slot, values })
      else reason ??= failure ?? `${key.columns.join(', ')}: ${key.targetName} has no row to refer to`
    }
    placed.set(relation.oid, settled)
    spares.set(
      relation.oid,
      (spares.get(relation.oid) ?? []).map((spare) => settledSpare(spare, key, settled) ?? spare),
    )
    if (settled.length > 0) reason = null
  }
  return reason
}

function withTarget(
  key: ForeignKey,
  { slot, values }: Placed,
  placed: ReadonlyMap<number, readonly Placed[]>,
  index: number,
): Values | undefined {
  const targets = closest(placed.get(key.target) ?? [], slot)
  const target = targets[index % Math.max(1, targets.length)]
  if (!target) return undefined
  return {
    ...values,
    ...Object.fromEntries(key.columns.map((name, i) => [name, target.values[key.targetColumns[i] ?? '']])),
  }
}

/** A spare refers to what a row of the same person refers to. */
function settledSpare(spare: Spare, key: ForeignKey, settled: readonly Placed[]): Spare | undefined {
  const like = settled.find(({ slot }) => (slot.person?.name ?? null) === spare.actor)
  return (
    like && {
      ...spare,
      values: {
        ...spare.values,
        ...Object.fromEntries(key.columns.map((name) => [name, like.values[name]])),
      },
    }
  )
}

async function settleRow(
  connection: Connection,
  { schema, name }: Relation,
  { columns }: ForeignKey,
  before: Values,
  after: Values | undefined,
): Promise<string | null> {
  const table = quoteQualified(schema, name)
  const where = columns
    .map((column) => `${quoteName(column)}::text = ${quoteLiteral(String(before[column]))}`)
    .join(' and ')
  const list = columns.map(quoteName).join(', ')
  const statement = after
    ? `update ${table} set (${list}) = (select ${list} from jsonb_populate_record(null::${table}, ${quoteLiteral(JSON.stringify(after))}::jsonb)) where ${where}`
    : `delete from ${table} where ${where}`
  // the target is there in either case, whatever triggers say
  const replica = `set local session_replication_role = replica; ${statement}; set local session_replication_role = origin`
  const refused = await settled(connection, statement)
  if (refused === null || (await settled(connection, replica)) === null) return null
  await connection.run(`delete from ${table} where ${where}`)
  return describe(refused)
}

async function settled(connection: Connection, statement: string): Promise<ServerError | null> {
  try {
    await connection.run(`savepoint settling; ${statement}`)
    return null
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    await connection.run('rollback to savepoint settling')
    return error.error
  }
}
