import type { Catalog, Relation } from '../domain/catalog.ts'
import { relationByOid } from '../domain/catalog.ts'
import type { Population, SeededRow, Values } from '../domain/population.ts'

/** Values that are told apart from chance: long enough, or a number from the range of keys. */
export function isCanary(value: unknown): value is string | number {
  if (typeof value === 'number') return value >= 100_000
  return typeof value === 'string' && value.length >= 6 && !/^\d{4}-\d\d-\d\d/.test(value)
}

/** Finds the seeded rows that a row which came out of a view shows, by the values that occur nowhere else. */
export interface Attribution {
  /** one entry per row that is shown: the seeded rows that it can be, several where only their owner is known */
  readonly rowsShownBy: (
    values: Values,
    /** what the reader itself wrote before: of a key that was put there nothing is learned */
    isWritten?: (key: string, rows: ReadonlySet<SeededRow>) => boolean,
  ) => readonly (readonly SeededRow[])[]
}

interface Entry {
  readonly rows: Set<SeededRow>
  readonly relations: Set<number>
}

/** An index over all relations that a view reads, at any depth, and over the cast's own keys. */
export function attributionFor(catalog: Catalog, population: Population, view: Relation): Attribution {
  const index = new Map<string, Entry>()
  for (const oid of tablesBehind(catalog, view))
    for (const row of population.rows.get(oid) ?? [])
      for (const key of new Set(leaves(row.values).flatMap(keysOf))) {
        const entry = index.get(key) ?? { rows: new Set<SeededRow>(), relations: new Set<number>() }
        entry.rows.add(row)
        entry.relations.add(oid)
        index.set(key, entry)
      }
  for (const [key, { rows }] of index) if (!areOfOne([...rows])) index.delete(key)
  return {
    rowsShownBy: (values, isWritten = () => false) => {
      const entriesOf = (value: unknown): readonly Entry[] =>
        leaves(value)
          .flatMap((leaf) => keysOf(leaf))
          .flatMap((key) => {
            const entry = index.get(key)
            return entry && !isWritten(key, entry.rows) ? entry : []
          })
      const gathered = Object.values(values).flatMap((value) => several(entriesOf(value)))
      if (gathered.length > 0) return [...new Set(gathered)].map((row) => [row])
      const strongest = [...entriesOf(values)].sort((a, b) => a.rows.size - b.rows.size)[0]
      return strongest ? [[...strongest.rows]] : []
    },
  }
}

/** A value of rows that belong to different people is a word of the schema, such as a status, and says of nobody whose it is. */
function areOfOne(rows: readonly SeededRow[]): boolean {
  const [first, ...others] = rows
  if (!first) return false
  const shared = (of: (row: SeededRow) => readonly string[]): boolean =>
    of(first).some((name) => others.every((row) => of(row).includes(name)))
  const isNobodys = rows.every(
    ({ owners, tenants, authors }) => owners.length + tenants.length + authors.length === 0,
  )
  return (
    isNobodys || shared((row) => row.owners) || shared((row) => row.tenants) || shared((row) => row.authors)
  )
}

/** One value that names several rows of one relation, each for certain: a list or a text that gathers them. */
function several(entries: readonly Entry[]): readonly SeededRow[] {
  const certain = entries.filter(({ rows, relations }) => rows.size === 1 && relations.size === 1)
  const byRelation = new Map<number, Set<SeededRow>>()
  for (const { rows, relations } of certain)
    for (const relation of relations)
      byRelation.set(relation, new Set([...(byRelation.get(relation) ?? []), ...rows]))
  return [...byRelation.values()].flatMap((rows) => (rows.size > 1 ? [...rows] : []))
}

const PARTS =
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[\w.+-]+@[\w-]+\.\w+|\bk[0-9a-z]{5,7}\b|\d{6,}/g

/** What a value is known by: itself, whatever its case, and each part of it that occurs nowhere else. */
function keysOf(value: string | number): readonly string[] {
  const text = String(value).toLowerCase()
  return [text, ...(text.match(PARTS) ?? []).filter((part) => part !== text && /\d|@/.test(part))]
}

/** Everything in a value that is told apart from chance. What an object calls its parts counts where it is no word. */
export function leaves(value: unknown): readonly (string | number)[] {
  if (isCanary(value)) return [value]
  if (Array.isArray(value)) return value.flatMap(leaves)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, part]) => [
    ...(/[\d@]/.test(key) ? leaves(key) : []),
    ...leaves(part),
  ])
}

export function tablesBehind(
  catalog: Catalog,
  relation: Relation,
  seen: ReadonlySet<number> = new Set(),
): readonly number[] {
  return [...new Set(readBehind(catalog, relation, seen).flatMap(({ oid, view }) => (view ? [] : [oid])))]
}

/** Everything that a relation reads, at any depth, what is read before what reads it; the relation itself last. */
export function readBehind(
  catalog: Catalog,
  relation: Relation,
  seen: ReadonlySet<number> = new Set(),
): readonly Relation[] {
  const inner = (relation.view?.reads ?? []).flatMap((oid) => {
    const read = seen.has(oid) ? undefined : relationByOid(catalog, oid)
    return read ? readBehind(catalog, read, new Set([...seen, oid])) : []
  })
  return [...new Set([...inner, relation])]
}
