import type { Observation } from '../domain/probe.ts'
import type { Command } from '../domain/vocabulary.ts'
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

/** Who was seen to change or delete which rows that were there before. */
export function reachOf(
  observations: readonly Observation[],
): (actor: string, relation: number, command: Command, place: string) => boolean {
  const changed = new Set(
    observations
      .filter(({ probe }) => probe.command === 'update' || probe.command === 'delete')
      .flatMap(({ probe, reached }) =>
        reached.flatMap(({ places }) =>
          places.map((place) => `${probe.actor} ${probe.relation} ${probe.command} ${place}`),
        ),
      ),
  )
  return (actor, relation, command, place) => changed.has(`${actor} ${relation} ${command} ${place}`)
}
