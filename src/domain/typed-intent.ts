import type { DeclaredAudience, Intent } from './config.ts'
import type { ColumnOf, GeneratedRelations, KnownFunction, KnownRelation } from './generated-schema.ts'

/** A text that completes to `Known` and may be any other. */
export type Suggested<Known extends string> = Known | (string & Record<never, never>)

/** What is said about one relation, with its columns for completion. */
export type IntentOf<Relation extends KnownRelation> = Omit<Intent, 'owner' | 'tenant'> & {
  readonly owner?: Suggested<ColumnOf<Relation>>
  readonly tenant?: Suggested<ColumnOf<Relation>>
}

/** A pattern, a bucket, the layout of topics. */
type OtherName = `${string}*${string}` | `storage.objects/${string}` | `realtime.messages/${string}`

/**
 * Who may do what, by name. Where `rls-harness types` wrote the types of the schema, names of relations and functions are
 * checked by the compiler; else any name is taken, and the run checks it.
 */
export type Expectations = [keyof GeneratedRelations] extends [never]
  ? Readonly<Record<string, Intent | DeclaredAudience>>
  : { readonly [Relation in KnownRelation]?: IntentOf<Relation> | DeclaredAudience } & {
      readonly [Routine in Extract<KnownFunction, `${string}(${string}`>]?: DeclaredAudience
    } & { readonly [Other in OtherName]?: Intent | DeclaredAudience }
