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
  readonly rowsShownBy: (values: Values) => readonly SeededRow[]
}

/** An index over all relations that a view reads, at any depth, and over the cast's own keys. */
export function attributionFor(catalog: Catalog, population: Population, view: Relation): Attribution {
  const sources = tablesBehind(catalog, view).map((oid) => population.rows.get(oid) ?? [])
  const index = new Map<string, { readonly rows: Set<SeededRow>; readonly weight: number }>()
  for (const row of sources.flat())
    for (const value of leaves(row.values)) {
      const entry = index.get(String(value)) ?? { rows: new Set<SeededRow>(), weight: 0 }
      entry.rows.add(row)
      index.set(String(value), entry)
    }
  return {
    rowsShownBy: (values) =>
      strongest(
        leaves(values)
          .flatMap((value) => index.get(String(value)) ?? [])
          .map(({ rows }) => [...rows]),
      ),
  }
}

/** The value that fewest rows have says most: a key names one row, a user's key all rows of that user. */
function strongest(matches: readonly (readonly SeededRow[])[]): readonly SeededRow[] {
  return [...matches].sort((a, b) => a.length - b.length)[0] ?? []
}

export function leaves(value: unknown): readonly (string | number)[] {
  if (isCanary(value)) return [value]
  if (Array.isArray(value)) return value.flatMap(leaves)
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leaves)
  return []
}

export function tablesBehind(
  catalog: Catalog,
  relation: Relation,
  seen: ReadonlySet<number> = new Set(),
): readonly number[] {
  if (!relation.view) return [relation.oid]
  return [
    ...new Set(
      relation.view.reads.flatMap((oid) => {
        const read = seen.has(oid) ? undefined : relationByOid(catalog, oid)
        return read ? tablesBehind(catalog, read, new Set([...seen, oid])) : []
      }),
    ),
  ]
}
