import type { Relation } from '../domain/catalog.ts'
import type { Ascent, Reach } from '../domain/ascent.ts'
import type { Expectation } from '../domain/expectation.ts'
import { FINDINGS } from '../domain/finding.ts'
import { standingOf } from '../domain/population.ts'
import { includes } from '../domain/vocabulary.ts'
import type { Command, Standing } from '../domain/vocabulary.ts'
import { blameFor, placeOf } from './blame.ts'
import type { AscentFacts, Fact, Subject } from '../domain/fact.ts'
import { scriptIn } from './collect.ts'
import type { JudgeInput } from './input.ts'
import { upperFor } from './verdict.ts'

/**
 * What actors opened for themselves, as far as each ascent tells by itself: the relations that came within reach and the
 * step that opened them.
 */
export function judgeAscent(input: JudgeInput, ascent: Ascent): AscentFacts {
  return {
    steps: ascent.steps,
    trespass: isTrespass(input, ascent),
    rights: ascent.rights,
    reached: ascent.reaches.flatMap((reach) => reachedFact(input, ascent, reach) ?? []),
    opening: stepFact(input, ascent),
  }
}

/**
 * Reported are the relations that came within reach and, where it is no finding by itself, the step that opened them.
 * `plain`: what single statements were found to reach.
 */
export function newsOf(ascent: AscentFacts, plain: readonly Fact[]): readonly Fact[] {
  const leaks = plain.filter((fact) => isLeak(fact) && !fact.staged)
  const leaking = ascent.steps.some((step) =>
    leaks.some(({ subject, command }) => subject.qualified === step.relation && command === step.command),
  )
  if (!leaking && !ascent.trespass) return []
  const reached = ascent.reached.filter(
    ({ subject, command, actor }) =>
      !leaks.some(
        (fact) =>
          fact.subject.qualified === subject.qualified && fact.command === command && fact.actor === actor,
      ),
  )
  const counts = reached.length > 0 || ascent.rights
  return leaking || !counts ? reached : [...reached, ...ascent.opening]
}

const isLeak = ({ code }: Fact): boolean =>
  FINDINGS[code].kind === 'leak' && FINDINGS[code].severity !== 'note'

/** Whether an opening is one that nobody granted. */
function isTrespass(input: JudgeInput, { kind, names, free, actor }: Ascent): boolean {
  switch (kind) {
    case 'raise':
    case 'revival':
    case 'approval':
    case 'account':
      return true
    // a row that concerns nobody else registers its maker as something; what that opens was open to everybody
    case 'probed':
    case 'grant':
      return (
        !free &&
        (names.length === 0 || names.some(({ relation, place }) => !input.sees(actor.name, relation, place)))
      )
  }
}

function reachedFact(input: JudgeInput, ascent: Ascent, reach: Reach): Fact | undefined {
  const { actor } = ascent
  const relation = input.relations.find(({ oid }) => oid === reach.relation)
  const expectation = input.expectations.find(
    (one) => one.relation === reach.relation && one.command === reach.command && one.scope === undefined,
  )
  if (!relation || !expectation) return undefined
  const standing = standingOf(reach.reached.tie, actor)
  if (!isOutside(input, expectation, reach, standing)) return undefined
  return {
    ...common(ascent, relation, reach.command, standing),
    evidence: `${actor.name}: ${stepsText(ascent)} (${ascent.detail}), then ${reach.command} reached ${reach.reached.rows} row${reach.reached.rows === 1 ? '' : 's'}${ofText(reach)} that ${reach.reached.rows === 1 ? 'was' : 'were'} out of reach before; allowed: ${expectation.upper}, ${expectation.why}`,
    blame: blameFor(
      input.catalog,
      relation,
      input.baseOf(relation),
      reach.command,
      standing,
      input.definitions,
    ),
    ...scriptIn(input.reproductionOfAscent(ascent, reach)),
  }
}

function isOutside(
  input: JudgeInput,
  expectation: Expectation,
  { relation, reached }: Reach,
  standing: Standing,
): boolean {
  if (reached.tie === 'own') return false
  if (reached.tie === 'unowned' && !expectation.shared) return false
  // whether colleagues see each other's people is a matter of taste until somebody says so
  if (standing === 'team' && !expectation.declared && expectation.people) return false
  return !includes(
    upperFor(reached, expectation, input.exemptionsOf(relation, expectation.command, expectation.scope)),
    standing,
  )
}

/** The statement that opened it, where nothing else says that it should not have got through. */
function stepFact(input: JudgeInput, ascent: Ascent): readonly Fact[] {
  const { actor } = ascent
  const step = ascent.steps.at(-1)
  const relation = input.catalog.relations.find(({ qualified }) => qualified === step?.relation)
  if (!step || !relation || !isCommand(step.command)) return []
  // whose the row is that was written: a new one stands where it was put, a changed one was the own before
  const standing: Standing = step.command === 'insert' && ascent.kind !== 'account' ? 'foreign' : 'own'
  const opened = [...new Set(openedBy(input, ascent))]
  return [
    {
      ...common(ascent, relation, step.command, standing),
      evidence: `${actor.name}: ${stepsText(ascent)} (${ascent.detail}) opened ${opened.slice(0, 4).join(', ')}${opened.length > 4 ? ` and ${opened.length - 4} more` : ''}`,
      blame: blameOf(input, ascent, relation, step.command, standing),
      ...scriptIn(input.reproductionOfAscent(ascent)),
    },
  ]
}

function openedBy(input: JudgeInput, { reaches }: Ascent): readonly string[] {
  return reaches.flatMap(({ relation, command }) => {
    const found = input.relations.find(({ oid }) => oid === relation)
    return found ? [`${found.qualified} (${command})`] : []
  })
}

/** Accounts are written by the auth service: what believes them is a trigger. */
function blameOf(
  input: JudgeInput,
  { kind }: Ascent,
  relation: Relation,
  command: Command,
  standing: Standing,
): Fact['blame'] {
  if (kind !== 'account')
    return blameFor(input.catalog, relation, input.baseOf(relation), command, standing, input.definitions)
  return relation.triggers
    .filter(({ enabled, events }) => enabled && events.some((event) => event === command))
    .map(({ name, functionName }) => ({
      statement: `trigger ${name} runs ${functionName}, which believes raw_user_meta_data`,
      ...placeOf(input.definitions, 'function', `${functionName}()`),
    }))
}

const isCommand = (command: string): command is Command =>
  ['select', 'insert', 'update', 'delete'].includes(command)

function common(
  { steps, actor: who }: Ascent,
  relation: Relation,
  command: Command,
  actor: Standing,
): Omit<Fact, 'evidence' | 'blame'> & { readonly subject: Subject } {
  return { code: 'escalation', subject: relation, command, actor, steps, by: who.name, declared: false }
}

const stepsText = ({ steps }: Ascent): string =>
  steps.map(({ command, relation }) => `${command} on ${relation}`).join(', then ')

const ofText = ({ reached: { of } }: Reach): string => (of.length > 0 ? ` of ${of.join(', ')}` : '')
