import type { Values } from './population.ts'
import type { Audience, Command, Tie } from './vocabulary.ts'
import type { ServerError } from './server-error.ts'

/** What was tried, in words that a person finds in the report. */
export const ATTEMPTS = [
  'read',
  'insert own',
  'insert as another',
  'insert into another tenant',
  'insert below another’s row',
  'insert unowned',
  'update own',
  'update others',
  'update unseen',
  'take over',
  'take over unseen',
  'give away',
  'delete own',
  'delete others',
  'delete unseen',
  'raise own rights',
] as const
export type Attempt = (typeof ATTEMPTS)[number]

/** What the server did with one attempt: a fact. */
export type Outcome =
  | { readonly kind: 'returned'; readonly rows: number }
  | { readonly kind: 'affected'; readonly rows: number }
  | { readonly kind: 'denied'; readonly by: 'privilege' | 'policy' | 'code' | 'check option' }
  | { readonly kind: 'admitted'; readonly thenFailedWith: string }
  | { readonly kind: 'broken'; readonly sqlstate: string; readonly message: string }

/** Rows of one tie that an attempt reached; `changed` says how for writes. */
export interface Reached {
  readonly tie: Tie
  /** the tie of the row as the attempt left it, where it moved (a row that was given away) */
  readonly after?: Tie
  readonly rows: number
  /** where those of them stand that were there before the attempt */
  readonly places: readonly string[]
  /** the widest audience to which the configuration opens rows in their state, where they stood only for the attempt */
  readonly exempt?: Audience
  /** keys of a few of them, for people */
  readonly examples: readonly string[]
  /** whose they are: names of actors or tenants */
  readonly of: readonly string[]
  /** of rows that a view shows without their marks: their values, what is derived from one of them, or from many */
  readonly shows?: 'values' | 'derived' | 'aggregate'
}

/** One planned attempt of one actor on one relation. */
export interface Probe {
  readonly relation: number
  /** the part of the relation that it is about: a bucket, a topic */
  readonly scope?: string
  readonly actor: string
  readonly command: Command
  readonly attempt: Attempt
  /** what distinguishes attempts of the same kind: the column that is forged */
  readonly detail: string
  /** the first of several users that a row names is forged: the sender of a message, whoever receives it */
  readonly inNameOf?: string
  /** the other's row that a row is hung below: harmless where the actor may see it, as a comment on a public post */
  readonly below?: { readonly relation: number; readonly place: string }
}

/** A probe's result: what the server did and which rows it reached. */
export interface Observation {
  readonly probe: Probe
  readonly outcome: Outcome
  readonly reached: readonly Reached[]
  /** what was sent as the actor */
  readonly statement: string
  /** what was done as superuser before, in the same transaction: all other rows taken away, for instance */
  readonly before?: string
  /** the row that an insert was to make, in the columns of the table behind the relation */
  readonly written?: Values
  readonly error?: ServerError
  /** how the statement failed that asked for all rows, where they were tried one by one after that */
  readonly failedWhole?: ServerError
  /** for a row hung below a stranger's: the stranger sees it there */
  readonly shownToParent?: boolean
}

/** Whether rows were reached or would have been but for a constraint. */
export function gotThrough(observation: Observation): boolean {
  const { outcome } = observation
  switch (outcome.kind) {
    case 'returned':
    case 'affected':
      return outcome.rows > 0
    case 'admitted':
      return true
    case 'denied':
    case 'broken':
      return false
  }
}
