import type { Relation } from '../domain/catalog.ts'
import { FINDINGS } from '../domain/finding.ts'
import { tieOf } from '../domain/population.ts'
import type { Observation } from '../domain/probe.ts'
import type { Blame, Untested } from '../domain/report.ts'
import { asBypass, bypassBehind, boundBy } from './bypass.ts'
import { evidenceOf } from './collect.ts'
import type { Fact } from './collect.ts'
import { blockedStandings, brokenObservation, hasControl } from './control.ts'
import type { Matter } from './control.ts'
import { failures, refusalOf } from './failures.ts'
import { isRefusalInEffect } from './failing.ts'
import type { JudgeInput } from './input.ts'
import { controlText, factOf } from './seen.ts'
import { stubBehind } from './stubs.ts'
import { judgeObservation } from './verdict.ts'
import type { Verdict } from './verdict.ts'

interface MatterResult {
  readonly facts: readonly Fact[]
  readonly untested: readonly Untested[]
}

export function judgeMatter(input: JudgeInput, relation: Relation, given: Matter): MatterResult {
  const all = { ...given, expectation: withoutOwners(given) }
  const matter = { ...all, observations: boundBy(input, relation, all) }
  const { expectation, observations } = matter
  const whole = wholeMatter(input, relation, matter)
  const blocked = whole.some(({ kind }) => kind === 'untested')
    ? []
    : blockedStandings(matter, input.population)
  const { facts, doubts } = judgeEach(input, relation, all)
  const reasons = whole.flatMap((one) =>
    one.kind === 'untested' || (one.kind === 'control' && blocked.length === 0)
      ? [
          {
            relation: relation.qualified,
            ...scopeIn(expectation),
            command: expectation.command,
            actor: 'all' as const,
            reason: one.reason,
          },
        ]
      : [],
  )
  // without a policy there is nothing to get through: what else goes wrong on the way is told where it belongs
  const settled =
    expectation.closedBy !== null && observations.some(({ outcome }) => outcome.kind !== 'broken')
  const failed = failures(input, relation, matter, blocked)
  // where everybody gets an error, that a stranger gets one says nothing new
  const isBroken = failed.some(({ code }) => FINDINGS[code].kind === 'broken')
  const news = isBroken ? facts.filter(({ code }) => FINDINGS[code].kind !== 'broken') : facts
  return {
    facts: [...news, ...failed],
    untested: reasons.length > 0 ? reasons : settled ? [] : uniqueDoubts(doubts),
  }
}

const scopeIn = ({ scope }: Matter['expectation']): { readonly scope?: string } =>
  scope === undefined ? {} : { scope }

/** Every observation by itself: rows that were reached and should not have been, and answers that decide nothing. */
function judgeEach(
  input: JudgeInput,
  relation: Relation,
  matter: Matter,
): { readonly facts: readonly Fact[]; readonly doubts: readonly Untested[] } {
  const { expectation, observations } = matter
  const exemptions = input.exemptionsOf(relation.oid, expectation.command, expectation.scope)
  const facts: Fact[] = []
  const doubts: Untested[] = []
  for (const observation of observations) {
    const actor = matter.actors.get(observation.probe.actor)
    if (!actor || actor.purpose !== 'judged') continue
    if (
      observation.outcome.kind === 'broken' &&
      isRefusalInEffect(matter, observation, relation, input.baseOf(relation))
    ) {
      facts.push(refusalOf(input, relation, matter, observation, actor))
      continue
    }
    const bypass = bypassBehind(input, relation, actor.role)
    for (const verdict of judgeObservation(observation, expectation, actor, exemptions, input.sees)) {
      // a made-up value that the server refuses to read gets nowhere
      if (verdict.kind === 'untested' && actor.forged && observation.error?.sqlstate.startsWith('22'))
        continue
      if (verdict.kind === 'untested')
        doubts.push({
          relation: relation.qualified,
          ...scopeIn(expectation),
          command: expectation.command,
          actor: verdict.standing,
          reason: verdict.reason,
        })
      const leak = verdict.kind === 'leak' && bypass ? asBypass(verdict) : verdict
      if (leak?.kind === 'leak') facts.push(leakFact(input, relation, matter, observation, leak, bypass))
    }
  }
  return { facts, doubts }
}

