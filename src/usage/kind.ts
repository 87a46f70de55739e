import type { RelationRef, SelectItem } from '../domain/usage.ts'

/** What an expression is to us. `schema` is null where it is only known at run time. */
export type Kind =
  | { readonly kind: 'client'; readonly schema: string | null }
  | {
      readonly kind: 'query'
      /** null: several relations, or one that is not known */
      readonly of: RelationRef | null
      readonly selection: readonly SelectItem[] | null
    }
  | { readonly kind: 'storage' }
  | { readonly kind: 'bucket' }
  | { readonly kind: 'channel' }
  | { readonly kind: 'other' }
  /** may be anything: what is done with it tells */
  | { readonly kind: 'unknown'; readonly schema: string | null }

export const OTHER: Kind = { kind: 'other' }
export const UNKNOWN: Kind = { kind: 'unknown', schema: 'public' }

/** Of the branches of a choice the one that says something; queries of different relations are none of them. */
export function clearest(kinds: readonly Kind[]): Kind {
  const queries = kinds.filter((kind) => kind.kind === 'query')
  const [query] = queries
  if (query && queries.length > 1) {
    const same = queries.every(({ of }) => of?.name === query.of?.name && of?.schema === query.of?.schema)
    return { kind: 'query', of: same ? query.of : null, selection: null }
  }
  return (
    kinds.find(({ kind }) => kind !== 'unknown' && kind !== 'other') ??
    kinds.find(({ kind }) => kind === 'unknown') ??
    OTHER
  )
}
