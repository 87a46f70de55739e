import type { Catalog, Relation } from '../domain/catalog.ts'
import { relationByName } from '../domain/catalog.ts'
import { looksLikeUserRelation } from './names.ts'

/** Everybody has a row in it, by its name or because sign-up makes one: being listed there is no right. */
export function isEverybodys(catalog: Catalog, relation: Relation): boolean {
  return looksLikeUserRelation(relation.name) || isFilledBySignUp(catalog, relation)
}

function isFilledBySignUp(catalog: Catalog, { name }: Relation): boolean {
  const triggers = relationByName(catalog, 'auth.users')?.triggers ?? []
  const writes = new RegExp(`\\binsert\\s+into\\s+(?:"?\\w+"?\\s*\\.\\s*)?"?${escaped(name)}(?!\\w)`, 'i')
  return triggers.some(
    ({ enabled, events, functionName }) =>
      enabled &&
      events.includes('insert') &&
      catalog.routines.some(
        ({ schema, name: routine, isTrigger, body }) =>
          isTrigger && [routine, `${schema}.${routine}`].includes(functionName) && writes.test(body),
      ),
  )
}

const escaped = (text: string): string => text.replace(/[^\w]/g, '\\$&')
