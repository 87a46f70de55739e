import { FINDINGS } from '../domain/finding.ts'
import type { Relation } from '../domain/catalog.ts'
import { gotThrough } from '../domain/probe.ts'
import type { Observation, Reached } from '../domain/probe.ts'
import type { Standing } from '../domain/vocabulary.ts'
import { blameFor } from './blame.ts'
import { scriptIn } from './collect.ts'
import type { Fact } from './collect.ts'
import type { Matter } from './control.ts'
import { causesOf } from './failing.ts'
import type { JudgeInput } from './input.ts'

/** What was seen of a matter, before it is known whom to blame. */
export interface Seen {
  readonly code: Fact['code']
  readonly actor: Standing
  readonly evidence: string
  readonly observation?: Observation
  /** the rows that make it a finding, where some were reached */
  readonly reached?: Reached
}

/** What was seen, with who is to blame for it. */
export function factOf(
  input: JudgeInput,
  relation: Relation,
  { expectation }: Matter,
  { code, actor, evidence, observation, reached }: Seen,
): Fact {
  const base = input.baseOf(relation)
  return {
    code,
    subject: relation,
    ...(expectation.scope === undefined ? {} : { scope: expectation.scope }),
    blame: blameFor(
      input.catalog,
      relation,
      base,
      expectation.command,
      actor,
      input.definitions,
      FINDINGS[code].kind === 'leak' ? undefined : (policies) => causesOf(code, policies),
    ),
    command: expectation.command,
    actor,
    evidence,
    declared: expectation.declared,
    ...(observation ? { by: observation.probe.actor } : {}),
    ...scriptIn(observation && input.reproductionOf(observation, reached)),
    trusted: observation?.probe.detail.endsWith('which policies ask for') ?? false,
  }
}

/** Who got at rows of the same kind rightly: by that the rows are known to have been there. */
export function controlText({ observations, actors }: Matter): string {
  for (const one of observations) {
    const actor = actors.get(one.probe.actor)
    const own = one.reached.find(({ tie }) => tie === 'own')
    if (actor?.purpose === 'judged' && gotThrough(one) && own)
      return ` (control: ${actor.name} reached ${own.rows} own)`
  }
  return ''
}
