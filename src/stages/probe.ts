import { availableParallelism } from 'node:os'
import { areaUnit } from '../domain/area.ts'
import type { Ascent } from '../domain/ascent.ts'
import type { CallObservation } from '../domain/call.ts'
import type { Config } from '../domain/config.ts'
import type { Population } from '../domain/population.ts'
import { ACCOUNTS, PRIVILEGES } from '../domain/shard.ts'
import type { PlannedUnit } from '../domain/shard.ts'
import { groupBy } from '../group-by.ts'
import { sightOf } from '../judge/sight.ts'
import { believers } from '../ownership/belief.ts'
import { columnsAsked } from '../ownership/asked-columns.ts'
import { comparedColumns } from '../ownership/compared.ts'
import { dependence } from '../ownership/depends.ts'
import { unqualifiedReads } from '../ownership/unqualified.ts'
import type { Prepared } from '../prepare.ts'
import { ascend } from '../probe/ascend.ts'
import { Battery } from '../probe/battery.ts'
import { climbsIn } from '../probe/climbs.ts'
import type { ClimbOptions } from '../probe/climbs.ts'
import { probeFunctions } from '../probe/functions/probe.ts'
import { probeAreas } from '../probe/probe-areas.ts'
import type { Crew } from '../probe/crew.ts'
import { probe } from '../probe/probe.ts'
import type { Probed } from '../probe/probe.ts'
import { probePrivileges } from '../probe/privileges.ts'
import type { BesideProbed } from '../probe/privileges.ts'
import { lookupIn } from '../seed/read-back.ts'
import type { Seeded } from './seed.ts'
import { originsIn } from './origins.ts'
import { climbUnit, sharesOf } from './shares.ts'
import type { Shares } from './shares.ts'
import type { Understood } from './understand.ts'

/**
 * A copy of the database costs as much as probing about this many relations or functions: on a server of our own, which
 * waits for no disk, and on others, for which it is two checkpoints, too.
 */
const RELATIONS_PER_CLONE = { own: 4, others: 20 }

/** What all that was tried has shown. */
export interface Observed extends Probed {
  readonly calls: readonly CallObservation[]
  readonly beside: BesideProbed
  readonly ascents: readonly Ascent[]
  /** what was shared out, and to whom */
  readonly units: readonly PlannedUnit[]
  /** keys of those that this run tries itself */
  readonly own: ReadonlySet<string>
}

/** What trials are planned from and sent over. */
export function optionsFor(
  { catalog, model, reading, relations, expectations }: Understood,
  { population }: Seeded,
  crew: Crew,
): ClimbOptions {
  const { dependentsOf, touchedBy, decidedBy } = dependence(catalog, reading)
  return {
    crew,
    catalog,
    model,
    population,
    comparedColumns: comparedColumns(catalog, reading),
    believes: believers(catalog, reading, dependentsOf),
    lookup: lookupIn(population.rows),
    relations,
    expectationsOf: groupBy(expectations, (one) => one.relation),
    dependentsOf,
    touchedBy,
    decidedBy,
    asked: columnsAsked(catalog, reading),
  }
}

/** Expectations and population → observations, on as many copies of the database as pay off. */
export async function probeAll(
  prepared: Prepared,
  options: ClimbOptions,
  known: Understood,
  { population, areas }: Seeded,
  config: Config,
): Promise<Observed> {
  const shares = sharesOf(known, areas, options, config)
  const probed = await probe(options, ({ qualified }) => shares.isOwn({ kind: 'relation', name: qualified }))
  const battery = new Battery(options, probed)
  const ownAreas = areas.filter((area) => shares.isOwn(areaUnit(area)))
  const inAreas = await probeAreas(options, ownAreas, areas)
  const calls = await callAll(known, options, shares, battery)
  const beside = shares.isOwn(PRIVILEGES)
    ? await probeBeside(prepared, known, population, probed, config)
    : { observations: [], platformGrants: [] }
  const climbs = climbsIn(options).filter((start) => shares.isOwn(climbUnit(start)))
  const ascents = await ascend({ ...options, battery, climbs, accounts: shares.isOwn(ACCOUNTS) })
  const observations = [...probed.observations, ...battery.later, ...inAreas]
  return { ...probed, observations, calls, beside, ascents, units: shares.units, own: shares.own }
}

/** Whether the server was started for the run and ends with it. */
export const isOurs = ({ kind }: Prepared['engine']): boolean => kind === 'embedded' || kind === 'system'

/** How many databases that hold the same are worth having beside the one. */
export function copiesFor(
  { engine }: Pick<Prepared, 'engine'>,
  { relations, routines }: Understood,
  { concurrency, shard }: Config,
): number {
  const each = isOurs(engine) ? RELATIONS_PER_CLONE.own : RELATIONS_PER_CLONE.others
  const most = Math.max(relations.length, routines.length) / (shard?.count ?? 1)
  // a session and the harness itself keep a core busy each; more sessions than cores only wait for each other
  const useful = Math.max(2, availableParallelism())
  return Math.max(0, Math.min(concurrency, useful, Math.ceil(most / each)) - 1)
}

/** Calls of functions, and what the callers reach without them in the tables that the calls wrote to. */
async function callAll(
  { routines, routineFacts: facts }: Understood,
  options: ClimbOptions,
  shares: Shares,
  battery: Battery,
): Promise<readonly CallObservation[]> {
  const own = routines.filter(({ signature }) => shares.isOwn({ kind: 'function', name: signature }))
  const calls = await probeFunctions({ ...options, routines: own, facts })
  const { actors } = options.population
  await battery.tryAll(
    calls.flatMap(({ actor: name, changed }) =>
      changed.flatMap(({ relation }) =>
        actors.flatMap((actor) => (actor.name === name ? [{ relation, actor }] : [])),
      ),
    ),
  )
  return calls
}

/** Ways past the policies: privileges and memberships. One after the other, once the rows have been probed. */
async function probeBeside(
  prepared: Prepared,
  known: Understood,
  population: Population,
  probed: Probed,
  config: Config,
): Promise<BesideProbed> {
  return await probePrivileges(prepared.target, {
    ...known,
    population,
    sees: sightOf(probed.observations),
    unqualified: unqualifiedReads(known.catalog, known.reading, known.relations),
    origins: originsIn(prepared, config),
  })
}
