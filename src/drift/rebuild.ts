import { DatabaseError } from '../database/connection.ts'
import type { Connection } from '../database/connection.ts'
import type { Snapshot } from '../domain/drift.ts'
import { changesBetween, keyOf } from './compare.ts'
import type { Change } from './compare.ts'
import { patchFor } from './patch.ts'
import type { PatchStatement } from './patch.ts'
import { readCatalogs } from './raw.ts'
import { buildSnapshot } from './snapshot.ts'
import type { SnapshotScope } from './snapshot.ts'

export interface ReadOptions {
  readonly scope: SnapshotScope
  readonly platformSchemas: readonly string[]
  /** read the buckets, which are rows */
  readonly buckets: boolean
}

/** What is the project's in a database. */
export async function readSnapshot(connection: Connection, options: ReadOptions): Promise<Snapshot> {
  return buildSnapshot(await readCatalogs(connection, options), options.scope)
}

/** What came of making a state: `left` could not be made, for the reason that the server gave. */
export interface Rebuilt {
  readonly state: Snapshot
  readonly left: readonly Left[]
}

export interface Left {
  readonly change: Change
  readonly reason: string
  /** the server took every statement, and prints the result otherwise than it was read */
  readonly isPrintedOtherwise: boolean
}

/** What a drop takes along is made in the round after, and what hangs on that in the next. */
const MOST_ROUNDS = 6

/**
 * Makes a throw-away database hold `wanted`, whatever it holds now, and looks at what has come of it.
 *
 * @param connection a superuser's, to a database that may be thrown away
 */
export async function rebuild(
  connection: Connection,
  wanted: Snapshot,
  options: ReadOptions & { readonly ownsRoles: boolean },
): Promise<Rebuilt> {
  // bodies may name what comes later; nothing is found by a search path
  await connection.run("set check_function_bodies = off; set search_path = ''")
  let refusals: ReadonlyMap<string, string> = new Map()
  let state = await readSnapshot(connection, options)
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const statements = patchFor({
      owner: options.scope.owner,
      ownsRoles: options.ownsRoles,
      major: state.major,
      current: state,
      wanted,
    })
    if (statements.length === 0) break
    const before = JSON.stringify(state.objects)
    refusals = await runAll(connection, statements)
    state = await readSnapshot(connection, options)
    if (JSON.stringify(state.objects) === before) break
  }
  await connection.run('reset check_function_bodies; reset search_path')
  const left = changesBetween(state.objects, wanted.objects).map((change): Left => {
    const refusal = refusals.get(keyOf(change.after ?? change.before))
    return {
      change,
      reason: refusal ?? 'the server prints it otherwise afterwards',
      isPrintedOtherwise: refusal === undefined && change.state === 'different',
    }
  })
  return { state, left }
}

/** Runs what can be run, and again what could not, as long as that helps. @returns why objects were refused in the end */
async function runAll(
  connection: Connection,
  statements: readonly PatchStatement[],
): Promise<ReadonlyMap<string, string>> {
  let waiting = statements
  for (;;) {
    const refused: { readonly statement: PatchStatement; readonly refusal: string }[] = []
    for (const statement of waiting) {
      const refusal = await refusalOf(connection, statement.sql)
      if (refusal !== null) refused.push({ statement, refusal })
    }
    if (refused.length === 0 || refused.length === waiting.length)
      return new Map(refused.map(({ statement, refusal }) => [statement.key, refusal]))
    waiting = refused.map(({ statement }) => statement)
  }
}

async function refusalOf(connection: Connection, sql: string): Promise<string | null> {
  if (sql === '') return null
  try {
    await connection.run(sql)
    return null
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    return `${error.error.message} (${error.error.sqlstate})`
  }
}
