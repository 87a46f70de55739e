import type { Actor, SeededRow } from './population.ts'
import type { Command } from './vocabulary.ts'

/**
 * A row and somebody who asks for it, made so that a policy's condition comes out one way: a revoked membership, a
 * published draft. It says nothing of what is right: whose the row is stays with the schema.
 */
export interface Scenario {
  readonly relation: number
  /** whose policies it was made from: what is tried */
  readonly commands: readonly Command[]
  /** for people: `"members read": status = 'revoked' of public.memberships` */
  readonly label: string
  /**
   * who asks; `scene` puts everything there, as SQL for a superuser. `control`: somebody has given the actor a living tie
   * to the row, so that getting through is right.
   */
  readonly actor: Actor
  /** the row as it stands then, or, of an insert, as it is to be inserted */
  readonly row: SeededRow
  /** for an insert alone: the row is no part of the scene */
  readonly inserts: boolean
}

/** What became of the scenarios of one relation. */
export interface ScenarioCount {
  /** how many were tried */
  readonly tried: number
  /** those for which no row and session were found that make the condition come out that way */
  readonly unsolved: readonly string[]
  /** those that ended in an error, with the server's word: they show nothing */
  readonly failed: readonly string[]
  /** how many were left out, for being too many */
  readonly left: number
}
