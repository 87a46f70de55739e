import type { FindingCode } from './finding.ts'
import type { Blame, Step, Untested } from './report.ts'
import type { Operation, Severity, Standing } from './vocabulary.ts'

/** What a finding is about: a relation, a function, a sequence. */
export interface Subject {
  readonly schema: string
  /** as the report calls it */
  readonly qualified: string
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
  readonly steps?: readonly Step[]
  readonly reproduction?: string
  readonly declared: boolean
  /** nobody but the actor sees what was done */
  readonly weak?: boolean
  /** less than what the code stands for */
  readonly severity?: Severity
  /** name of the actor that was seen */
  readonly by?: string
  /** what the actor had made up of the own session */
  readonly forged?: string
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
