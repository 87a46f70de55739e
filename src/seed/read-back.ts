import type { Connection } from '../database/connection.ts'
import { holdsRows } from '../domain/catalog.ts'
import type { Catalog } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import { principalsOf, tenantNames, userKeys } from '../domain/population.ts'
import type { SeededRow, Tenant, Values } from '../domain/population.ts'
import { quoteQualified } from '../sql/quote.ts'

/** Rows of a relation beyond this many are not told apart: what happens to them would go unnoticed. */
export const MOST_ROWS = 20_000

interface Raw {
  readonly place: string
  readonly row: Values
}

/** Reads every relation as it stands, rows of triggers and migrations included, and resolves whose each row is. */
export async function readBack(
  connection: Connection,
  catalog: Catalog,
  model: Model,
  tenants: readonly Tenant[],
  emails: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<number, readonly SeededRow[]>> {
  const relations = catalog.relations.filter(
    (relation) => holdsRows(relation) && relation.kind !== 'foreign' && model.ownerships.has(relation.oid),
  )
  const text = relations.map(
    ({ schema, name }) =>
      `select t.tableoid::int8 || ':' || t.ctid as place, to_jsonb(t.*) as row from ${quoteQualified(schema, name)} t limit ${MOST_ROWS + 1}`,
  )
  const results = relations.length === 0 ? [] : await connection.results(text.join(';\n'))
  const raw = new Map(
    relations.map(({ oid }, index) => [oid, (results[index]?.rows ?? []) as unknown as readonly Raw[]]),
  )
  const lookup = finder(raw)
  return new Map(
    relations.map(({ oid }) => [
      oid,
      (raw.get(oid) ?? []).map(({ place, row }) => {
        const { owners, authors, tenantKeys } = principalsOf(model.ownerships.get(oid), row, lookup)
        return {
          place,
          values: row,
          owners: userKeys(owners, emails),
          authors: userKeys(authors, emails),
          tenants: tenantNames(tenantKeys, tenants),
        }
      }),
    ]),
  )
}

/** Finds rows of the finished population by key. */
export type Lookup = ReturnType<typeof finder>

export function lookupIn(rows: ReadonlyMap<number, readonly { readonly values: Values }[]>): Lookup {
  return finder(new Map([...rows].map(([oid, list]) => [oid, list.map(({ values }) => ({ row: values }))])))
}

/** Finds a row by the columns that a foreign key refers to; an index per relation and key is built on first use. */
function finder(rows: ReadonlyMap<number, readonly { readonly row: Values }[]>) {
  const indexes = new Map<string, Map<string, Values>>()
  return (relation: number, columns: readonly string[], values: readonly unknown[]): Values | undefined => {
    const name = `${relation} ${columns.join(' ')}`
    let index = indexes.get(name)
    if (!index) {
      index = new Map(
        (rows.get(relation) ?? []).map(({ row }) => [
          JSON.stringify(columns.map((column) => String(row[column]))),
          row,
        ]),
      )
      indexes.set(name, index)
    }
    return index.get(JSON.stringify(values.map(String)))
  }
}
