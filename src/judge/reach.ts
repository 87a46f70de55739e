import type { Actor } from '../domain/population.ts'
import { standingOf, tieOf } from '../domain/population.ts'
import { gotThrough } from '../domain/probe.ts'
import type { Reach, ReportedRelation } from '../domain/report.ts'
import type { Command, Standing } from '../domain/vocabulary.ts'
import { grid } from './summary.ts'
import type { SeenInput } from './summary.ts'

/**
 * How many of the rows somebody of a standing got at: whoever may read what is published reaches some of the rows of
 * others. Of inserts and of views, whose rows are not counted, it is only known whether anybody got through.
 */
export function reachIn(input: SeenInput, cells: ReportedRelation['cells']): ReportedRelation['reach'] {
  return grid<Reach>((standing, command) => {
    if (cells[standing][command] !== 'open') return 'none'
    return isCounted(input, command) && !reachedAll(input, standing, command) ? 'some' : 'all'
  })
}

const isCounted = ({ relation, base }: SeenInput, command: Command): boolean =>
  command !== 'insert' && relation === base

function reachedAll(
  { base, observations, population }: SeenInput,
  standing: Standing,
  command: Command,
): boolean {
  const rows = population.rows.get(base.oid) ?? []
  const askers = population.actors
    .filter((actor) => isOrdinary(actor) && (actor.role === 'anon') === (standing === 'anon'))
    .map((actor) => ({
      actor,
      places: rows
        .filter((row) => standingOf(tieOf(row, actor), actor) === standing)
        .map(({ place }) => place),
    }))
    .filter(({ places }) => places.length > 0)
  return (
    askers.length > 0 &&
    askers.every(({ actor, places }) => {
      const reached = new Set(
        observations
          .filter((one) => one.probe.command === command && one.probe.actor === actor.name && gotThrough(one))
          .flatMap((one) => one.reached.flatMap((some) => some.places)),
      )
      return places.every((place) => reached.has(place))
    })
  )
}

/** Somebody of the cast as he is: neither with made-up claims, nor in a scene, nor as nobody in particular. */
const isOrdinary = ({ purpose, forged, staged, role, user }: Actor): boolean =>
  purpose === 'judged' && !forged && !staged && (role === 'anon' || user !== null)
