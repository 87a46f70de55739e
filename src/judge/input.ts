import type { CallObservation, CallProof } from '../domain/call.ts'
import type { Catalog, Relation, Routine } from '../domain/catalog.ts'
import type { Area, Surroundings } from '../domain/area.ts'
import type { Ascent, Reach } from '../domain/ascent.ts'
import type { Expectation } from '../domain/expectation.ts'
import type { Model } from '../domain/ownership.ts'
import type { StubUses } from '../domain/extension.ts'
import type { FixedCondition } from '../domain/fixed-condition.ts'
import type { RoutineFacts } from '../domain/routine-facts.ts'
import type { Audience, Command } from '../domain/vocabulary.ts'
import type { GrantStatement } from '../domain/grants.ts'
import type { Population } from '../domain/population.ts'
import type { Observation, Reached } from '../domain/probe.ts'
import type { BesideObservation } from '../domain/privilege.ts'
import type { Definition } from './blame.ts'
import type { ExemptionsOf, Sight } from './verdict.ts'

export interface JudgeInput {
  readonly catalog: Catalog
  readonly population: Population
  readonly relations: readonly Relation[]
  readonly expectations: readonly Expectation[]
  readonly observations: readonly Observation[]
  readonly areas: readonly Area[]
  readonly surroundings: Surroundings
  /** what actors opened for themselves */
  readonly ascents: readonly Ascent[]
  /** views in which not even the superuser sees anything that was seeded */
  readonly blind: readonly number[]
  readonly exemptionsOf: ExemptionsOf
  readonly definitions: readonly Definition[]
  /** settings that policies of a relation read and no session has */
  readonly unset: ReadonlyMap<number, readonly string[]>
  /** ways past the policies that were tried */
  readonly beside: readonly BesideObservation[]
  /** what the migrations granted and revoked, in order */
  readonly grants: readonly GrantStatement[]
  /** parts of a relation's policies that cannot come out both ways */
  readonly fixed: ReadonlyMap<number, readonly FixedCondition[]>
  /** relations that the policies of a relation look into */
  readonly policyReads: ReadonlyMap<number, readonly number[]>
  readonly baseOf: (relation: Relation) => Relation
  /** what rests on extensions that are only stood in for */
  readonly stubs: StubUses
  readonly sees: Sight
  readonly model: Model
  /** functions that a caller may execute, with what their bodies say and what calling them showed */
  readonly routines: readonly Routine[]
  readonly routineFacts: ReadonlyMap<number, RoutineFacts>
  readonly calls: readonly CallObservation[]
  /** who may reach other people's rows through a function, where the configuration says so */
  readonly functionAudience: (routine: Routine) => Audience | undefined
  /** whether an actor was seen to change or delete a row without the help of a function */
  readonly changes: (actor: string, relation: number, command: Command, place: string) => boolean
  /** the psql script of an observation: `reached` are the rows that make it a finding */
  readonly reproductionOf: (observation: Observation, reached?: Reached) => string | undefined
  readonly reproductionOfCall: (call: CallObservation, proof?: CallProof) => string | undefined
  /** the psql script of an ascent, and of what was tried after it */
  readonly reproductionOfAscent: (ascent: Ascent, reach?: Reach) => string | undefined
  /** the psql script of a way past the policies */
  readonly reproductionOfBeside: (observation: BesideObservation) => string | undefined
}
