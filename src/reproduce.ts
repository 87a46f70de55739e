import { sessionSql } from './database/impersonate.ts'
import type { Population } from './domain/population.ts'
import type { Observation } from './domain/probe.ts'

/** A psql script that repeats one attempt on a database with the migrations and the seeded rows. It changes nothing. */
export function reproductionOf({ probe, statement }: Observation, population: Population): string {
  const actor = population.actors.find(({ name }) => name === probe.actor)
  return ['begin;', ...(actor ? [`${sessionSql(actor)};`] : []), `${statement};`, 'rollback;', ''].join('\n')
}
