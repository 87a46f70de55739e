import type { CallObservation } from './domain/call.ts'
import type { Observation, Outcome } from './domain/probe.ts'

/** Whose the rows are that a call reached is a matter of judgement: the columns of ties stay empty. */
export const callRow = (
  { actor, attempt, of, outcome }: CallObservation,
  signature: string,
): readonly unknown[] => [
  signature,
  'execute',
  actor,
  attempt,
  of ?? '',
  outcomeText(outcome),
  null,
  null,
  null,
  null,
  null,
]

export function probeRow({ probe, outcome, reached }: Observation, relation: string): readonly unknown[] {
  const rows = (tie: string): number =>
    reached.filter((one) => one.tie === tie).reduce((sum, one) => sum + one.rows, 0)
  return [
    relation,
    probe.command,
    probe.actor,
    probe.attempt,
    probe.detail,
    outcomeText(outcome),
    rows('own'),
    rows('team'),
    rows('foreign'),
    rows('unowned'),
    probe.scope ?? null,
  ]
}

function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'returned':
    case 'affected':
      return `${outcome.kind} ${outcome.rows}`
    case 'denied':
      return `denied by ${outcome.by}`
    case 'admitted':
      return `admitted, then ${outcome.thenFailedWith}`
    case 'broken':
      return `broken: ${outcome.sqlstate} ${outcome.message}`
  }
}
