import type { Area } from '../domain/area.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import type { Population, SeededRow } from '../domain/population.ts'

/** A row with the relation that it really stands in: a child of INHERITS, not its parent. */
export interface KnownRow {
  readonly relation: Relation
  readonly row: SeededRow
}

/** Every row that stood when probing began, by place and by key. */
export class Inventory {
  readonly #rows = new Map<number, KnownRow[]>()
  readonly #places = new Map<string, KnownRow>()
  readonly #indexes = new Map<string, ReadonlyMap<string, readonly KnownRow[]>>()
  readonly #texts = new Map<number, ReadonlyMap<string, readonly KnownRow[]>>()
  readonly #parents = new Map<KnownRow, readonly KnownRow[]>()

  constructor({ relations }: Pick<Catalog, 'relations'>, { rows }: Population, areas: readonly Area[]) {
    const byOid = new Map(relations.map((relation) => [relation.oid, relation]))
    const listed = [
      ...rows,
      ...areas.map((area) => [area.relation.oid, area.rows] as const),
      ...bucketsOf(relations, areas),
    ].flatMap(([oid, list]) => list.map((row) => ({ oid, row })))
    for (const { oid, row } of listed) {
      const relation = byOid.get(oid)
      if (!relation) continue
      const standsIn = Number(row.place.split(':')[0])
      // a partition's rows are put into what is partitioned: the server finds the leaf
      if (standsIn === oid || !this.#places.has(row.place) || relation.kind === 'partitioned')
        this.#places.set(row.place, { relation, row })
    }
    const seen = new Set<string>()
    for (const { oid, row } of listed) {
      const known = this.#places.get(row.place)
      const key = `${oid} ${row.place}`
      if (!known || seen.has(key)) continue
      seen.add(key)
      const list = this.#rows.get(oid)
      if (list) list.push(known)
      else this.#rows.set(oid, [known])
    }
  }

  at(place: string): KnownRow | undefined {
    return this.#places.get(place)
  }

  of(relation: number): readonly KnownRow[] {
    return this.#rows.get(relation) ?? []
  }

  /** Rows that have these values in these columns, compared as texts. */
  find(relation: number, columns: readonly string[], values: readonly unknown[]): readonly KnownRow[] {
    if (values.some((value) => value === null || value === undefined)) return []
    const name = JSON.stringify([relation, columns])
    const index = this.#indexes.get(name) ?? this.#indexBy(relation, columns)
    this.#indexes.set(name, index)
    return index.get(JSON.stringify(values.map(String))) ?? []
  }

  /** What a row's foreign keys lead to. */
  parentsOf(one: KnownRow): readonly KnownRow[] {
    const parents = this.#parents.get(one) ?? this.#followKeys(one)
    this.#parents.set(one, parents)
    return parents
  }

  /** Rows of a relation that hold one of these texts as a value, or in a list; in the order in which they stand. */
  holding(relation: number, texts: ReadonlySet<string>): readonly KnownRow[] {
    const index = this.#texts.get(relation) ?? indexTexts(this.of(relation))
    this.#texts.set(relation, index)
    const found = new Set([...texts].flatMap((text) => index.get(text) ?? []))
    return found.size === 0 ? [] : this.of(relation).filter((one) => found.has(one))
  }

  #followKeys({ relation, row }: KnownRow): readonly KnownRow[] {
    return relation.foreignKeys.flatMap(({ columns, target, targetColumns }) =>
      this.find(
        target,
        targetColumns,
        columns.map((name) => row.values[name]),
      ),
    )
  }

  #indexBy(relation: number, columns: readonly string[]): ReadonlyMap<string, readonly KnownRow[]> {
    const index = new Map<string, KnownRow[]>()
    for (const known of this.of(relation)) {
      const key = JSON.stringify(columns.map((name) => String(known.row.values[name])))
      const list = index.get(key)
      if (list) list.push(known)
      else index.set(key, [known])
    }
    return index
  }
}

function indexTexts(rows: readonly KnownRow[]): ReadonlyMap<string, readonly KnownRow[]> {
  const index = new Map<string, KnownRow[]>()
  for (const one of rows)
    for (const text of new Set(Object.values(one.row.values).flatMap(textsIn))) {
      const known = index.get(text)
      if (known) known.push(one)
      else index.set(text, [one])
    }
  return index
}

const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value)
    ? value.flatMap(textsIn)
    : value === null || typeof value === 'object'
      ? []
      : [String(value)]

/** Buckets that the configuration or nothing but policies names are made beside the rows: objects refer to them. */
function bucketsOf(
  relations: readonly Relation[],
  areas: readonly Area[],
): readonly (readonly [oid: number, rows: readonly SeededRow[]])[] {
  const relation = relations.find(({ qualified }) => qualified === 'storage.buckets')
  if (!relation) return []
  const rows = areas.flatMap(({ kind, bucket }) =>
    kind === 'objects' && bucket
      ? [
          {
            place: `${relation.oid}:bucket ${bucket.id}`,
            values: { id: bucket.id, name: bucket.id, public: bucket.public },
            owners: [],
            authors: [],
            tenants: [],
          },
        ]
      : [],
  )
  return [[relation.oid, rows]]
}
