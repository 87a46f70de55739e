import type { Expectation } from '../domain/expectation.ts'
import { standingOf } from '../domain/population.ts'
import type { Actor, Population, SeededRow } from '../domain/population.ts'
import { tieOf } from '../domain/population.ts'
import { gotThrough } from '../domain/probe.ts'
import type { Attempt, Observation } from '../domain/probe.ts'
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
    if (actor === undefined || !gotThrough(one) || !isPlain(one.probe.attempt)) return false
    // who makes a row need not own it: a document of the tenant is as good
    if (standing === 'own' && one.probe.attempt === 'insert own')
      return one.reached.some(({ tie }) => tie !== 'foreign')
    return one.reached.some(({ tie, rows }) => rows > 0 && standingOf(tie, actor) === standing)
  })
}

/** Handing a row on is no proof that it can be kept. */
const isPlain = (attempt: Attempt): boolean => attempt !== 'give away'

/** An attempt at own rows that found none, where the same actor reaches them as long as nothing is read. */
export function unseenWrite({ observations, actors, expectation }: Matter): Observation | undefined {
  const { command } = expectation
  if (command !== 'update' && command !== 'delete') return undefined
  const ownBy = (attempt: Attempt): readonly Observation[] =>
    observations.filter(
      ({ probe }) => probe.attempt === attempt && actors.get(probe.actor)?.purpose === 'judged',
    )
  const reachesOwn = (one: Observation): boolean =>
    gotThrough(one) && one.reached.some(({ tie, rows }) => tie === 'own' && rows > 0)
  const seen = ownBy(`${command} own`)
  if (seen.length === 0 || seen.some(gotThrough)) return undefined
  const unseen = new Set(
    ownBy(`${command} unseen`)
      .filter(reachesOwn)
      .map(({ probe }) => probe.actor),
  )
  return seen.find(({ probe, outcome }) => outcome.kind === 'affected' && unseen.has(probe.actor))
}

/** Where the server answers everybody with errors, the first of them: the policies could not be evaluated. */
export function brokenObservation(matter: Matter): Observation | undefined {
  const { observations, expectation } = matter
  if (expectation.command === 'select') {
    // a row may come out by itself, but whoever asks for more than one gets an error
    const whole = observations.filter(({ failedWhole }) => failedWhole === undefined)
    return hasControl({ ...matter, observations: whole }) ? undefined : firstBroken(matter)
  }
  return hasControl(matter) ? undefined : firstBroken(matter)
}

/** What a session without a subject, or with made-up claims, is answered says little where proper ones are answered without an error. */
function firstBroken({ observations, actors }: Matter): Observation | undefined {
  const proper = observations.filter(({ probe }) => {
    const actor = actors.get(probe.actor)
    return actor !== undefined && actor.forged === undefined && (actor.user !== null || actor.role === 'anon')
  })
  return proper.some(({ probe }) => actors.get(probe.actor)?.user !== null)
    ? proper.find(isBroken)
    : observations.find(isBroken)
}

const isBroken = ({ outcome, failedWhole }: Observation): boolean =>
  outcome.kind === 'broken' || failedWhole !== undefined
