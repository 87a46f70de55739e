import type { Area } from '../domain/area.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import type { Expectation } from '../domain/expectation.ts'
import type { Model } from '../domain/ownership.ts'
import type { Population } from '../domain/population.ts'
import type { Crew } from './crew.ts'
import type { Scene } from './scene.ts'
import type { Knowledge } from './understand.ts'

export interface ProbeOptions {
  readonly crew: Crew
  readonly catalog: Catalog
  readonly model: Model
  readonly population: Population
  readonly relations: readonly Relation[]
  readonly expectationsOf: (relation: number) => readonly Expectation[]
  readonly comparedColumns: ReadonlyMap<number, readonly string[]>
  readonly believes: Scene['believes']
  /** values of rows by key, through which owner paths are followed */
  readonly lookup: Knowledge['lookup']
  /** all rows that stand in the relation, where only those of an area are known */
  readonly standing?: readonly string[]
  readonly principalsOf?: Area['principalsOf']
}
