import { BECOME_SUPERUSER, sessionSql } from '../database/impersonate.ts'
import type { StatementResult } from '../database/connection.ts'
import { DatabaseError } from '../database/connection.ts'
import type { Relation } from '../domain/catalog.ts'
import type { Actor } from '../domain/population.ts'
import type { ServerError } from '../domain/server-error.ts'
import { quoteLiteral, quoteQualified } from '../sql/quote.ts'
import type { Sender } from './sender.ts'
import type { After } from './understand.ts'
import type { Trial } from './trial.ts'

export type Answer =
  | {
      readonly kind: 'rows'
      readonly rows: readonly {
        readonly place: string | null
        readonly row: Record<string, unknown> | null
      }[]
    }
  | { readonly kind: 'written'; readonly after: readonly After[] }
  /** a write that met no row, where nothing else can have come of it */
  | { readonly kind: 'untouched' }
  | { readonly kind: 'error'; readonly error: ServerError }

/** One message, one transaction: what was done before is rolled back, and so will be what this does. */
export function messageFor(trial: Trial, places: readonly string[], actor: Actor = trial.actor): string {
  const session = sessionSql(actor)
  const before = trial.before === null ? [] : [trial.before]
  if (trial.probe.command === 'select')
    return ['rollback', 'begin', ...before, session, trial.statement].join(';\n')
  const parts = [
    'rollback',
    'begin',
    ...before,
    session,
    trial.statement,
    // deferred keys and constraint triggers must fire while the actor is still the actor
    'set constraints all immediate',
    BECOME_SUPERUSER,
    allRowsSql(trial.target.base, places),
  ]
  return parts.join(';\n')
}

/** Whether another actor, in the same transaction, sees a row that was not there before the attempt. */
export async function seesAnythingNew(
  sender: Sender,
  trial: Trial,
  reader: Actor,
  known: readonly { readonly place: string }[],
): Promise<boolean> {
  const { relation, base, table } = trial.target
  if (relation !== base || relation.view !== null) return true
  const places = known.map(({ place }) => quoteLiteral(place)).join(', ')
  const seen = `select count(*) from ${table} t where t.tableoid::int8 || ':' || t.ctid not in (${places === '' ? "''" : places})`
  try {
    const results = await sender.results(
      [
        'rollback',
        'begin',
        sessionSql(trial.actor),
        trial.statement,
        BECOME_SUPERUSER,
        sessionSql(reader),
        seen,
      ].join(';\n'),
    )
    return Number(results.at(-1)?.rows[0]?.['count'] ?? 0) > 0
  } catch (error) {
    if (error instanceof DatabaseError) return false
    throw error
  }
}

/** Every row with its place, and the values of those whose place is new. */
export function allRowsSql({ schema, name }: Relation, places: readonly string[]): string {
  const known =
    places.length > 0
      ? `t.tableoid::int8 || ':' || t.ctid in (${places.map(quoteLiteral).join(', ')})`
      : 'false'
  return `select t.tableoid::int8 || ':' || t.ctid as place, case when ${known} then null else to_jsonb(t.*) end as row from ${quoteQualified(schema, name)} t`
}

/** What the last of a message's results says of the trial. */
export function answerTo(trial: Trial, results: readonly StatementResult[]): Answer {
  const rows = results.at(-1)?.rows ?? []
  return trial.probe.command === 'select'
    ? { kind: 'rows', rows: rows as unknown as (Answer & { kind: 'rows' })['rows'] }
    : { kind: 'written', after: rows as unknown as readonly After[] }
}
