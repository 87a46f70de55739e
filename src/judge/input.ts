import type { Ascent, Reach } from '../domain/ascent.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import type { IgnoreEntry } from '../domain/config.ts'
import type { Expectation } from '../domain/expectation.ts'
import type { Population } from '../domain/population.ts'
import type { Observation } from '../domain/probe.ts'
import type { Definition } from './blame.ts'
import type { Exemptions, Sight } from './verdict.ts'

export interface JudgeInput {
  readonly catalog: Catalog
  readonly population: Population
  readonly relations: readonly Relation[]
  readonly expectations: readonly Expectation[]
  readonly observations: readonly Observation[]
  /** what actors opened for themselves */
  readonly ascents: readonly Ascent[]
  /** views in which not even the superuser sees anything that was seeded */
  readonly blind: readonly number[]
  readonly exemptions: ReadonlyMap<number, Exemptions>
  readonly definitions: readonly Definition[]
  readonly served?: readonly string[]
  /** relations that the policies of a relation look into */
  readonly policyReads: ReadonlyMap<number, readonly number[]>
  readonly baseOf: (relation: Relation) => Relation
  readonly sees: Sight
  readonly ignore: readonly IgnoreEntry[]
  /** ISO date */
  readonly today: string
  /** the psql script of an observation */
  readonly reproductionOf: (observation: Observation) => string
  /** the psql script of an ascent, and of what was tried after it */
  readonly reproductionOfAscent: (ascent: Ascent, reach?: Reach) => string
}
