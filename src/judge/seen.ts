import { FINDINGS } from '../domain/finding.ts'
import type { Relation } from '../domain/catalog.ts'
import { decidesRights } from '../domain/privileged-names.ts'
import { gotThrough } from '../domain/probe.ts'
import type { Observation, Reached } from '../domain/probe.ts'
import type { Sighting } from '../domain/fact.ts'
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
  /** where rows stand that it is about */
  readonly places?: readonly string[]
  /** it is about how the statement left them */
  readonly left?: true
  /** what was refused and should not have been */
  readonly refused?: Sighting
  /** the rows that make it a finding, where some were reached */
  readonly reached?: Reached
}

/** What was seen, with who is to blame for it. */
export function factOf(
  input: JudgeInput,
  relation: Relation,
  { expectation, actors }: Matter,
  { code, actor, evidence, observation, places, left, refused, reached }: Seen,
): Fact {
  const base = input.baseOf(relation)
  const { forged, staged } = actors.get(observation?.probe.actor ?? '') ?? {}
  const isLeak = FINDINGS[code].kind === 'leak'
  const blame = blameFor(
    input.catalog,
    relation,
    base,
    expectation.command,
    actor,
    input.definitions,
    isLeak ? undefined : (policies) => causesOf(code, policies),
  )
  const seen =
    isLeak && observation ? { ...sightingOf(observation, places ?? []), ...(left ? { left } : {}) } : refused
  return {
    code,
    subject: relation,
    ...(expectation.scope === undefined ? {} : { scope: expectation.scope }),
    blame,
    ...(seen ? { seen, candidates: blame.flatMap(({ policy }) => policy ?? []) } : {}),
    command: expectation.command,
    actor,
    evidence,
    declared: expectation.declared,
    ...(observation ? { by: observation.probe.actor } : {}),
    ...scriptIn(observation && input.reproductionOf(observation, reached)),
    ...(forged === undefined ? {} : { forged: forged.what }),
    ...(staged ? { staged: true } : {}),
    trusted: observation !== undefined && isTrusted(base, observation.probe.detail),
  }
}

/** Policies ask for what was raised, or it is kept for nothing else than to decide by it. */
const isTrusted = (base: Relation, detail: string): boolean =>
  detail.endsWith('which policies ask for') || decidesRights(base, detail.replace(/ = .*/, ''))

export const sightingOf = (
  { probe, statement, before, written }: Observation,
  places: readonly string[],
): Sighting => ({
  relation: probe.relation,
  actor: probe.actor,
  command: probe.command,
  statement,
  // where all other rows were taken away, it is about the one that was left
  places: [...places].sort((a, b) => Number(isNamedIn(before, b)) - Number(isNamedIn(before, a))),
  ...(before === undefined ? {} : { before }),
  ...(written === undefined ? {} : { written }),
})

const isNamedIn = (before: string | undefined, place: string): boolean =>
  before?.includes(`'${place}'`) ?? false

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
