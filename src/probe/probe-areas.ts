import type { Area } from '../domain/area.ts'
import type { Observation } from '../domain/probe.ts'
import { planArea } from './area.ts'
import type { Sender } from './sender.ts'
import { Session } from './session.ts'
import type { ProbeOptions } from './options.ts'

/** The trials of areas, on each connection one after the other: what they write to is one table. `standing`: all areas, tried or not. */
export async function probeAreas(
  options: ProbeOptions,
  areas: readonly Area[],
  standing: readonly Area[],
): Promise<readonly Observation[]> {
  if (areas.length === 0) return []
  const observations = new Map<Area, readonly Observation[]>()
  const tryArea = async (area: Area, sender: Sender): Promise<void> => {
    const known = within(options, area, standing)
    const session = new Session(sender, known, { ...known, attributions: new Map() })
    observations.set(area, await session.tryAll(planArea(known, area)))
  }
  await options.crew.share({ name: 'areas', atOnce: 1 }, areas, tryArea)
  return areas.flatMap((area) => observations.get(area) ?? [])
}

/** What is known of one area, as if its rows were those of a relation. */
export function within<Options extends Pick<ProbeOptions, 'population'>>(
  options: Options,
  area: Area,
  standing: readonly Area[],
) {
  const { oid } = area.relation
  return {
    ...options,
    population: { ...options.population, rows: new Map([...options.population.rows, [oid, area.rows]]) },
    standing: standing.flatMap(({ relation, rows }) =>
      relation.oid === oid ? rows.map(({ place }) => place) : [],
    ),
    principalsOf: area.principalsOf,
  }
}
