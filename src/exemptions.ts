import { DatabaseError } from './database/connection.ts'
import type { Connection } from './database/connection.ts'
import { relationByOid } from './domain/catalog.ts'
import type { Catalog, Relation } from './domain/catalog.ts'
import type { Expectation } from './domain/expectation.ts'
import type { Audience, Command } from './domain/vocabulary.ts'
import { widest } from './domain/vocabulary.ts'
import { HarnessError } from './errors.ts'
import type { Exemptions, ExemptionsOf } from './judge/verdict.ts'
import { baseOf } from './ownership/expect.ts'
import { quoteQualified } from './sql/quote.ts'

/** Rows for which a declaration names a wider audience: the condition is evaluated by the server, as superuser. */
export async function exemptionsFor(
  connection: Connection,
  catalog: Catalog,
  expectations: readonly Expectation[],
): Promise<ExemptionsOf> {
  const found = new Map<string, ReadonlyMap<string, Audience>>()
  for (const { relation: oid, scope, command, conditions } of expectations) {
    const relation = relationByOid(catalog, oid)
    if (!relation || conditions.length === 0) continue
    const places = new Map<string, Audience>()
    for (const { audience, where } of conditions)
      for (const place of await placesWhere(connection, catalog, relation, where))
        places.set(place, widest(audience, places.get(place) ?? 'nobody'))
    found.set(keyOf(oid, command, scope), places)
  }
  return (relation, command, scope) => found.get(keyOf(relation, command, scope)) ?? NONE
}

const NONE: Exemptions = new Map()

const keyOf = (relation: number, command: Command, scope: string | undefined): string =>
  JSON.stringify([relation, command, scope ?? null])

/** Rows of a view are known by those of the table behind it, whose columns the condition is over. */
async function placesWhere(
  connection: Connection,
  catalog: Catalog,
  declared: Relation,
  where: string,
): Promise<readonly string[]> {
  const relation = baseOf(catalog, declared)
  const name = declared.qualified
  if (relation.view)
    throw new HarnessError(
      'CONFIG_INVALID',
      `expect["${name}"]: the rows of this view cannot be told apart by a condition`,
      {
        hint: 'It joins or groups: declare an audience for all of its rows.',
      },
    )
  try {
    const rows = await connection.rows<{ place: string }>(
      `select t.tableoid::int8 || ':' || t.ctid as place from ${quoteQualified(relation.schema, relation.name)} t where (${where})`,
    )
    return rows.map(({ place }) => place)
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    throw new HarnessError(
      'CONFIG_INVALID',
      `expect["${name}"]: the condition ${JSON.stringify(where)} is refused: ${error.error.message}`,
      {
        hint: `Write a condition over the columns of ${relation.qualified}, as behind WHERE.`,
      },
    )
  }
}
