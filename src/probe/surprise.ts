import { isRecursion } from './observe.ts'
import type { Shown } from './observe.ts'

/**
 * What a verdict may be built on: rows that are not the actor's, an own row out of reach, an error that is no refusal.
 * Seen in a transaction that trials share, it counts once it was seen alone.
 */
export function isSurprising({ trial, outcome, reached, error }: Shown): boolean {
  if (outcome.kind === 'broken') return !(error && isRecursion(error))
  if (reached.some(({ tie, after }) => tie === 'foreign' || after === 'foreign')) return true
  return trial.probe.attempt.endsWith(' own') && isKeptOut(outcome)
}

const isKeptOut = (outcome: Shown['outcome']): boolean =>
  outcome.kind === 'denied' ? outcome.by !== 'privilege' : outcome.kind === 'affected' && outcome.rows === 0
