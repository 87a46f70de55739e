import type { SeededRow } from './population.ts'
import type { Outcome } from './probe.ts'
import type { ServerError } from './server-error.ts'

/** Whose keys the arguments of a call are made from. */
export const CALLS = [
  'call with own keys',
  'call with another’s keys',
  'call with nobody’s keys',
  'call without keys',
] as const
export type CallAttempt = (typeof CALLS)[number]

/** A value that came back, that the caller had not given and that seeded rows alone have. */
export interface Shown {
  readonly value: unknown
  /** rows that it stands in: any of them explains it */
  readonly rows: readonly { readonly relation: number; readonly row: SeededRow }[]
}

/** What a call did to one row of a table. */
export interface RowChange {
  readonly relation: number
  readonly kind: 'inserted' | 'updated' | 'deleted'
  /** as it stood before; of an inserted row, as it stands now */
  readonly row: SeededRow
  /** columns with another value than before */
  readonly columns: readonly {
    readonly name: string
    readonly before: unknown
    readonly after: unknown
  }[]
}

/** One call of one function by one actor. */
export interface CallObservation {
  readonly routine: number
  readonly actor: string
  readonly attempt: CallAttempt
  /** whose keys were given, by name of the actor */
  readonly of: string | null
  /** number of the choice of arguments, the same for a call with nobody's keys as for the one that it is compared with */
  readonly choice: number
  readonly statement: string
  readonly outcome: Outcome
  readonly error?: ServerError
  /** whether anything but NULL came back */
  readonly answered: boolean
  /** what came back, without what was given and without times and keys, for comparing answers */
  readonly digest: string
  /** the value that came back, where it was a single one */
  readonly scalar?: unknown
  readonly shown: readonly Shown[]
  readonly changed: readonly RowChange[]
}

/** What makes a call a finding. */
export type CallProof =
  /** a value of somebody's rows came back: any of the rows explains it */
  | { readonly kind: 'shown'; readonly value: unknown; readonly rows: Shown['rows'] }
  | { readonly kind: 'changed'; readonly change: RowChange }
  /** the answer is another one than to this statement, which is about keys that do not exist */
  | { readonly kind: 'differs'; readonly guess: string }