function leakFact(
  input: JudgeInput,
  relation: Relation,
  matter: Matter,
  observation: Observation,
  { code, standing, reached, weak }: Extract<Verdict, { kind: 'leak' }>,
  bypass: Blame | null,
): Fact {
  const total = totalOf(matter, observation, reached.tie)
  const evidence = evidenceOf(observation, reached, matter.expectation, total, controlText(matter))
  const fact = factOf(input, relation, matter, {
    code,
    actor: standing,
    evidence,
    observation,
    places: reached.places,
    reached,
    ...(ABOUT_WHAT_IS_LEFT.has(code) ? { left: true } : {}),
  })
  if (!bypass) return { ...fact, ...(weak ? { weak } : {}) }
  const { candidates: _candidates, ...rest } = fact
  return { ...rest, ...(weak ? { weak } : {}), blame: [bypass] }
}

const ABOUT_WHAT_IS_LEFT: ReadonlySet<string> = new Set(['giveaway-leak', 'privileged-column'])

/** Where no row came out with an owner, though there is a path to one, the relation is judged as the shared one that it is. */
function withoutOwners({ expectation, rows }: Matter): Matter['expectation'] {
  const nobodys =
    expectation.scope === undefined &&
    rows.length > 0 &&
    rows.every(({ owners, tenants, authors }) => owners.length + tenants.length + authors.length === 0)
  return nobodys ? { ...expectation, shared: true } : expectation
}

type Whole = { readonly kind: 'untested' | 'control'; readonly reason: string }

/** Why nothing that was observed about a command proves anything. */
function wholeMatter(input: JudgeInput, relation: Relation, matter: Matter): readonly Whole[] {
  const { expectation } = matter
  if (expectation.closedBy !== null) return []
  if (relation.kind === 'foreign')
    return [{ kind: 'untested', reason: 'a foreign table is not probed: its rows are on another server' }]
  const stub = stubBehind(input, relation, expectation.command)
  if (stub !== undefined) return [{ kind: 'untested', reason: stub }]
  const blindSpot = unseededRead(input, relation)
  if (blindSpot)
    return [
      {
        kind: 'untested',
        reason: `its policies look into ${blindSpot.relation}, which could not be seeded: ${blindSpot.reason}`,
      },
    ]
  const unseeded = input.population.unseeded.find((one) => one.relation === input.baseOf(relation).qualified)
  if (unseeded) return [{ kind: 'untested', reason: `no rows could be seeded: ${unseeded.reason}` }]
  if (hasControl(matter) || isStoppedByRowTrigger(matter, input.baseOf(relation))) return []
  if (input.blind.includes(relation.oid))
    return [
      { kind: 'untested', reason: 'none of the seeded rows shows in the view, not even to a superuser' },
    ]
  if (relation.view === null && matter.rows.length === 0)
    return [{ kind: 'untested', reason: 'no row stands in it: what was denied proves nothing' }]
  const broken = brokenObservation(matter)
  if (broken)
    return [
      {
        kind: 'untested',
        reason: `${broken.error?.message ?? 'the server refused'} (${broken.error?.sqlstate ?? ''})`,
      },
    ]
  return [
    {
      kind: 'control',
      reason: 'a policy admits somebody, but nobody of the cast: what was denied proves nothing',
    },
  ]
}

/** A policy that looks into an empty relation shows one side of itself: what it would admit was never seen. */
function unseededRead(input: JudgeInput, relation: Relation) {
  const reads = new Set(input.policyReads.get(input.baseOf(relation).oid) ?? [])
  const names = new Set(
    input.catalog.relations.filter(({ oid }) => reads.has(oid)).map(({ qualified }) => qualified),
  )
  return input.population.unseeded.find((one) => names.has(one.relation))
}

/** A row trigger that raises has been handed the row: the policies had let its owner through (manual, "Overview of Trigger Behavior"). */
function isStoppedByRowTrigger({ expectation, observations }: Matter, base: Relation): boolean {
  const { command } = expectation
  if (command !== 'update' && command !== 'delete') return false
  if (
    base.triggers.some(
      ({ forEachRow, events, enabled }) => !forEachRow && enabled && events.includes(command),
    )
  )
    return false
  return observations.some(
    ({ probe, outcome, error }) =>
      probe.attempt === `${command} own` &&
      outcome.kind === 'broken' &&
      outcome.sqlstate.startsWith('P0') &&
      (error?.where ?? '') !== '',
  )
}

function totalOf({ rows, actors }: Matter, observation: Observation, tie: string): number {
  const actor = actors.get(observation.probe.actor)
  return actor ? rows.filter((row) => tieOf(row, actor) === tie).length : 0
}

function uniqueDoubts(doubts: readonly Untested[]): readonly Untested[] {
  return [...new Map(doubts.map((doubt) => [JSON.stringify([doubt.actor, doubt.reason]), doubt])).values()]
}
