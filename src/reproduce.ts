import { sessionSql } from './database/impersonate.ts'
import type { CallObservation } from './domain/call.ts'
import type { Population } from './domain/population.ts'
import type { Reproducible } from './judge/input.ts'

/** A psql script that repeats one call. It changes nothing, as far as the function writes to the database alone. */
export function reproductionOfCall(
  { actor: name, statement }: CallObservation,
  population: Population,
): string {
  return scriptOf(name, statement, population)
}

/** A psql script that repeats one attempt on a database with the migrations and the seeded rows. It changes nothing. */
export function reproductionOf({ probe, statement }: Reproducible, population: Population): string {
  return scriptOf(probe.actor, statement, population)
}

function scriptOf(name: string, statement: string, { actors }: Population): string {
  const actor = actors.find((one) => one.name === name)
  return ['begin;', ...(actor ? [`${sessionSql(actor)};`] : []), `${statement};`, 'rollback;', ''].join('\n')
}
