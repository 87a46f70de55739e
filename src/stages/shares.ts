import { areaUnit } from '../domain/area.ts'
import type { Area } from '../domain/area.ts'
import type { Relation } from '../domain/catalog.ts'
import type { Config, Only } from '../domain/config.ts'
import type { Actor } from '../domain/population.ts'
import { ACCOUNTS, PRIVILEGES, shareOut, unitKey } from '../domain/shard.ts'
import type { Costed, PlannedUnit, Unit } from '../domain/shard.ts'
import { planArea } from '../probe/area.ts'
import { accountsCost, climbCost, climbsIn, plansFor } from '../probe/climbs.ts'
import type { ClimbOptions, ClimbStart } from '../probe/climbs.ts'
import { planCalls } from '../probe/functions/plan.ts'
import { asks, planActor } from '../probe/plan.ts'
import { within } from '../probe/probe-areas.ts'
import type { Understood } from './understand.ts'

/** What is tried by whom. */
export interface Shares {
  /** all of it, in the order of the report */
  readonly units: readonly PlannedUnit[]
  /** keys of those that this run tries itself */
  readonly own: ReadonlySet<string>
  readonly isOwn: (unit: Unit) => boolean
}

/** Shares out all that there is to try; a run of the whole tries everything itself, and nothing is counted. */
export function sharesOf(
  known: Understood,
  areas: readonly Area[],
  options: ClimbOptions,
  { shard, only }: Pick<Config, 'shard' | 'only'>,
): Shares {
  const costed = shard ? unitsIn(known, areas, options) : unitsIn(known, areas, options, () => 0)
  const shared = shareOut(costed, shard?.count ?? 1)
  const units = only ? shared.map((unit) => (isWanted(unit, only) ? unit : { ...unit, shard: 0 })) : shared
  const own = new Set(units.filter((unit) => unit.shard === (shard?.index ?? 1)).map(unitKey))
  return { units, own, isOwn: (unit) => own.has(unitKey(unit)) }
}

/** Ways past the policies and accounts are tried where anything is: what they reach is sorted out afterwards. */
function isWanted({ kind, name }: Unit, { judged, openers }: Only): boolean {
  switch (kind) {
    case 'relation':
    case 'area':
    case 'function':
      return name in judged
    case 'climb':
      return name in judged || openers.includes(name)
    case 'privileges':
    case 'accounts':
      return Object.keys(judged).length > 0
  }
}

export const climbUnit = ({ relation, actor }: ClimbStart): Unit => ({
  kind: 'climb',
  name: relation.qualified,
  scope: actor.name,
})

/** A call takes more than a probe: it is looked what it wrote, and more calls may follow. */
const CALL = 2

/** A trial of a privilege, or less: they take hardly any time. */
const PRIVILEGE = 1

function unitsIn(
  { routines, routineFacts, relations }: Understood,
  areas: readonly Area[],
  options: ClimbOptions,
  count = (cost: () => number): number => cost(),
): readonly Costed[] {
  const plans = plansFor(options)
  const { actors } = options.population
  const units: readonly Costed[] = [
    ...relations.map((relation) => ({
      unit: { kind: 'relation' as const, name: relation.qualified },
      cost: count(() => actors.reduce((sum, actor) => sum + trialsOf(options, relation, actor), 0)),
    })),
    ...areas.map((area) => ({
      unit: areaUnit(area),
      cost: count(() => planArea(within(options, area, areas), area).length),
    })),
    ...routines.map((routine) => ({
      unit: { kind: 'function' as const, name: routine.signature },
      cost: count(() => {
        const facts = routineFacts.get(routine.oid)
        return facts && facts.reachesOut === null ? CALL * planCalls(options, routine, facts).length : 0
      }),
    })),
    { unit: PRIVILEGES, cost: count(() => PRIVILEGE * relations.length) },
    ...climbsIn(options).map((start) => ({
      unit: climbUnit(start),
      cost: count(() => climbCost(options, plans, start)),
    })),
    { unit: ACCOUNTS, cost: count(() => accountsCost(options, plans)) },
  ]
  return [...new Map(units.map((one) => [unitKey(one.unit), one])).values()]
}

/** How many trials there are of an actor on a relation. */
const trialsOf = (options: ClimbOptions, relation: Relation, actor: Actor): number =>
  asks(options, relation, actor)
    ? planActor(options, relation, options.expectationsOf(relation.oid), actor).length
    : 0
