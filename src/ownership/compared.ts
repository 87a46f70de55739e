import type { Catalog } from '../domain/catalog.ts'
import { readPredicate } from './policy-facts.ts'
import type { Reading } from './policy-facts.ts'

/** Columns of every relation that its policies compare with the session's user: whoever forges a row sets them to oneself. */
export function comparedColumns(catalog: Catalog, reading: Reading): ReadonlyMap<number, readonly string[]> {
  return new Map(
    catalog.relations.map((relation) => {
      const texts = relation.policies.flatMap(({ using, withCheck }) => [using, withCheck])
      return [
        relation.oid,
        [...new Set(texts.flatMap((text) => readPredicate(relation, text, reading).comparedColumns))],
      ]
    }),
  )
}
