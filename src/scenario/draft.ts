import type { Relation } from '../domain/catalog.ts'
import type { Actor, Values } from '../domain/population.ts'
import { collides } from '../seed/conflict.ts'

/** Something that can be set so that a condition comes out one way. */
export type Slot =
  | { readonly kind: 'column'; readonly alias: string; readonly column: string }
  | { readonly kind: 'claim'; readonly path: readonly string[] }
  | { readonly kind: 'setting'; readonly name: string }

/** A row of a draft. */
export interface DraftRow {
  readonly relation: Relation
  readonly values: Values
  /** the row that stands already and is to be changed; null where it is a new one */
  readonly standing: Values | null
}

/** Rows and a session that are being made to satisfy a condition. Nothing of it stands in the database. */
export interface Draft {
  /** by alias; the policy's own row is `r0` */
  readonly rows: ReadonlyMap<string, DraftRow>
  readonly actor: Actor
  /** slots that a condition has decided, by their key */
  readonly locked: ReadonlySet<string>
}

export const slotKey = (slot: Slot): string =>
  slot.kind === 'column'
    ? `${slot.alias}.${slot.column}`
    : slot.kind === 'claim'
      ? `claim ${slot.path.join('.')}`
      : `setting ${slot.name}`

/** Rows that stand in the database, by relation. */
export type Standing = (relation: number) => readonly Values[]

/**
 * The draft with a slot set and decided. A row whose key is now that of one which stands already becomes a change of it.
 *
 * @returns null where another value was decided before, or the column cannot hold it
 */
export function withSlot(draft: Draft, slot: Slot, value: unknown, standing: Standing): Draft | null {
  const key = slotKey(slot)
  const locked = new Set([...draft.locked, key])
  switch (slot.kind) {
    case 'claim': {
      const known = valueAt(draft.actor.claims, slot.path)
      if (draft.locked.has(key) || isFixedClaim(slot.path)) return same(known, value) ? draft : null
      const claims = withValueAt(draft.actor.claims, slot.path, value)
      return { ...draft, locked, actor: { ...draft.actor, claims } }
    }
    case 'setting': {
      const text = value === null ? '' : String(value)
      // what no session sets is not there, whatever policies ask for
      if (draft.locked.has(key) || !(slot.name in draft.actor.settings))
        return draft.actor.settings[slot.name] === text ? draft : null
      const settings = { ...draft.actor.settings, [slot.name]: text }
      return { ...draft, locked, actor: { ...draft.actor, settings } }
    }
    case 'column':
      return withColumn({ ...draft, locked }, draft.locked.has(key), slot, value, standing)
  }
}

function withColumn(
  draft: Draft,
  isLocked: boolean,
  { alias, column: name }: Extract<Slot, { kind: 'column' }>,
  value: unknown,
  standing: Standing,
): Draft | null {
  const row = draft.rows.get(alias)
  const column = row?.relation.columns.find((one) => one.name === name)
  if (!row || !column || column.generated) return null
  if (isLocked) return same(row.values[name], value) ? draft : null
  if (value === null && column.notNull) return null
  if (column.labels && value !== null && !column.array && !column.labels.includes(String(value))) return null
  if (row.standing !== null && isKeyOf(row.relation, name)) {
    // a row keeps its key: another one that has it takes its place
    const other = standing(row.relation.oid).find((one) => same(one[name], value))
    return other
      ? {
          ...draft,
          rows: new Map([
            ...draft.rows,
            [
              alias,
              {
                ...row,
                values: { ...other, ...decidedIn(row, alias, draft), [name]: value },
                standing: other,
              },
            ],
          ]),
        }
      : null
  }
  const changed = rebased({ ...row, values: { ...row.values, [name]: value } }, alias, draft, standing)
  return { ...draft, rows: new Map([...draft.rows, [alias, changed]]) }
}

/** A new row with a key that was decided, and is that of one which stands, is that one, but for what was decided. */
function rebased(row: DraftRow, alias: string, draft: Draft, standing: Standing): DraftRow {
  const isDecided = (columns: readonly string[]): boolean =>
    columns.every((name) => draft.locked.has(`${alias}.${name}`))
  const decidedKeys = row.relation.keys.filter(({ columns }) => isDecided(columns))
  return decidedKeys.length === 0 ? row : asStanding(row, alias, draft, standing, decidedKeys)
}

/** The row that stands with the same key, with what was decided of the new one. */
export function asStanding(
  row: DraftRow,
  alias: string,
  draft: Draft,
  standing: Standing,
  keys: Relation['keys'] = row.relation.keys,
): DraftRow {
  if (row.standing) return row
  const relation = { ...row.relation, keys }
  const found = standing(row.relation.oid).find((other) => collides(relation, row.values, other))
  if (!found) return row
  return { ...row, values: { ...found, ...decidedIn(row, alias, draft) }, standing: found }
}

const isKeyOf = ({ keys }: Relation, name: string): boolean =>
  keys.some(({ primary, columns }) => primary && columns.includes(name))

const decidedIn = ({ values }: DraftRow, alias: string, { locked }: Draft): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => locked.has(`${alias}.${name}`)))

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

/** Who it is and where the session comes from: what a scenario does not change. */
const isFixedClaim = (path: readonly string[]): boolean =>
  ['sub', 'role', 'email', 'aud', 'iss'].includes(path.join('.'))

export function valueAt(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    object,
  )
}

function withValueAt(
  object: unknown,
  [name, ...rest]: readonly string[],
  value: unknown,
): Readonly<Record<string, unknown>> {
  const base = typeof object === 'object' && object !== null ? (object as Record<string, unknown>) : {}
  if (name === undefined) return base
  return { ...base, [name]: rest.length === 0 ? value : withValueAt(base[name], rest, value) }
}
