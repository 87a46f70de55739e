import { DatabaseError } from '../database/connection.ts'
import type { Connection } from '../database/connection.ts'
import { BECOME_SUPERUSER, sessionSql } from '../database/impersonate.ts'
import type { Relation } from '../domain/catalog.ts'
import type { Sighting } from '../domain/fact.ts'
import type { Actor, Values } from '../domain/population.ts'
import { quoteLiteral, quoteQualified } from '../sql/quote.ts'

/** A statement in its actor's session, after what was done before it. */
export const attemptSql = (
  actor: Actor,
  { before, statement }: Pick<Sighting, 'statement' | 'before'>,
): readonly string[] => [
  'rollback',
  'begin',
  ...(before === undefined ? [] : [before]),
  sessionSql(actor),
  statement,
]

/** A table with more rows than this is not looked through for new ones. */
const MOST_ROWS = 2_000

/**
 * The rows that a statement of an actor makes or leaves in another state, triggers and defaults included, as a superuser
 * sees them in the same transaction; none where the statement fails.
 */
export async function rowsWritten(
  connection: Connection,
  { schema, name }: Relation,
  {
    actor,
    sighting,
    standing,
  }: {
    readonly actor: Actor
    readonly sighting: Pick<Sighting, 'statement' | 'before'>
    readonly standing: readonly string[]
  },
): Promise<readonly Values[]> {
  if (standing.length > MOST_ROWS) return []
  const known = `array[${standing.map(quoteLiteral).join(', ')}]::text[]`
  const fresh = `select to_jsonb(t.*) as row from ${quoteQualified(schema, name)} t where t.tableoid::int8 || ':' || t.ctid <> all (${known})`
  try {
    const results = await connection.results(
      [...attemptSql(actor, sighting), BECOME_SUPERUSER, fresh].join(';\n'),
    )
    return (results.at(-1)?.rows ?? []).map(({ row }) => row as Values)
  } catch (error) {
    if (error instanceof DatabaseError) return []
    throw error
  } finally {
    await connection.run('rollback')
  }
}
