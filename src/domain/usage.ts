import type { Command } from './vocabulary.ts'

/** Where a name stands in the application's sources; line and column count from 1. */
export interface Place {
  /** relative to the project, with slashes */
  readonly file: string
  readonly line: number
  readonly column: number
}

/** A relation of the API's schemas, as the application names it. */
export interface RelationRef {
  readonly schema: string
  readonly name: string
}

/** One item of `select('…')`: a column, or rows of a related relation. */
export type SelectItem =
  | { readonly kind: 'column'; readonly name: string }
  | {
      readonly kind: 'embed'
      /** a relation, a foreign key, a foreign key's column or a function over the row */
      readonly target: string
      readonly alias: string | null
      /** the foreign key, column or joining table that is to be used */
      readonly hint: string | null
      readonly items: readonly SelectItem[]
    }

/** One thing that the application asks of the database. */
export type Use =
  | { readonly kind: 'relation'; readonly of: RelationRef; readonly place: Place }
  | { readonly kind: 'command'; readonly of: RelationRef; readonly command: Command; readonly place: Place }
  | {
      readonly kind: 'selection'
      readonly of: RelationRef
      readonly items: readonly SelectItem[]
      readonly place: Place
    }
  | {
      readonly kind: 'column'
      readonly of: RelationRef
      readonly column: string
      /** what the same statement selects, for names like `author.name`; null: not literal */
      readonly selection: readonly SelectItem[] | null
      readonly place: Place
    }
  | {
      readonly kind: 'function'
      readonly schema: string
      readonly name: string
      /** null: not literal; `complete` where no other argument can be given */
      readonly given: { readonly names: readonly string[]; readonly complete: boolean } | null
      readonly place: Place
    }
  | { readonly kind: 'bucket'; readonly name: string; readonly made: boolean; readonly place: Place }
  | { readonly kind: 'subscription'; readonly of: RelationRef; readonly place: Place }
  /** a name that is made at run time: nothing can be said of it */
  | { readonly kind: 'dynamic'; readonly what: 'relation' | 'function' | 'bucket'; readonly place: Place }

/** A file that was left out, and why. */
export interface Unread {
  readonly file: string
  readonly line?: number
  readonly reason: string
}

/** What the sources say. */
export interface Sources {
  readonly files: number
  readonly uses: readonly Use[]
  readonly unread: readonly Unread[]
}

export interface UsableRelation extends RelationRef {
  readonly kind: 'table' | 'view'
  readonly columns: readonly string[]
  readonly foreignKeys: readonly {
    readonly name: string
    readonly columns: readonly string[]
    readonly target: RelationRef
  }[]
}

export interface UsableFunction extends RelationRef {
  readonly signature: string
  /** input arguments; without a name, or with a default, an argument need not be named */
  readonly arguments: readonly { readonly name: string; readonly required: boolean }[]
  /** takes any arguments at once: one unnamed JSON, text or binary argument, or a variadic one */
  readonly open: boolean
  /** the relation whose row it takes, as a computed column or relationship does */
  readonly over: RelationRef | null
  readonly trigger: boolean
}

/** Everything that the application can name. */
export interface UsableSchema {
  readonly relations: readonly UsableRelation[]
  readonly functions: readonly UsableFunction[]
  readonly buckets: readonly string[]
  /** tables of the publication `supabase_realtime` */
  readonly published: readonly RelationRef[]
  /** schemas that the API serves, where the project says so */
  readonly served: readonly string[] | null
}

export type MissingKind =
  'schema' | 'relation' | 'column' | 'relationship' | 'function' | 'arguments' | 'bucket' | 'publication'

/** A name that the application uses and the schema does not have. */
export interface Missing {
  readonly kind: MissingKind
  readonly name: string
  readonly message: string
  /** the name that was probably meant */
  readonly nearest?: string
  readonly places: readonly Place[]
}

/** A name that the application uses, the schema has and the run did not test. */
export interface UsedUntested {
  readonly kind: 'relation' | 'function' | 'bucket'
  readonly name: string
  readonly reason: string
  readonly places: readonly Place[]
}

/** The application's sources beside the schema and the report of a run. */
export interface UsageReport {
  readonly schemaVersion: 1
  readonly files: number
  readonly used: Readonly<Record<'relations' | 'functions' | 'buckets' | 'subscriptions', number>>
  readonly missing: readonly Missing[]
  readonly untested: readonly UsedUntested[]
  readonly dynamic: readonly { readonly what: 'relation' | 'function' | 'bucket'; readonly place: Place }[]
  readonly unread: readonly Unread[]
}
