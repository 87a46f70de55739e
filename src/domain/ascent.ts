import type { Command } from './vocabulary.ts'
import type { Actor } from './population.ts'
import type { Reached } from './probe.ts'
import type { Step } from './report.ts'
import { ACCOUNTS } from './shard.ts'
import type { Unit } from './shard.ts'

/** What kind of doing an ascent begins with. */
export type AscentKind =
  /** a probe of the plain battery that got through */
  | 'probed'
  /** a row that names the actor beside something of somebody else's */
  | 'grant'
  /** a row that lets a request of one's own pass the gate that somebody else keeps */
  | 'approval'
  /** an own row with a value that was put out of force */
  | 'revival'
  /** another value in the own row */
  | 'raise'
  /** sign-up, or an update of the own account, with metadata that a trigger believes */
  | 'account'

/** Rows that one attempt reached after the steps, and did not reach without them. */
export interface Reach {
  readonly relation: number
  readonly command: Command
  readonly reached: Reached
  readonly statement: string
}

/** Statements that an actor may send by himself, and what they opened for him. */
export interface Ascent {
  readonly actor: Actor
  readonly kind: AscentKind
  readonly steps: readonly Step[]
  /** what was written in the last step, for people */
  readonly detail: string
  /** a right is taken by it: whatever opens counts, also rows of the own team */
  readonly rights: boolean
  /** rows of others that the steps name, where that is all they do: joining what one is shown is no trespass */
  readonly names: readonly { readonly relation: number; readonly place: string }[]
  /** following somebody is free, unless there is a gate */
  readonly free: boolean
  readonly reaches: readonly Reach[]
  /** the SQL of the steps, as it was sent */
  readonly script: string
}

/** The unit that an ascent belongs to: who began it, and where. */
export function climbOf({ kind, steps, actor }: Pick<Ascent, 'kind' | 'steps' | 'actor'>): Unit {
  return kind === 'account' ? ACCOUNTS : { kind: 'climb', name: steps[0]?.relation ?? '', scope: actor.name }
}
