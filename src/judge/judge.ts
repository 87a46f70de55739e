import type { Catalog, Relation } from '../domain/catalog.ts'
import type { IgnoreEntry } from '../domain/config.ts'
import type { Expectation } from '../domain/expectation.ts'
import type { Population } from '../domain/population.ts'
import { tieOf } from '../domain/population.ts'
import type { Observation } from '../domain/probe.ts'
import type { Finding, Untested } from '../domain/report.ts'
import type { Standing } from '../domain/vocabulary.ts'
import type { Definition } from './blame.ts'
import { evidenceOf, toFinding } from './collect.ts'
import type { CollectContext, Fact } from './collect.ts'
import { blockedStandings, brokenObservation, hasControl } from './control.ts'
import type { Matter } from './control.ts'
import { applyIgnores } from './ignore.ts'
import { isMigrationTable, staticFinding } from './static.ts'
import { judgeObservation } from './verdict.ts'
import type { Exemptions, Sight } from './verdict.ts'

export interface Judged {
  readonly findings: readonly Finding[]
  readonly untested: readonly Untested[]
  readonly notices: readonly string[]
}

export interface JudgeInput {
  readonly catalog: Catalog
  readonly population: Population
  readonly relations: readonly Relation[]
  readonly expectations: readonly Expectation[]
  readonly observations: readonly Observation[]
  /** views in which not even the superuser sees anything that was seeded */
  readonly blind: readonly number[]
  readonly exemptions: ReadonlyMap<number, Exemptions>
  readonly definitions: readonly Definition[]
  readonly served?: readonly string[]
  readonly baseOf: (relation: Relation) => Relation
  readonly sees: Sight
  readonly ignore: readonly IgnoreEntry[]
  /** ISO date */
  readonly today: string
  /** the psql script of an observation */
  readonly reproductionOf: (observation: Observation) => string
}

/** Observations held against expectations. Pure: the same input gives the same findings in the same order. */
export function judge(input: JudgeInput): Judged {
  const actors = new Map(input.population.actors.map((actor) => [actor.name, actor]))
  const facts: Fact[] = []
  const untested: Untested[] = []
  for (const relation of input.relations) {
    const code = staticFinding(input.catalog, relation)
    if (code)
      facts.push({
        code,
        relation,
        base: relation,
        command: 'select',
        declared: false,
        evidence: staticEvidence(relation),
      })
    if (isMigrationTable(relation)) continue
    for (const expectation of input.expectations.filter((one) => one.relation === relation.oid)) {
      const observations = input.observations.filter(
        ({ probe }) => probe.relation === relation.oid && probe.command === expectation.command,
      )
      const rows = input.population.rows.get(input.baseOf(relation).oid) ?? []
      const result = judgeMatter(input, relation, { expectation, observations, rows, actors })
      facts.push(...result.facts)
      untested.push(...result.untested)
    }
  }
  const plain = withoutObvious(deduplicate(withoutEchoes(facts)))
  const context: CollectContext = {
    catalog: input.catalog,
    definitions: input.definitions,
    ...(input.served ? { served: input.served } : {}),
  }
  const findings = plain.map((fact) => toFinding(fact, context))
  return { ...applyIgnores(findings, input.ignore, input.today), untested }
}

function staticEvidence(relation: Relation): string {
  const holders = relation.privileges.filter(
    ({ role, relation: granted }) => role !== 'service_role' && granted.length > 0,
  )
  return holders.map(({ role, relation: granted }) => `${role} has ${granted.join(', ')}`).join('; ')
}

interface MatterResult {
  readonly facts: readonly Fact[]
  readonly untested: readonly Untested[]
}

