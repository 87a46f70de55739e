import type { Command } from './vocabulary.ts'

/** A part of a policy's condition that cannot come out both ways, whatever the row and the session are. */
export interface FixedCondition {
  /** it never fails, or never holds */
  readonly kind: 'tautology' | 'contradiction'
  /** as it stands there */
  readonly text: string
  /** for people: `m.org_id is compared with itself` */
  readonly why: string
  readonly policy: string
  /** what the policy is for; for one of all commands, the first of those that are asked by the part */
  readonly command: Command
  readonly side: 'using' | 'check'
  /** it only says again what the table says: `x is not null` of a column that never is */
  readonly redundant: boolean
  /** the function that it stands in; null for the policy itself */
  readonly routine: string | null
}
