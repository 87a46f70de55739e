import type { Relation } from './catalog.ts'
import type { Expectation } from './expectation.ts'
import type { SeededRow, Values } from './population.ts'
import type { Unit } from './shard.ts'

/** A bucket of Supabase Storage as the project or its configuration makes it. */
export interface Bucket {
  readonly id: string
  /** its objects are served at a URL that asks no policy */
  readonly public: boolean
  /** in bytes */
  readonly fileSizeLimit: number | null
  readonly allowedMimeTypes: readonly string[] | null
  /** nothing that was run creates it, only policies name it */
  readonly assumed: boolean
}

/** What stands beside the relations: known before a row is seeded. */
export interface Surroundings {
  readonly buckets: readonly Bucket[]
  /** tables whose changes the publication supabase_realtime sends */
  readonly published: readonly number[]
}

/** A name that somebody's object or topic can have, and whose it then is. */
export interface NamedPlace {
  /** the actor for whom it was made; null for nobody's */
  readonly actor: string | null
  /** it holds a key of this other actor, too: nobody else has a reason to try it */
  readonly only?: string
  /** the layout that it follows: `<user>/…` */
  readonly layout: string
  /** builds a name that nothing has yet: the same text gives the same name */
  readonly name: (file: string) => string
}

/** A part of a relation that is judged by itself: a bucket, or topics of one layout. */
export interface Area {
  /** objects of a bucket, messages of topics of one layout, or the buckets themselves */
  readonly kind: 'objects' | 'topics' | 'buckets'
  /** with no other policies than those that may apply here */
  readonly relation: Relation
  /** the bucket’s id, or the topics’ layout */
  readonly scope: string | null
  readonly bucket: Bucket | null
  readonly expectations: readonly Expectation[]
  readonly rows: readonly SeededRow[]
  readonly places: readonly NamedPlace[]
  /** whose a row is, by its name, else by whom it was made */
  readonly principalsOf: (values: Values) => Pick<SeededRow, 'owners' | 'tenants'>
  /** rows of the project's tables that its name mentions */
  readonly namedBy: (values: Values) => readonly { readonly relation: number; readonly place: string }[]
  /** policies that let nobody of the cast through, whatever the name: what they would admit was never seen */
  readonly unheard: readonly string[]
  /** some policy for reading keeps others out */
  readonly restrictsReading: boolean
}

/** An area is tried as a whole. */
export const areaUnit = ({ relation, scope }: Pick<Area, 'relation' | 'scope'>): Unit => ({
  kind: 'area',
  name: relation.qualified,
  ...(scope === null ? {} : { scope }),
})
