import type { Observation, Outcome, Reached } from '../domain/probe.ts'
import type { ServerError } from '../domain/server-error.ts'
import { classify } from './outcome.ts'
import type { Answer } from './send.ts'
import type { Trial } from './trial.ts'
import { outcomeOf, reachedByAdmission, reachedByRead, reachedByWrite } from './understand.ts'
import type { Knowledge } from './understand.ts'

/** What one trial showed. `spread`: the statement failed as a whole, so that its rows must be tried one by one. */
export interface Shown {
  readonly trial: Trial
  readonly outcome: Outcome
  readonly reached: readonly Reached[]
  readonly error?: ServerError
  readonly spread: boolean
  readonly shownToParent?: boolean
}

export function understand(trial: Trial, answer: Answer, knowledge: Knowledge): Shown {
  switch (answer.kind) {
    case 'rows': {
      const reached = reachedByRead(trial, answer.rows, knowledge)
      return { trial, reached, outcome: outcomeOf(trial, reached), spread: false }
    }
    case 'written': {
      const reached = reachedByWrite(trial, answer.after, knowledge)
      return { trial, reached, outcome: outcomeOf(trial, reached), spread: false }
    }
    case 'untouched':
      return { trial, reached: [], outcome: outcomeOf(trial, []), spread: false }
    case 'error':
      return refused(trial, answer.error, knowledge)
  }
}

function refused(trial: Trial, error: ServerError, knowledge: Knowledge): Shown {
  const { needs, target, actor } = trial
  const outcome = classify(error, { catalog: knowledge.catalog, role: actor.role, needs, base: target.base })
  const many = trial.single !== null
  // one row's error hides what would have happened to the others; privileges are refused before any row is looked at
  const spread =
    many &&
    !(outcome.kind === 'denied' && outcome.by === 'privilege') &&
    !isRecursion(error) &&
    !(trial.probe.command === 'select' && REFUSED_WHOLE.has(error.sqlstate))
  const reached = outcome.kind === 'admitted' && !many ? reachedByAdmission(trial, knowledge) : []
  return { trial, outcome, reached, error, spread }
}

/** The server gives up before it looks at any row: whatever is asked for, it will do so again. */
export const isRecursion = ({ sqlstate, where = '' }: ServerError): boolean =>
  sqlstate === '42P17' && where === ''

/** Recursion, privileges, settings, what does not exist: the statement is refused whatever rows there are. */
const REFUSED_WHOLE: ReadonlySet<string> = new Set(['42P17', '42501', '42704', '42P01', '42703', '42883'])

/** The strongest of what several trials of one probe showed: rows reached, then doubt, then refusal. */
export function merge(first: Shown, parts: readonly Shown[]): Observation {
  const all = parts.length > 0 ? parts : [first]
  const strongest = [...all].sort((a, b) => weight(b) - weight(a))[0] ?? first
  return {
    probe: first.trial.probe,
    outcome: strongest.outcome,
    reached: sum(all.flatMap(({ reached }) => reached)),
    statement: strongest.trial.statement,
    ...(strongest.trial.before === null ? {} : { before: strongest.trial.before }),
    ...(strongest.trial.payload === null ? {} : { written: strongest.trial.payload }),
    ...(strongest.error === undefined ? {} : { error: strongest.error }),
    ...(parts.length > 0 && first.error !== undefined ? { failedWhole: first.error } : {}),
    ...(all.some(({ shownToParent }) => shownToParent) ? { shownToParent: true } : {}),
  }
}

function weight({ outcome }: Shown): number {
  switch (outcome.kind) {
    case 'returned':
    case 'affected':
      return outcome.rows > 0 ? 4 : 0
    case 'admitted':
      return 3
    case 'broken':
      return 2
    case 'denied':
      return 1
  }
}

function sum(reached: readonly Reached[]): readonly Reached[] {
  const groups = new Map<string, Reached>()
  for (const one of reached) {
    const key = `${one.tie} ${one.after ?? ''}`
    const known = groups.get(key)
    groups.set(
      key,
      known
        ? {
            ...known,
            rows: known.rows + one.rows,
            places: [...new Set([...known.places, ...one.places])],
            of: [...new Set([...known.of, ...one.of])],
          }
        : one,
    )
  }
  return [...groups.values()]
}
