import type { FindingCode } from './finding.ts'
import type { Place } from './place.ts'
import type { Operation, Severity } from './vocabulary.ts'

/** Kinds of things that two statements of a schema are compared by, in the order in which they are made. */
export const OBJECT_KINDS = [
  'role',
  'membership',
  'schema',
  'extension',
  'enum',
  'domain',
  'composite type',
  'range',
  'sequence',
  'function',
  'aggregate',
  'table',
  'column',
  'constraint',
  'unique index',
  'view',
  'materialized view',
  'rule',
  'row security',
  'policy',
  'trigger',
  'event trigger',
  'privilege',
  'default privilege',
  'publication',
  'published',
  'bucket',
] as const
export type ObjectKind = (typeof OBJECT_KINDS)[number]

/** What is said of an object, by the name of the property; what is not said is absent. */
export type Facets = Readonly<Record<string, string>>

/** One object of a schema, as a server prints it. */
export interface SchemaObject {
  readonly kind: ObjectKind
  /** its name in parts, unquoted; of a privilege what it is on, and who holds it */
  readonly path: readonly string[]
  /** the relation that it belongs to, or is: `public.notes` */
  readonly relation: string | null
  /** what is compared */
  readonly facets: Facets
  /** what is not compared, and needed to make it */
  readonly extra: Facets
}

/** Everything of a database that is the project's, in a stable order. */
export interface Snapshot {
  /** "17.10" */
  readonly version: string
  readonly major: number
  /** who owns most of it: stands as OWNER in facets and paths, because its name is not the project's */
  readonly owner: string
  readonly objects: readonly SchemaObject[]
  /** tables left out because a migration tool keeps its books there and nobody else may look */
  readonly bookkeeping: readonly string[]
}

/** Stands for the owner of most objects, whatever that role is called. */
export const OWNER = '@owner'
/** Stands for the owner of the very object that a privilege is on. */
export const SELF = '@self'

/** A property that the two sides state differently; null where a side does not state it. */
export interface FacetChange {
  readonly name: string
  readonly before: string | null
  readonly after: string | null
}

/** `missing` only the migrations make it, `extra` only the other side has it */
export type DriftState = 'missing' | 'extra' | 'different'

/** One object that the migrations and the other side do not agree on: before is what the migrations make. */
export interface Difference extends Place {
  readonly kind: ObjectKind
  /** as people know it: `public.notes`, `own`, `public.is_member(uuid)` */
  readonly name: string
  readonly relation: string | null
  readonly state: DriftState
  /** whether who may do what can depend on it */
  readonly weight: 'access' | 'structure'
  readonly changes: readonly FacetChange[]
  /** what comes and goes with it: "4 columns", "1 constraint" */
  readonly with: readonly string[]
}

/** Who was seen to get through, in the state of the migrations and in the other. */
export interface AccessChange {
  /** `public.notes`, with the part of it that it is about: `storage.objects/avatars`; of a function its signature */
  readonly relation: string
  /** a command, `reads` and `writes` of a function, `public` of a bucket */
  readonly command: string
  /** in the words of the access lock; null: it is not there */
  readonly from: string | null
  readonly to: string | null
}

/** A finding that only one of the two states has. */
export interface DriftFinding {
  readonly id: string
  readonly code: FindingCode
  readonly severity: Severity
  readonly relation: string
  readonly command: Operation
  readonly title: string
}

export interface AccessChanges {
  readonly changes: readonly AccessChange[]
  /** findings that the other state has and the migrations have not */
  readonly opened: readonly DriftFinding[]
  /** findings of the migrations that the other state has not */
  readonly closed: readonly DriftFinding[]
  /** `relation command` that were tried in one state and proved nothing in the other */
  readonly untested: readonly string[]
}

/** What of the other state could not be made again in a throw-away database, and was therefore not tried. */
export interface NotRebuilt {
  readonly kind: ObjectKind
  readonly name: string
  readonly relation: string | null
  readonly reason: string
}

/** What was compared with the migrations. */
export interface OtherSide {
  readonly kind: 'file' | 'live'
  /** "db/schema.sql", "database app on 127.0.0.1:5432" */
  readonly name: string
  /** the server's, where it is a live one */
  readonly version?: string
}

/** How access was compared, or why it was not. */
export type DriftAccess =
  | ({ readonly kind: 'compared' } & AccessChanges)
  | {
      /** `same schema`: it cannot differ; `not asked`: --no-access; `failed`: doubt, not a pass */
      readonly kind: 'same schema' | 'not asked' | 'failed'
      readonly reason: string
    }

/** The finished result of `drift`. Two runs of the same inputs are alike. */
export interface DriftReport {
  readonly schemaVersion: 1
  readonly tool: { readonly name: string; readonly version: string }
  /** what the migrations ran on */
  readonly engine: { readonly kind: string; readonly version: string }
  readonly migrations: string
  readonly other: OtherSide
  readonly outcome: 'same' | 'drift'
  readonly differences: readonly Difference[]
  readonly access: DriftAccess
  readonly notRebuilt: readonly NotRebuilt[]
  readonly notes: readonly string[]
}