function judgeMatter(input: JudgeInput, relation: Relation, matter: Matter): MatterResult {
  const { expectation, observations } = matter
  const { command } = expectation
  const base = input.baseOf(relation)
  const fact = (code: Fact['code'], actor: Standing, evidence: string, observation?: Observation): Fact => ({
    code,
    relation,
    base,
    command,
    actor,
    evidence,
    declared: expectation.declared,
    ...(observation ? { by: observation.probe.actor } : {}),
    ...(observation ? { reproduction: input.reproductionOf(observation) } : {}),
    trusted: observation?.probe.detail.endsWith('which policies ask for') ?? false,
  })
  const exemptions = input.exemptions.get(relation.oid) ?? new Map()
  const facts: Fact[] = []
  const doubts: Untested[] = []
  for (const observation of observations) {
    const actor = matter.actors.get(observation.probe.actor)
    if (!actor || actor.purpose !== 'judged') continue
    for (const verdict of judgeObservation(observation, expectation, actor, exemptions, input.sees)) {
      if (verdict.kind === 'leak')
        facts.push(
          fact(
            verdict.code,
            verdict.standing,
            evidenceOf(
              observation,
              verdict.reached,
              expectation,
              totalOf(matter, observation, verdict.reached.tie),
            ),
            observation,
          ),
        )
      if (verdict.kind === 'untested')
        doubts.push({
          relation: relation.qualified,
          command,
          actor: verdict.standing,
          reason: verdict.reason,
        })
    }
  }
  const whole = wholeMatter(input, relation, matter)
  const blocked = whole.some(({ kind }) => kind === 'untested')
    ? []
    : blockedStandings(matter, input.population)
  const broken = brokenObservation(matter)
  if (broken && expectation.admits)
    facts.push(
      fact(
        'broken-policy',
        'own',
        `${broken.probe.actor}: ${broken.probe.attempt}: ${broken.error?.message ?? ''} (${broken.error?.sqlstate ?? ''})`,
        broken,
      ),
    )
  else
    facts.push(
      ...blocked.map((standing) =>
        fact(
          command === 'select' ? 'read-overblock' : 'write-overblock',
          standing,
          blockedEvidence(matter, standing),
        ),
      ),
    )
  const reasons = whole.flatMap((one) =>
    one.kind === 'untested' || (one.kind === 'control' && blocked.length === 0)
      ? [{ relation: relation.qualified, command, actor: 'all' as const, reason: one.reason }]
      : [],
  )
  // without a policy there is nothing to get through: what else goes wrong on the way is told where it belongs
  const settled =
    expectation.closedBy !== null && observations.some(({ outcome }) => outcome.kind !== 'broken')
  return { facts, untested: reasons.length > 0 ? reasons : settled ? [] : uniqueDoubts(doubts) }
}

type Whole = { readonly kind: 'untested' | 'control'; readonly reason: string }

/** Why nothing that was observed about a command proves anything. */
function wholeMatter(input: JudgeInput, relation: Relation, matter: Matter): readonly Whole[] {
  const { expectation } = matter
  if (expectation.closedBy !== null) return []
  if (relation.kind === 'foreign')
    return [{ kind: 'untested', reason: 'a foreign table is not probed: its rows are on another server' }]
  const unseeded = input.population.unseeded.find((one) => one.relation === input.baseOf(relation).qualified)
  if (unseeded) return [{ kind: 'untested', reason: `no rows could be seeded: ${unseeded.reason}` }]
  if (input.blind.includes(relation.oid))
    return [
      { kind: 'untested', reason: 'none of the seeded rows shows in the view, not even to a superuser' },
    ]
  if (hasControl(matter)) return []
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

function totalOf({ rows, actors }: Matter, observation: Observation, tie: string): number {
  const actor = actors.get(observation.probe.actor)
  return actor ? rows.filter((row) => tieOf(row, actor) === tie).length : 0
}

function blockedEvidence({ expectation, observations, actors }: Matter, standing: Standing): string {
  if (expectation.closedBy !== null)
    return `${expectation.closedBy}; expected: ${expectation.lower}, ${expectation.why}`
  const tried = observations.filter(({ probe }) => {
    const actor = actors.get(probe.actor)
    return (
      actor?.purpose === 'judged' &&
      (standing === 'anon') === (actor.role === 'anon') &&
      (standing !== 'own' || /read|own$/.test(probe.attempt))
    )
  })
  const [first] = tried
  const answer = first?.error ? `${first.error.message} (${first.error.sqlstate})` : '0 rows'
  return `${[...new Set(tried.map(({ probe }) => probe.actor))].slice(0, 3).join(', ')}: ${first?.probe.attempt ?? expectation.command}: ${answer}; expected: ${expectation.lower}, ${expectation.why}`
}

function uniqueDoubts(doubts: readonly Untested[]): readonly Untested[] {
  return [...new Map(doubts.map((doubt) => [JSON.stringify([doubt.actor, doubt.reason]), doubt])).values()]
}

/** One finding per code, relation, command and standing: the first observation is its evidence. */
function deduplicate(facts: readonly Fact[]): readonly Fact[] {
  return [
    ...new Map(
      [...facts]
        .reverse()
        .map((fact) => [[fact.code, fact.relation.oid, fact.command, fact.actor].join(' '), fact]),
    ).values(),
  ].reverse()
}

/** Who can change any row can also hand it on: where an update leaks, a giveaway by the same people says nothing new. */
function withoutObvious(facts: readonly Fact[]): readonly Fact[] {
  return facts.filter(
    (fact) =>
      fact.code !== 'giveaway-leak' ||
      !facts.some(
        (other) =>
          other.code === 'update-leak' && other.relation === fact.relation && other.actor === fact.actor,
      ),
  )
}

/** What anybody without a session can do, a session without a user can do, too: that is no news about those who sign in. */
function withoutEchoes(facts: readonly Fact[]): readonly Fact[] {
  return facts.filter(
    (fact) =>
      fact.by !== 'no-sub' ||
      !facts.some(
        (other) =>
          other.actor === 'anon' && other.relation === fact.relation && other.command === fact.command,
      ),
  )
}
