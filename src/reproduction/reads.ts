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

const MOST_MARKS = 5
const MOST_OF_ROW = 3
const TELLING = 6

/** Texts that tell one row from its neighbours, then those that tell its owner's from other people's. */
export function marksOf(one: KnownRow, neighbours: readonly KnownRow[]): readonly string[] {
  const others = neighbours.filter(({ row }) => row !== one.row)
  const own = marksBeside(one, others)
  const owners = marksBeside(
    one,
    others.filter(({ row }) => !isSame(row.owners, one.row.owners) || !isSame(row.tenants, one.row.tenants)),
  )
  return [...new Set([...own.slice(0, MOST_OF_ROW), ...owners.filter((text) => !own.includes(text)), ...own])]
}

const isSame = (a: readonly string[], b: readonly string[]): boolean => a.join() === b.join()

function marksBeside({ row }: KnownRow, others: readonly KnownRow[]): readonly string[] {
  const taken = new Set(others.flatMap((other) => Object.values(other.row.values)))
  return Object.values(row.values).flatMap((value) =>
    typeof value === 'string' && value.length >= TELLING && !taken.has(value) && !AMBIGUOUS.test(value)
      ? [value]
      : [],
  )
}

/** What JSON writes otherwise, and times, which many things have in common. */
const AMBIGUOUS = /["\\\n\t]|^\d{4}-\d\d-\d\d/
