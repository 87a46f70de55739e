import { sessionSql } from './database/impersonate.ts'
import type { Ascent, Reach } from './domain/ascent.ts'
import type { Population } from './domain/population.ts'
import type { Observation } from './domain/probe.ts'

/** A psql script that repeats one attempt on a database with the migrations and the seeded rows. It changes nothing. */
export function reproductionOf({ probe, statement }: Observation, population: Population): string {
  const actor = population.actors.find(({ name }) => name === probe.actor)
  return ['begin;', ...(actor ? [`${sessionSql(actor)};`] : []), `${statement};`, 'rollback;', ''].join('\n')
}

/** A psql script that repeats the steps of an ascent and what was tried after them. It changes nothing. */
export function reproductionOfAscent({ actor, script }: Ascent, reach?: Reach): string {
  const after = reach ? [`${sessionSql(actor)};`, `${reach.statement};`] : []
  return ['begin;', `${script};`, ...after, 'rollback;', ''].join('\n')
}
