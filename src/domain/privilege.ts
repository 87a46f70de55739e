import type { FindingCode } from './finding.ts'
import type { GrantStatement } from './grants.ts'
import type { Actor } from './population.ts'
import type { Operation } from './vocabulary.ts'

/** Ways past the policies: what privileges, memberships and search paths open beside them. */
export type BesideCode = Extract<
  FindingCode,
  | 'truncate-privilege'
  | 'references-privilege'
  | 'trigger-privilege'
  | 'sequence-privilege'
  | 'role-membership'
  | 'mutable-search-path'
  | 'existence-oracle'
>

/** One attempt of one role to get past the policies, carried out and rolled back. */
export interface BesideObservation {
  readonly code: BesideCode
  readonly subject: { readonly schema: string; readonly qualified: string }
  readonly command: Operation
  /** who tried, by the name in the cast */
  readonly actor: string
  /** what was sent as that actor */
  readonly statement: string
  readonly outcome:
    | { readonly kind: 'open'; readonly evidence: string }
    | { readonly kind: 'closed' }
    | { readonly kind: 'broken'; readonly sqlstate: string; readonly message: string }
  /** the statement of the project that opened it */
  readonly grant?: GrantStatement
  /** what opened it, where no grant did */
  readonly cause?: string
  /** what the project made that opened it, as blame names objects */
  readonly object?: { readonly objectType: string; readonly identity: string }
  /** it tells something and changes nothing */
  readonly weak?: boolean
  /** how it was carried out, for whoever repeats it */
  readonly course?: BesideCourse
}

/** What is sent as superuser before, as the actor, and as superuser to see what came of it. */
export interface BesideCourse {
  readonly actor: Actor
  readonly before: readonly string[]
  readonly attack: readonly string[]
  /** the last gives one row with `proven` */
  readonly proof: readonly string[]
  /** undoes what a rollback does not */
  readonly restore: readonly string[]
}

/** What the platform's default privileges open beside the policies, by the project's silence. No finding by itself. */
export interface PlatformGrant {
  readonly command: Operation
  readonly role: string
  readonly objects: readonly string[]
}
