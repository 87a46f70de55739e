import type { Area, NamedPlace } from '../domain/area.ts'
import type { Actor } from '../domain/population.ts'
import { quoteLiteral, quoteName } from '../sql/quote.ts'
import type { Target } from './target.ts'
import type { Trial } from './trial.ts'

/** One area as every actor meets it. */
export interface Visit {
  readonly area: Area
  readonly target: Target
  readonly actor: Actor
  readonly victims: readonly Actor[]
}

/** What the Storage and Realtime servers tell policies about the request stands before the statement. */
export function announced(trial: Trial, settings: Readonly<Record<string, string>>): Trial {
  const lines = Object.entries(settings).map(
    ([name, value]) => `set local ${name.split('.').map(quoteName).join('.')} = ${quoteLiteral(value)}`,
  )
  const { single } = trial
  return {
    ...trial,
    statement: [...lines, trial.statement].join(';\n'),
    single: single && ((row) => announced(single(row), settings)),
  }
}

export const operation = (name: string): Readonly<Record<string, string>> => ({
  'storage.operation': `storage.object.${name}`,
  // newer versions of Storage refuse a DELETE that does not come from its API
  'storage.allow_delete_query': 'true',
})

export const placesOf = ({ places }: Area, actor: string | null): readonly NamedPlace[] =>
  places.filter((place) => place.actor === actor && place.only === undefined)

/** Places of a victim's that this actor has a reason to try. */
export const targetsOf = ({ places }: Area, victim: Actor, actor: Actor): readonly NamedPlace[] =>
  places.filter(
    (place) => place.actor === victim.name && (place.only === undefined || place.only === actor.name),
  )
