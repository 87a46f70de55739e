import type { Relation } from '../domain/catalog.ts'
import { standingOf, tieOf } from '../domain/population.ts'
import type { Actor } from '../domain/population.ts'
import type { Observation } from '../domain/probe.ts'
import type { Standing } from '../domain/vocabulary.ts'
import type { Fact } from './collect.ts'
import { brokenObservation, unseenWrite } from './control.ts'
import type { Matter } from './control.ts'
import { errorOf, failureCode } from './failing.ts'
import type { JudgeInput } from './input.ts'
import { controlText, factOf, sightingOf } from './seen.ts'
import type { Seen } from './seen.ts'
import { aimOf } from './verdict.ts'

/** Policies that raise an error where they should say no. */
export function refusalOf(
  input: JudgeInput,
  relation: Relation,
  matter: Matter,
  observation: Observation,
  actor: Actor,
): Fact {
  const seen = {
    code: failureCode(observation),
    actor: standingOf(aimOf(observation), actor),
    evidence: `${failureText(observation)}; nothing came out${controlText(matter)}`,
    observation,
  }
  return { ...factOf(input, relation, matter, seen), weak: true }
}

function failureText(observation: Observation): string {
  const { actor, attempt } = observation.probe
  const error = errorOf(observation)
  return `${actor}: ${attempt}: ${error?.message ?? ''} (${error?.sqlstate ?? ''})`
}

/** The command as a whole: policies that cannot be evaluated, or that keep those out who should get through. */
export function failures(
  input: JudgeInput,
  relation: Relation,
  matter: Matter,
  blocked: readonly Standing[],
): readonly Fact[] {
  const { command, admits } = matter.expectation
  const broken = brokenObservation(matter)
  if (broken && admits) {
    const seen = { code: failureCode(broken), actor: 'own', evidence: failureText(broken) } as const
    return [factOf(input, relation, matter, { ...seen, observation: broken })]
  }
  const code = command === 'select' ? 'read-overblock' : 'write-overblock'
  const unseen = blocked.length === 0 ? unseenWrite(matter) : undefined
  return [
    ...blocked.map((actor) =>
      factOf(input, relation, matter, {
        code,
        actor,
        evidence: blockedEvidence(matter, actor),
        ...refusedBy(matter, actor),
      }),
    ),
    ...(unseen
      ? [
          factOf(input, relation, matter, {
            code: 'unseen-write',
            actor: 'own',
            evidence: `${unseen.probe.actor}: ${unseen.probe.attempt}: 0 rows; without WHERE the same rows are reached`,
            observation: unseen,
            refused: { ...sightingOf(unseen, ownPlaces(matter, unseen)), refused: true },
          }),
        ]
      : []),
  ]
}

function blockedEvidence(matter: Matter, standing: Standing): string {
  const { expectation } = matter
  if (expectation.closedBy !== null)
    return `${expectation.closedBy}; expected: ${expectation.lower}, ${expectation.why}`
  const tried = triedAs(matter, standing)
  const [first] = tried
  const answer = first?.error ? `${first.error.message} (${first.error.sqlstate})` : '0 rows'
  return `${[...new Set(tried.map(({ probe }) => probe.actor))].slice(0, 3).join(', ')}: ${first?.probe.attempt ?? expectation.command}: ${answer}; expected: ${expectation.lower}, ${expectation.why}`
}

/** Attempts of those who should have got through. */
function triedAs({ observations, actors }: Matter, standing: Standing): readonly Observation[] {
  return observations.filter(({ probe }) => {
    const actor = actors.get(probe.actor)
    return (
      actor?.purpose === 'judged' &&
      (standing === 'anon') === (actor.role === 'anon') &&
      (standing !== 'own' || /read|own$/.test(probe.attempt))
    )
  })
}

/** One of them, with a row that should have been reached. */
function refusedBy(matter: Matter, standing: Standing): Pick<Seen, 'refused'> {
  for (const one of triedAs(matter, standing)) {
    const actor = matter.actors.get(one.probe.actor)
    const row = actor && matter.rows.find((at) => standingOf(tieOf(at, actor), actor) === standing)
    if (row || one.written) return { refused: { ...sightingOf(one, row ? [row.place] : []), refused: true } }
  }
  return {}
}

function ownPlaces({ rows, actors }: Matter, { probe }: Observation): readonly string[] {
  const actor = actors.get(probe.actor)
  return actor ? rows.filter((row) => tieOf(row, actor) === 'own').map(({ place }) => place) : []
}
