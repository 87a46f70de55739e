import { nameColumnsIn, openAreas } from '../area/areas.ts'
import type { Connection } from '../database/connection.ts'
import type { Area } from '../domain/area.ts'
import type { Config } from '../domain/config.ts'
import type { Population } from '../domain/population.ts'
import { PLATFORM_SCHEMAS } from '../platform/install.ts'
import { judgesArea } from '../scope.ts'
import { populate } from '../seed/populate.ts'
import type { Understood } from './understand.ts'

/** A population with what stands in buckets and topics. */
export interface Seeded {
  readonly population: Population
  readonly areas: readonly Area[]
}

/** Model → actors, rows, and what is stored and sent in their names. */
export async function seedAll(connection: Connection, known: Understood, config: Config): Promise<Seeded> {
  // without direction rows are made for people alone, not for what policies ask for
  const model = config.seed.directed ? known.model : { ...known.model, rowStates: new Map<number, never[]>() }
  const population = await populate(connection, known.catalog, model, {
    config,
    platformSchemas: PLATFORM_SCHEMAS,
    nameColumns: nameColumnsIn(known.catalog, known.reading, known.model),
  })
  const { areas, notices } = await openAreas(connection, { ...known, population, config })
  return {
    population: { ...population, notices: [...population.notices, ...notices] },
    areas: areas.filter(({ relation, scope }) => judgesArea(config, relation.qualified, scope)),
  }
}
