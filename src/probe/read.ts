import type { Actor, SeededRow } from '../domain/population.ts'
import { quoteLiteral, quoteName } from '../sql/quote.ts'
import { onlyRow } from './change.ts'
import { probeOf } from './trial.ts'
import type { Trial } from './trial.ts'
import type { Target } from './target.ts'

const MOST_ROWS = 20_000

/** One SELECT of everything visible: exact, and cheaper than one per row, which `rows` are for should it fail as a whole. */
export function readTrial(target: Target, actor: Actor, rows: readonly SeededRow[] = []): Trial {
  const { relation } = target
  const isTable = relation === target.base && relation.view === null && relation.kind !== 'foreign'
  const granted = relation.privileges.find(({ role }) => role === actor.role)
  const whole = granted?.relation.includes('select') ?? false
  const names = granted?.columns.select ?? []
  // without the privilege on the whole row only the columns that may be read can be named
  const columns = whole || names.length === 0 ? null : names
  const place = isTable && columns === null ? `t.tableoid::int8 || ':' || t.ctid` : 'null::text'
  const row =
    columns === null
      ? 'to_jsonb(t.*)'
      : `jsonb_build_object(${columns.map((name) => `${quoteLiteral(name)}, t.${quoteName(name)}`).join(', ')})`
  const trial: Trial = {
    probe: probeOf(target, actor, 'select', 'read'),
    actor,
    target,
    before: null,
    statement: `select ${place} as place, ${isTable && columns === null ? 'null::jsonb' : row} as row from ${target.table} t limit ${MOST_ROWS}`,
    needs: { relation, command: 'select', writes: [], reads: columns ?? 'all' },
    aims: [],
    payload: null,
    wanted: null,
    single: null,
  }
  if (!isTable || rows.length === 0) return trial
  const single = (row: SeededRow): Trial => ({ ...trial, before: onlyRow(target, row), aims: [row] })
  return { ...trial, aims: rows, single }
}
