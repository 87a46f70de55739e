import { HarnessError } from '../../errors.ts'
import type { Attempt } from '../attempt.ts'
import { outcomeText, rows as rowsText } from '../judgement.ts'
import type { Evidence, Judgement } from '../judgement.ts'
import { describeStatement } from '../statement.ts'
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
  if (outcome.kind !== 'returned' && outcome.kind !== 'affected')
    return { holds: outcome.kind === 'denied' ? false : null, expectation, observed, evidence }
  // "none" is proven by rows that are there alone, whether it is said by a number or by a negation
  const isNone = outcome.rows === 0 && (count ?? 0) === 0
  if (isNone && (attempt.control ?? 0) === 0) return nothingToReach(expectation, evidence)
  const holds = count === undefined ? outcome.rows > 0 : outcome.rows === count
  return { holds, expectation, observed, evidence }
}

export const isAttempt = (value: unknown): value is Attempt =>
  typeof value === 'object' &&
  value !== null &&
  'outcome' in value &&
  'statement' in value &&
  'session' in value
