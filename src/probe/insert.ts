import type { Actor, Spare, Values } from '../domain/population.ts'
import type { Attempt } from '../domain/probe.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import { writableColumns } from './target.ts'
import type { Target } from './target.ts'
import { probeOf } from './trial.ts'
import type { Trial } from './trial.ts'

/** An INSERT of one row, of the columns that the role may write; keys with a default are left to the server, as applications do. */
export function insertTrial(
  target: Target,
  actor: Actor,
  attempt: Attempt,
  detail: string,
  payload: Values,
  forced: readonly string[] = [],
): Trial | null {
  const { base } = target
  const generatedKeys = new Set(base.keys.flatMap(({ columns }) => columns))
  const named = writableColumns(target, actor.role, 'insert').filter(({ base: column }) => {
    if (!(column.name in payload) || column.identity === 'always') return false
    if (forced.includes(column.name)) return true
    const hasDefault = column.default !== null || column.identity !== null
    if (hasDefault && (generatedKeys.has(column.name) || payload[column.name] === null)) return false
    return payload[column.name] !== null || column.notNull || forced.includes(column.name)
  })
  if (named.length === 0) return null
  // what decides whose the row is must be said, else the attempt is another one than its name
  if (
    forced.some(
      (name) =>
        !named.some((one) => one.base.name === name) &&
        base.columns.some((c) => c.name === name && c.identity !== 'always'),
    )
  )
    return null
  const values = Object.fromEntries(named.map(({ base: column }) => [column.name, payload[column.name]]))
  const given = Object.fromEntries(named.map(({ base: column, name }) => [name, payload[column.name]]))
  // the target's own row type: the role may have no USAGE on the schema of a table behind a view
  const row = `jsonb_populate_record(null::${target.table}, ${quoteLiteral(JSON.stringify(given))}::jsonb)`
  const statement = `insert into ${target.table} (${named.map(({ name }) => quoteName(name)).join(', ')}) select ${named.map(({ name }) => `made.${quoteName(name)}`).join(', ')} from ${row} made`
  return {
    probe: probeOf(target, actor, 'insert', attempt, detail),
    actor,
    target,
    before: isChecked(target) ? withoutTwins(target, values) : null,
    statement,
    needs: { relation: target.relation, command: 'insert', writes: named.map(({ name }) => name), reads: [] },
    aims: [],
    payload: values,
    wanted: null,
    single: null,
  }
}

/** A view's CHECK OPTION is tested after unique keys: a row that stands in the way would hide what it says. */
const isChecked = ({ relation }: Target): boolean => (relation.view?.checkOption ?? 'none') !== 'none'

function withoutTwins({ base }: Target, values: Values): string | null {
  const keys = base.keys.filter(({ columns }) =>
    columns.every((name) => name in values && values[name] !== null),
  )
  if (keys.length === 0) return null
  const same = keys.map(({ columns }) =>
    columns.map((name) => `t.${quoteName(name)}::text = ${quoteLiteral(String(values[name]))}`).join(' and '),
  )
  return [
    'set local session_replication_role = replica',
    `delete from ${quoteQualified(base.schema, base.name)} t where ${same.map((one) => `(${one})`).join(' or ')}`,
    'set local session_replication_role = origin',
  ].join(';\n')
}

export function sparesOf(spares: readonly Spare[], actor: string | null, most: number): readonly Values[] {
  return spares
    .filter((spare) => spare.actor === actor)
    .slice(0, most)
    .map(({ values }) => values)
}
