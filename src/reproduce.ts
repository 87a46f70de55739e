import type { Area } from './domain/area.ts'
import type { Catalog } from './domain/catalog.ts'
import type { Model } from './domain/ownership.ts'
import type { Population } from './domain/population.ts'
import type { RoutineFacts } from './domain/routine-facts.ts'
import type { JudgeInput } from './judge/input.ts'
import { dependence } from './ownership/depends.ts'
import { baseOf } from './ownership/expect.ts'
import type { Reading } from './ownership/policy-facts.ts'
import { ascentScript } from './reproduction/ascent.ts'
import { besideScript } from './reproduction/beside.ts'
import { callScript } from './reproduction/call.ts'
import { Inventory } from './reproduction/inventory.ts'
import { observationScript } from './reproduction/observation.ts'
import type { Scene } from './reproduction/scene.ts'

export interface Reproducible {
  readonly catalog: Catalog
  readonly model: Model
  readonly reading: Reading
  readonly population: Population
  readonly areas: readonly Area[]
  readonly routineFacts: ReadonlyMap<number, RoutineFacts>
}

type Reproductions = Pick<
  JudgeInput,
  'reproductionOf' | 'reproductionOfCall' | 'reproductionOfAscent' | 'reproductionOfBeside'
>

/**
 * psql scripts that show a finding in a database in which nothing but the migrations ran: the rows that it takes, the
 * session, the statement, and a look at what it did. They change nothing.
 */
export function reproductions(known: Reproducible): Reproductions {
  const { catalog, population, areas, reading } = known
  const { looksInto, touchedBy } = dependence(catalog, reading)
  const scene: Scene = {
    ...known,
    looksInto,
    touchedBy,
    inventory: new Inventory(catalog, population, areas),
    baseOf: (relation) => baseOf(catalog, relation),
  }
  return {
    reproductionOf: (observation, reached) => observationScript(scene, observation, reached),
    reproductionOfCall: (call, proof) => callScript(scene, call, proof),
    reproductionOfAscent: (ascent, reach) => ascentScript(scene, ascent, reach),
    reproductionOfBeside: (observation) => besideScript(scene, observation),
  }
}
