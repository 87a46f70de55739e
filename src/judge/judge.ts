import type { Finding, Untested } from '../domain/report.ts'
import { toFinding } from './collect.ts'
import type { Fact } from './collect.ts'
import { judgeCopies } from './copies.ts'
import { judgeFunctions } from './functions.ts'
import { judgeAreas } from './areas.ts'
import { judgeEscalations } from './escalation.ts'
import { deduplicate, withForgeries, withoutEchoes, withoutObvious } from './facts.ts'
import { applyIgnores } from './ignore.ts'
import type { JudgeInput } from './input.ts'
import { judgePrivileges } from './privileges.ts'
import { judgeRelations } from './relations.ts'
import { judgeUnset } from './unset.ts'

export interface Judged {
  readonly findings: readonly Finding[]
  readonly untested: readonly Untested[]
  readonly notices: readonly string[]
}

/** What the judgement of one surface (relations, functions, …) gives. */
export interface Part {
  readonly facts: readonly Fact[]
  readonly untested: readonly Untested[]
}

/** Observations held against expectations. Pure: the same input gives the same findings in the same order. */
export function judge(input: JudgeInput): Judged {
  const relations = judgeRelations(input)
  const parts: readonly Part[] = [
    relations,
    judgeCopies(input),
    judgeAreas(input),
    judgeFunctions(input),
    judgePrivileges(input),
    judgeUnset(input),
    judgeEscalations(input, relations.facts),
  ]
  const told = withForgeries(
    parts.flatMap(({ facts }) => facts),
    input.population.actors,
  )
  const plain = withoutObvious(deduplicate(withoutEchoes(told)))
  const findings = plain.map((fact) => toFinding(fact, input.served))
  return {
    ...applyIgnores(findings, input.ignore, input.today),
    untested: parts.flatMap(({ untested }) => untested),
  }
}
