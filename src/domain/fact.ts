import type { FindingCode } from './finding.ts'
import type { Values } from './population.ts'
import type { Blame, Check, Step, Untested, Witness } from './report.ts'
import type { Command, Operation, Severity, Standing } from './vocabulary.ts'

/** What a finding is about: a relation, a function, a sequence. */
export interface Subject {
  readonly schema: string
  /** as the report calls it */
  readonly qualified: string
}

/** The statement that shows a fact, and the rows that it is about: what can be held against the policies once more. */
export interface Sighting {
  /** OID of the relation that the statement names */
  readonly relation: number
  /** name of the actor */
  readonly actor: string
  readonly command: Command
  readonly statement: string
  /** what was done as superuser before, in the same transaction */
  readonly before?: string
  /** where the rows stand that it reached, or should have */
  readonly places: readonly string[]
  /** the row that it was to make, as far as it is known */
  readonly written?: Values
  /** it is about the row as the statement left it, not as it stood before */
  readonly left?: true
  /** it should have got through, and did not */
  readonly refused?: true
}

/** What a finding is made from. */
export interface Fact {
  readonly code: FindingCode
  readonly subject: Subject
  /** the part of the subject that it is about: a bucket, a topic */
  readonly scope?: string
  readonly command: Operation
  readonly actor?: Standing
  readonly evidence: string
  readonly blame: readonly Blame[]
  /** everything that was checked on the way of the statement */
  readonly checks?: readonly Check[]
  readonly witness?: Witness
  /** names of the policies that could have let it through: who really did may differ from row to row */
  readonly candidates?: readonly string[]
  /** as long as it is not explained */
  readonly seen?: Sighting
  readonly steps?: readonly Step[]
  readonly reproduction?: string
  readonly declared: boolean
  /** nobody but the actor sees what was done */
  readonly weak?: boolean
  /** less than what the code stands for */
  readonly severity?: Severity
  /** name of the actor that was seen */
  readonly by?: string
  /** seen in a scene that was made for it: what is open without one is news beside it */
  readonly staged?: true
  /** what the actor had made up of the own session */
  readonly forged?: string
  /** the configuration says that it may be: no finding, but access that was seen */
  readonly permitted?: true
  /** policies ask for the value that was written */
  readonly trusted?: boolean
}

/** What an ascent says as far as it alone tells: whether it is news depends on what single statements reach. */
export interface AscentFacts {
  readonly steps: readonly Step[]
  /** nobody granted the steps */
  readonly trespass: boolean
  /** a right is taken by them: whatever opens counts */
  readonly rights: boolean
  readonly reached: readonly Fact[]
  /** the step that opened it, where no other finding says that it should not have got through */
  readonly opening: readonly Fact[]
}

/** What is judged by itself, in the order in which it is told. */
export const SURFACES = [
  'relations',
  'copies',
  'areas',
  'functions',
  'privileges',
  'unset',
  'escalations',
] as const
export type Surface = (typeof SURFACES)[number]

/** The judgement of one unit on one surface. */
export interface Part {
  readonly surface: Surface
  /** the unit, by its key */
  readonly unit: string
  readonly facts: readonly Fact[]
  readonly untested: readonly Untested[]
  readonly ascents: readonly AscentFacts[]
}
