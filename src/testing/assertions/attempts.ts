import { HarnessError } from '../../errors.ts'
import type { Attempt } from '../attempt.ts'
import { outcomeText, rows as rowsText } from '../judgement.ts'
import type { Evidence, Judgement } from '../judgement.ts'
import { describeStatement, effectsOf } from '../statement.ts'
import { byControl, judgeDenial } from './denials.ts'
import type { DenialOptions } from './denials.ts'
import { cannotTell } from './trial.ts'

/** What an attempt of a test says, as evidence. */
function evidenceOf(attempt: Attempt): Evidence {
  const { actor, statement, values, outcome, error, reproduction, session } = attempt
  const { target } = describeStatement(session.knowledge.catalog, statement)
  return {
    session,
    actor,
    statement,
    values,
    outcome,
    reproduction,
    ...(error ? { error } : {}),
    ...(target ? { relation: target.relation, command: target.command } : {}),
  }
}

/** Whether the server refused the statement. */
export async function attemptDenied(
  attempt: Attempt,
  { by, control }: DenialOptions = {},
): Promise<Judgement> {
  const evidence = evidenceOf(attempt)
  const judged = judgeDenial(evidence, 'to be denied', by)
  const { command } = evidence
  // of no row no check is made
  if (
    attempt.outcome.kind === 'affected' &&
    attempt.control === 0 &&
    (command === 'update' || command === 'insert')
  )
    return nothingToReach('to be denied', evidence)
  if (judged.holds !== null || attempt.outcome.kind !== 'denied' || !control) return judged
  const other = await control.attempt(attempt.statement, attempt.values)
  return byControl(judged, evidence, other.outcome, control.name)
}

/** Whether the statement went through and reached nothing of what it would reach without row security. */
export function attemptFiltered(attempt: Attempt): Judgement {
  const evidence = evidenceOf(attempt)
  const expectation = 'to be filtered'
  const broken = cannotTell(evidence, expectation)
  if (broken) return broken
  const { outcome, control } = attempt
  const isEmpty = (outcome.kind === 'returned' || outcome.kind === 'affected') && outcome.rows === 0
  if (!isEmpty) return { holds: false, expectation, observed: `it was ${outcomeText(evidence)}`, evidence }
  if (control !== null && control > 0)
    return { holds: true, expectation, observed: `none of ${rowsText(control)} was reached`, evidence }
  return nothingToReach(expectation, evidence)
}

const nothingToReach = (expectation: string, evidence: Evidence): Judgement => ({
  holds: null,
  expectation,
  observed: 'the statement reaches nothing where row security does not apply, either: it proves nothing',
  hint: 'Seed the rows that must stay hidden.',
  evidence,
})

/** Whether the statement reached rows; just so many where a number is given. */
export function attemptReached(attempt: Attempt, kind: 'returned' | 'affected', count?: number): Judgement {
  if (count !== undefined && (!Number.isInteger(count) || count < 0))
    throw new HarnessError('USAGE', `${String(count)} is not a number of rows`)
  const evidence = evidenceOf(attempt)
  const verb = kind === 'returned' ? 'to return' : 'to affect'
  const expectation = `${verb} ${count === undefined ? 'rows' : rowsText(count)}`
  const broken = cannotTell(evidence, expectation)
  if (broken) return broken
  const { outcome } = attempt
  const observed = `it was ${outcomeText(evidence)}`
  if (outcome.kind !== 'returned' && outcome.kind !== 'affected') {
    const isKept = outcome.kind === 'denied' && outcome.by !== 'code'
    return { holds: isKept ? false : null, expectation, observed, evidence }
  }
  const effects = effectsOf(attempt.statement)
  if (!(kind === 'affected' ? effects.writes : effects.returns))
    return otherEffect(kind, expectation, evidence)
  const reached = kind === 'returned' ? attempt.rows.length : outcome.rows
  // that there are none is proven by rows that are there alone, however it is said
  if (outcome.rows === 0 && (attempt.control ?? 0) === 0) return nothingToReach(expectation, evidence)
  return { holds: count === undefined ? reached > 0 : reached === count, expectation, observed, evidence }
}

const otherEffect = (kind: 'returned' | 'affected', expectation: string, evidence: Evidence): Judgement => ({
  holds: null,
  expectation,
  observed: kind === 'affected' ? 'the statement reads' : 'the statement writes, and returns nothing',
  hint:
    kind === 'affected'
      ? 'What is read is toReturnRows().'
      : 'Ask for rows with RETURNING, or use toAffect().',
  evidence,
})

export const isAttempt = (value: unknown): value is Attempt =>
  typeof value === 'object' &&
  value !== null &&
  'outcome' in value &&
  'statement' in value &&
  'session' in value
