import type { Part, Surface } from '../domain/fact.ts'
import type { Untested } from '../domain/report.ts'
import { climbOf } from '../domain/ascent.ts'
import { PRIVILEGES, unitKey } from '../domain/shard.ts'
import type { Unit } from '../domain/shard.ts'
import type { Fact } from './collect.ts'
import { judgeCopies } from './copies.ts'
import { judgeFunctions } from './functions.ts'
import { judgeAreas } from './areas.ts'
import { judgeAscent } from './escalation.ts'
import type { JudgeInput } from './input.ts'
import { judgePrivileges } from './privileges.ts'
import { judgeRelations } from './relations.ts'
import { judgeUnset } from './unset.ts'

/** What the judgement of one surface (relations, functions, …) gives. */
export interface Judgement {
  readonly facts: readonly Fact[]
  readonly untested: readonly Untested[]
}

/**
 * Observations held against expectations, unit by unit: what is told together is decided once all units are there.
 * Pure: the same input gives the same parts in the same order.
 */
export function judge(input: JudgeInput): readonly Part[] {
  const areas = new Set(input.areas.map(({ relation, scope }) => JSON.stringify([relation.qualified, scope])))
  const inSchema: UnitOf = (name, scope) =>
    areas.has(JSON.stringify([name, scope ?? null]))
      ? { kind: 'area', name, ...(scope === undefined ? {} : { scope }) }
      : { kind: 'relation', name }
  return [
    ...byUnit('relations', judgeRelations(input), inSchema),
    ...byUnit('copies', judgeCopies(input), inSchema),
    ...byUnit('areas', judgeAreas(input), inSchema),
    ...byUnit('functions', judgeFunctions(input), (name) => ({ kind: 'function', name })),
    ...byUnit('privileges', judgePrivileges(input), () => PRIVILEGES),
    ...byUnit('unset', judgeUnset(input), inSchema),
    ...input.ascents.map((ascent) => ({
      ...emptyPart('escalations', climbOf(ascent)),
      ascents: [judgeAscent(input, ascent)].map((facts) => ({
        ...facts,
        reached: facts.reached.map(slim),
        opening: facts.opening.map(slim),
      })),
    })),
  ]
}

type UnitOf = (name: string, scope: string | undefined) => Unit

function byUnit(surface: Surface, { facts, untested }: Judgement, unitOf: UnitOf): readonly Part[] {
  const parts = new Map<string, Part>()
  const partOf = (unit: Unit): Part => parts.get(unitKey(unit)) ?? emptyPart(surface, unit)
  for (const fact of facts) {
    const part = partOf(unitOf(fact.subject.qualified, fact.scope))
    parts.set(part.unit, { ...part, facts: [...part.facts, slim(fact)] })
  }
  for (const one of untested) {
    const part = partOf(unitOf(one.relation, one.scope))
    parts.set(part.unit, { ...part, untested: [...part.untested, one] })
  }
  return [...parts.values()]
}

const emptyPart = (surface: Surface, unit: Unit): Part => ({
  surface,
  unit: unitKey(unit),
  facts: [],
  untested: [],
  ascents: [],
})

/** Of the relation that a fact is about its names: the rest is in the catalog. */
const slim = (fact: Fact): Fact => ({
  ...fact,
  subject: { schema: fact.subject.schema, qualified: fact.subject.qualified },
})
