import type { Attempt, Probe } from '../domain/probe.ts'
import type { Actor, SeededRow, Values } from '../domain/population.ts'
import type { Command } from '../domain/vocabulary.ts'
import type { Needs } from './needs.ts'
import type { Target } from './target.ts'

/** One statement of one actor, with what is needed to understand the answer. A probe may take several. */
export interface Trial {
  readonly probe: Probe
  readonly actor: Actor
  readonly target: Target
  /** what is done as superuser before, inside the same transaction */
  readonly before: string | null
  readonly statement: string
  readonly needs: Needs
  /** rows that the statement aims at, one by one, should it fail as a whole; empty where it stands for one row already */
  readonly aims: readonly SeededRow[]
  /** the row as it was to be inserted: what an admitted but failed insert would have made */
  readonly payload: Values | null
  /** values that the row must have afterwards for the attempt to have succeeded: a trigger may put them back */
  readonly wanted: Values | null
  /** builds the same statement for one row */
  readonly single: ((row: SeededRow) => Trial) | null
}

export function probeOf(
  target: Target,
  actor: Actor,
  command: Command,
  attempt: Attempt,
  detail = '',
): Probe {
  return { relation: target.relation.oid, actor: actor.name, command, attempt, detail }
}
