import type { Observation } from '../domain/probe.ts'
import type { Sight } from './verdict.ts'

/** Who was seen to read which rows. */
export function sightOf(observations: readonly Observation[]): Sight {
  const seen = new Set(
    observations
      .filter(({ probe }) => probe.command === 'select')
      .flatMap(({ probe, reached }) =>
        reached.flatMap(({ places }) => places.map((place) => `${probe.actor} ${probe.relation} ${place}`)),
      ),
  )
  return (actor, relation, place) => seen.has(`${actor} ${relation} ${place}`)
}
