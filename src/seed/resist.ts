import type { Connection } from '../database/connection.ts'
import type { Key } from '../domain/catalog.ts'
import type { Values } from '../domain/population.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import type { Bench, Placed, Workshop } from './bench.ts'
import { collides } from './conflict.ts'
import { claimsSql, insertRowsIn } from './insert.ts'
import type { Inserted } from './insert.ts'
import { hasFastKeys } from './cycles.ts'
import { mendings } from './mend.ts'
import { sessionsFor } from './sessions.ts'
import type { Slot } from './slots.ts'

/** Where rows go in, and how a relation has resisted so far. */
export interface Resistance {
  readonly connection: Connection
  readonly bench: Bench
  readonly shop: Workshop
  readonly placed: ReadonlyMap<number, readonly Placed[]>
  readonly nextRow: () => number
  /** why rows went in without triggers */
  forced: string | null
  /** rows that were mended in vain */
  resisted: number
  /** how often no session was let in */
  closed: number
}

const MOST_RESISTED = 6
const MOST_CLOSED = 2

/**
 * Inserts rows of one owner. Where all are refused, other values, other sessions and at last no triggers are tried: keys and
 * constraints hold in any case.
 */
export async function insertFor(
  resistance: Resistance,
  slot: Slot,
  rows: readonly Values[],
): Promise<readonly Inserted[]> {
  const { connection, bench } = resistance
  if (hasFastKeys(bench)) return withoutTriggers(resistance, slot, rows, [])
  const claims = claimsSql(slot.person)
  const first = await insertRowsIn(connection, bench.relation, claims, rows)
  const results = await mended(resistance, slot, claims, rows, first)
  if (rows.length === 0 || results.some(({ kind }) => kind !== 'failed')) return results
  if (!bench.resists) return results
  const others = results.some(mayDependOnSession) ? await asSomebodyElse(resistance, slot, rows) : null
  return others ?? (await withoutTriggers(resistance, slot, rows, results))
}

/** An error from inside of a trigger, a row that one dropped, or a value that none of ours was. */
const mayDependOnSession = (result: Inserted): boolean =>
  result.kind === 'failed' &&
  (result.error === null || result.error.where !== undefined || !/^2350[35]$/.test(result.error.sqlstate))

/** A row whose key is taken, with another value in the key; null where there is none to be had. */
export async function withOtherKey(
  resistance: Resistance,
  slot: Slot,
  row: Values,
  key: Key,
): Promise<Values | null> {
  const { bench, placed } = resistance
  const error = { sqlstate: '23505', message: '', constraint: key.name }
  const standing = (placed.get(bench.relation.oid) ?? []).map(({ values }) => values)
  const other = await mendings({ ...resistance, slot, number: resistance.nextRow() }, error, row)
  return (
    other.find((values) => standing.every((one) => collides(bench.relation, values, one) === undefined)) ??
    null
  )
}

/** Each refused row once more with other values, as long as that helps at all. */
async function mended(
  resistance: Resistance,
  slot: Slot,
  session: string,
  rows: readonly Values[],
  results: readonly Inserted[],
): Promise<readonly Inserted[]> {
  const found: Inserted[] = []
  for (const [index, result] of results.entries()) {
    const row = rows[index]
    found.push(
      result.kind === 'failed' && row && resistance.resisted < MOST_RESISTED
        ? await mend(resistance, slot, session, row, result)
        : result,
    )
  }
  return found
}

async function mend(
  resistance: Resistance,
  slot: Slot,
  session: string,
  row: Values,
  failed: Extract<Inserted, { kind: 'failed' }>,
): Promise<Inserted> {
  const { connection, bench } = resistance
  if (failed.error === null) return failed
  const other = await mendings({ ...resistance, slot, number: resistance.nextRow() }, failed.error, row)
  for (const values of other) {
    const [result] = await insertRowsIn(connection, bench.relation, session, [values])
    if (result?.kind === 'inserted') return result
  }
  if (other.length > 0) resistance.resisted += 1
  return failed
}

/** Triggers may ask who is there. What they then write of somebody else into the row is not wanted. */
async function asSomebodyElse(
  resistance: Resistance,
  slot: Slot,
  rows: readonly Values[],
): Promise<readonly Inserted[] | null> {
  const { connection, bench, shop } = resistance
  if (resistance.closed >= MOST_CLOSED) return null
  for (const session of sessionsFor(shop, slot, bench.settings)) {
    await connection.run('savepoint sessions')
    const results = await insertRowsIn(connection, bench.relation, session, rows)
    const inserted = results.filter(({ kind }) => kind === 'inserted')
    const isSame = results.every(
      (one, index) =>
        one.kind === 'failed' ||
        [...bench.identity].every((name) => isAlike(one.values[name], rows[index]?.[name])),
    )
    if (inserted.length > 0 && isSame) return results
    await connection.run('rollback to savepoint sessions')
  }
  resistance.closed += 1
  return null
}

const isAlike = (a: unknown, b: unknown): boolean => b === undefined || String(a) === String(b)

/** Without triggers keys to other relations are not checked either: only rows whose targets are there are tried. */
async function withoutTriggers(
  resistance: Resistance,
  slot: Slot,
  rows: readonly Values[],
  refused: readonly Inserted[],
): Promise<readonly Inserted[]> {
  const { connection, bench } = resistance
  const dangling = await danglingKeys(connection, bench, rows)
  if (dangling.every((one) => one !== null)) return refused.length > 0 ? refused : dangling.map(missing)
  const sound = rows.filter((_, index) => dangling[index] === null)
  await connection.run('set local session_replication_role = replica')
  const claims = claimsSql(slot.person)
  const tried = await insertRowsIn(connection, bench.relation, claims, sound)
  const forced = await mended(resistance, slot, claims, sound, tried)
  await connection.run('set local session_replication_role = origin')
  if (refused.length > 0 && forced.every(({ kind }) => kind === 'failed')) return refused
  const [why] = refused
  if (bench.resists) resistance.forced ??= why?.kind === 'failed' ? why.reason : 'its keys form a circle'
  return forced
}

const missing = (key: string | null): Inserted => ({
  kind: 'failed',
  reason: `what foreign key ${key ?? ''} refers to is not there`,
  error: null,
})

/** Per row the key whose target is not there, or null. */
async function danglingKeys(
  connection: Connection,
  { relation, late }: Bench,
  rows: readonly Values[],
): Promise<readonly (string | null)[]> {
  const keys = relation.foreignKeys.filter((key) => !late.includes(key))
  const found: (string | null)[] = []
  for (const row of rows) {
    const tests = keys.map(({ columns, targetName, targetColumns }) => {
      const values = columns.map((name) => row[name])
      if (values.some((one) => one === null || one === undefined)) return 'true'
      const [schema = '', ...name] = targetName.split('.')
      const same = targetColumns.map(
        (name, index) => `to_jsonb(t.${quoteName(name)}) #>> '{}' = ${quoteLiteral(String(values[index]))}`,
      )
      return `exists (select from ${quoteQualified(schema, name.join('.'))} t where ${same.join(' and ')})`
    })
    const [answer] =
      tests.length === 0
        ? []
        : await connection.rows<Record<string, boolean>>(
            `select ${tests.map((test, index) => `${test} as k${index}`).join(', ')}`,
          )
    found.push(keys.find((_, index) => answer?.[`k${index}`] === false)?.name ?? null)
  }
  return found
}
