import { sessionSql } from './database/impersonate.ts'
import type { Population } from './domain/population.ts'
import type { Reproducible } from './judge/input.ts'

/** A psql script that repeats one attempt on a database with the migrations and the seeded rows. It changes nothing. */
export function reproductionOf({ probe, statement }: Reproducible, population: Population): string {
  const actor = population.actors.find(({ name }) => name === probe.actor)
  return ['begin;', ...(actor ? [`${sessionSql(actor)};`] : []), `${statement};`, 'rollback;', ''].join('\n')
}
