import type { Relation } from '../domain/catalog.ts'
import type { Actor } from '../domain/population.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import { keyCondition } from './aim.ts'
import type { KnownRow } from './inventory.ts'
import type { Scene } from './scene.ts'

/** A SELECT of rows as a person would write it, in place of one that asks where rows stand. */
export function selectSql(scene: Scene, relation: Relation, actor: Actor, rows: readonly KnownRow[]): string {
  const granted = relation.privileges.find(({ role }) => role === actor.role)
  const whole = granted?.relation.includes('select') ?? true
  const names = granted?.columns.select ?? []
  const columns = whole || names.length === 0 ? null : names
  const list = columns === null ? 't.*' : columns.map((name) => `t.${quoteName(name)}`).join(', ')
  const where = rows.length === 0 ? '' : whereSql(scene, relation, rows, columns)
  return `select ${list} from ${quoteQualified(relation.schema, relation.name)} t${where === '' ? '' : ` where ${where}`}`
}

/** Rows of a table by key, of a view by the words that stand in no other row of the table behind it. */
function whereSql(
  { inventory }: Scene,
  relation: Relation,
  rows: readonly KnownRow[],
  columns: readonly string[] | null,
): string {
  if (relation.view === null) return keyCondition(rows, (name) => columns === null || columns.includes(name))
  const marks = rows.flatMap((one) => marksOf(one, inventory.of(one.relation.oid))).slice(0, MOST_MARKS)
  const built = columns?.map((name) => `${quoteLiteral(name)}, t.${quoteName(name)}`).join(', ')
  const text = built === undefined ? 'to_jsonb(t.*)::text' : `jsonb_build_object(${built})::text`
  return marks.map((mark) => `strpos(${text}, ${quoteLiteral(mark)}) > 0`).join(' or ')
}

const MOST_MARKS = 4
const TELLING = 6

/** Texts that tell one row from its neighbours. */
export function marksOf({ row }: KnownRow, neighbours: readonly KnownRow[]): readonly string[] {
  const others = new Set(neighbours.flatMap((one) => (one.row === row ? [] : Object.values(one.row.values))))
  return Object.values(row.values).flatMap((value) =>
    typeof value === 'string' &&
    value.length >= TELLING &&
    !others.has(value) &&
    !/["\\\n\t]/.test(value) &&
    !/^\d{4}-\d\d-\d\dT/.test(value)
      ? [value]
      : [],
  )
}
