import type { Severity } from './vocabulary.ts'

/** Why an entry is accepted, where it is not what the whole baseline says. */
interface Accepted {
  /** digest of what the policies said that it is about; absent where none had a say */
  readonly guard?: string
  readonly reason?: string
  /** ISO date, the last day on which it is accepted */
  readonly expires?: string
}

/** A finding that was there when the project was adopted. */
export interface BaselineFinding extends Accepted {
  readonly fingerprint: string
  readonly code: string
  /** what it was: a finding that has become worse is back */
  readonly severity: Severity
  readonly relation: string
  readonly scope?: string
  readonly command: string
  readonly actor?: string
}

/** What could not be tested then. */
export interface BaselineUntested extends Accepted {
  readonly relation: string
  readonly scope?: string
  readonly command: string
  readonly actor: string
}

/** Everything that is accepted because it was there before. */
export interface Baseline {
  /** as people see it */
  readonly file: string
  readonly reason: string
  readonly findings: readonly BaselineFinding[]
  readonly untested: readonly BaselineUntested[]
}
