import type { Expectation } from '../domain/expectation.ts'
import { standingOf } from '../domain/population.ts'
import type { Actor, Population, SeededRow } from '../domain/population.ts'
import { tieOf } from '../domain/population.ts'
import { gotThrough } from '../domain/probe.ts'
import type { Observation } from '../domain/probe.ts'
import { STANDINGS, includes } from '../domain/vocabulary.ts'
import type { Standing } from '../domain/vocabulary.ts'

/** Everything observed about one command on one relation. */
export interface Matter {
  readonly expectation: Expectation
  readonly observations: readonly Observation[]
  readonly rows: readonly SeededRow[]
  readonly actors: ReadonlyMap<string, Actor>
}

/** Whether anybody of the cast got through: without that, refusals prove nothing. */
export function hasControl({ observations }: Matter): boolean {
  return observations.some((one) => gotThrough(one) && one.reached.some(({ rows }) => rows > 0))
}

/** Standings that must get through and did not, although rows and actors of that standing were there. */
export function blockedStandings(matter: Matter, population: Population): readonly Standing[] {
  const { expectation } = matter
  if (
    expectation.lower === 'nobody' ||
    expectation.closedBy?.startsWith('the view') ||
    expectation.closedBy?.startsWith('a materialized')
  )
    return []
  return STANDINGS.filter(
    (standing) =>
      includes(expectation.lower, standing) &&
      wasTried(matter, population, standing) &&
      !passed(matter, standing),
  )
}

function wasTried(
  { rows, observations, actors, expectation }: Matter,
  population: Population,
  standing: Standing,
): boolean {
  const tried = observations.some(
    ({ probe }) => aimsAt(probe.attempt, standing) && judgedStanding(actors.get(probe.actor), standing),
  )
  // nobody inserts a team mate's row: whoever inserts one makes it an own one
  if (expectation.command === 'insert')
    return standing !== 'team' && (tried || (expectation.closedBy !== null && standing === 'own'))
  const exists = population.actors.some(
    (actor) =>
      actor.purpose === 'judged' && rows.some((row) => standingOf(tieOf(row, actor), actor) === standing),
  )
  return exists && (tried || expectation.closedBy !== null)
}

function judgedStanding(actor: Actor | undefined, standing: Standing): boolean {
  if (!actor || actor.purpose !== 'judged') return false
  return standing === 'anon' ? actor.role === 'anon' : actor.role !== 'anon' && actor.user !== null
}

function aimsAt(attempt: string, standing: Standing): boolean {
  if (attempt === 'read') return true
  return standing === 'own' ? /own$/.test(attempt) : /others|unowned|unseen/.test(attempt)
}

function passed({ observations, actors }: Matter, standing: Standing): boolean {
  return observations.some((one) => {
    const actor = actors.get(one.probe.actor)
    if (actor === undefined || !gotThrough(one)) return false
    // who makes a row need not own it: a document of the tenant is as good
    if (standing === 'own' && one.probe.attempt === 'insert own')
      return one.reached.some(({ tie }) => tie !== 'foreign')
    return one.reached.some(({ tie, rows }) => rows > 0 && standingOf(tie, actor) === standing)
  })
}

/** Where nobody gets through and the server answers with errors, the first of them: the policies could not be evaluated. */
export function brokenObservation(matter: Matter): Observation | undefined {
  if (hasControl(matter)) return undefined
  return matter.observations.find(({ outcome }) => outcome.kind === 'broken')
}
