import type { RelationRef, SelectItem, UsableRelation } from '../domain/usage.ts'
import { qualified } from './lookup.ts'
import type { Lookup } from './lookup.ts'

export type Embed = SelectItem & { kind: 'embed' }

/**
 * What an embedded relation is (PostgREST, "Foreign Key Joins", "Target Disambiguation"): a relation, a foreign key by
 * name or by column, or a function over the row. `shown` is null where its columns are not known.
 */
export type Embedded =
  | { readonly kind: 'found'; readonly shown: UsableRelation | null }
  | { readonly kind: 'no relation' }
  | { readonly kind: 'no relationship'; readonly to: RelationRef }

export function embedded(lookup: Lookup, from: UsableRelation, { target, hint }: Embed): Embedded {
  if (lookup.computed(from, target)) return { kind: 'found', shown: null }
  const to = lookup.relation({ schema: from.schema, name: target })
  if (to)
    return isRelated(lookup, from, to, hint) ? { kind: 'found', shown: to } : { kind: 'no relationship', to }
  const key = from.foreignKeys.find(
    ({ name, columns }) => name === target || (columns.length === 1 && columns[0] === target),
  )
  if (key) {
    const shown = lookup.relation(key.target)
    // the API relates relations of the schemas that it serves alone
    return key.target.schema === from.schema
      ? { kind: 'found', shown: shown ?? null }
      : { kind: 'no relationship', to: key.target }
  }
  const back = lookup.referring(from).find((one) => one.foreignKeys.some(({ name }) => name === target))
  if (back) return { kind: 'found', shown: back }
  // a view's relationships are those of the tables behind it, by names that are not ours to know
  return from.kind === 'view' ? { kind: 'found', shown: null } : { kind: 'no relation' }
}

/** By a foreign key, either way, or by a table that refers to both. Of views this is not known, and believed. */
function isRelated(lookup: Lookup, from: UsableRelation, to: UsableRelation, hint: string | null): boolean {
  if (from.kind === 'view' || to.kind === 'view') return true
  const refers = (one: UsableRelation, other: RelationRef): boolean =>
    one.foreignKeys.some(({ target }) => qualified(target) === qualified(other))
  if (refers(from, to) || refers(to, from)) return true
  if (hint !== null && lookup.relation({ schema: from.schema, name: hint })?.kind === 'view') return true
  return lookup.referring(from).some((one) => refers(one, to))
}
