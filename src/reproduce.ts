import { sessionSql } from './database/impersonate.ts'
import type { CallObservation } from './domain/call.ts'
import type { Ascent, Reach } from './domain/ascent.ts'
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

/** A psql script that repeats the steps of an ascent and what was tried after them. It changes nothing. */
export function reproductionOfAscent({ actor, script }: Ascent, reach?: Reach): string {
  const after = reach ? [`${sessionSql(actor)};`, `${reach.statement};`] : []
  return ['begin;', `${script};`, ...after, 'rollback;', ''].join('\n')
}
