import type { Expectation } from '../domain/expectation.ts'
import type { FindingCode } from '../domain/finding.ts'
import { standingOf } from '../domain/population.ts'
import type { Actor } from '../domain/population.ts'
import type { Observation, Reached } from '../domain/probe.ts'
import type { Audience, Command, Standing } from '../domain/vocabulary.ts'
import { includes, widest } from '../domain/vocabulary.ts'

/** What an observation means, held against what is expected. */
export type Verdict =
  | { readonly kind: 'pass' }
  | {
      readonly kind: 'leak'
      readonly code: FindingCode
      readonly standing: Standing
      readonly reached: Reached
      /** proven, but hardly anybody will notice: a warning */
      readonly weak?: boolean
    }
  | { readonly kind: 'untested'; readonly standing: Standing; readonly reason: string }

type Leak = Extract<Verdict, { readonly kind: 'leak' }>

/** Rows for which the configuration names a wider audience, by place. */
export type Exemptions = ReadonlyMap<string, Audience>

/** Of a command on a relation, or on a part of it: what is open to everybody to read may be closed to change. */
export type ExemptionsOf = (relation: number, command: Command, scope?: string) => Exemptions

/** Whether an actor was seen to read a row. */
export type Sight = (actor: string, relation: number, place: string) => boolean

/** Verdicts of one observation: one per group of rows that it reached and should not have. Pure. */
export function judgeObservation(
  observation: Observation,
  expectation: Expectation,
  actor: Actor,
  exemptions: Exemptions,
  sees: Sight,
): readonly Verdict[] {
  const { outcome } = observation
  if (outcome.kind === 'broken')
    return [
      {
        kind: 'untested',
        standing: standingOf(aimOf(observation), actor),
        reason: `${observation.probe.attempt}: ${outcome.message} (${outcome.sqlstate})`,
      },
    ]
  const leaks = observation.reached.flatMap(
    (reached) => leakOf(observation, reached, expectation, actor, exemptions, sees) ?? [],
  )
  return leaks.length > 0 ? leaks : [{ kind: 'pass' }]
}

/** The tie of the rows that an attempt aims at. */
export function aimOf({ probe: { attempt } }: Observation): Reached['tie'] {
  return /own$|own rights$/.test(attempt) ? 'own' : 'foreign'
}

function leakOf(
  observation: Observation,
  reached: Reached,
  expectation: Expectation,
  actor: Actor,
  exemptions: Exemptions,
  sees: Sight,
): Verdict | undefined {
  const { command, attempt, below } = observation.probe
  const leak = (code: FindingCode, standing: Standing): Leak => ({ kind: 'leak', code, standing, reached })
  const standing = standingOf(reached.tie, actor)
  // among rows that have owners one without is a case of its own: it has no victim, but hardly anybody means it to be open
  if (reached.tie === 'unowned' && !expectation.shared)
    return unownedLeak(
      command,
      { ...expectation, upper: upperFor(reached, expectation, exemptions) },
      standing,
      leak,
    )
  if (attempt === 'raise own rights' && reached.tie === 'own') return leak('privileged-column', 'own')
  if (
    below &&
    command === 'insert' &&
    reached.tie === 'foreign' &&
    sees(actor.name, below.relation, below.place)
  )
    return undefined
  // hung below a row of somebody else that the actor is not shown, and shown to that somebody
  if (
    below &&
    (command === 'insert' || reached.tie === 'own' || reached.tie === 'team') &&
    !sees(actor.name, below.relation, below.place)
  )
    return {
      ...leak(command === 'insert' ? 'insert-leak' : 'giveaway-leak', standingOf('foreign', actor)),
      weak: !observation.shownToParent,
    }
  const ours = reached.tie === 'own' || (reached.tie === 'team' && attempt === 'give away')
  if (command === 'update' && ours && isStranger(reached.after))
    return leak('giveaway-leak', standingOf('foreign', actor))
  if (observation.probe.inNameOf !== undefined && reached.tie === 'own')
    return leak(command === 'insert' ? 'insert-leak' : 'giveaway-leak', standingOf('foreign', actor))
  if (command === 'insert') return insertLeak(reached, expectation, standing, leak)
  // whether colleagues see each other's people is a matter of taste until somebody says so
  if (
    standing === 'team' &&
    !expectation.declared &&
    !includes(expectation.upper, 'team') &&
    expectation.people
  )
    return leak('team-access', 'team')
  // a condition opens rows to be changed, and does not give them away
  const isTakenOver = command === 'update' && reached.tie === 'foreign' && reached.after === 'own'
  const upper = isTakenOver ? expectation.upper : upperFor(reached, expectation, exemptions)
  if (!includes(upper, standing)) {
    // numbers over many rows tell of nobody by themselves
    if (reached.shows === 'aggregate') return leak('foreign-aggregate', standing)
    const code = codeFor(command, expectation, standing)
    return reached.shows === 'derived' ? { ...leak(code, standing), weak: true } : leak(code, standing)
  }
  if (standing === 'team' && expectation.ownerInside && !expectation.declared)
    return leak('team-access', 'team')
  return undefined
}

const isStranger = (tie: Reached['after']): boolean => tie === 'foreign'

/** Founding a tenant is what sign-up does; without a session it is as open as an insert can be. */
function unownedLeak(
  command: Observation['probe']['command'],
  expectation: Expectation,
  standing: Standing,
  leak: (code: FindingCode, standing: Standing) => Leak,
): Verdict | undefined {
  if (includes(expectation.upper, standing)) return undefined
  if (command !== 'insert') return leak('unowned-access', standing)
  return standing === 'anon' ? leak('open-insert', standing) : undefined
}

/** A declaration says who may insert; whose the row may be is decided by ownership all the same. */
function insertLeak(
  reached: Reached,
  expectation: Expectation,
  standing: Standing,
  leak: (code: FindingCode, standing: Standing) => Leak,
): Leak | undefined {
  if (reached.tie === 'foreign') return leak('insert-leak', standing)
  if (includes(expectation.upper, standing)) return undefined
  return leak(reached.tie === 'unowned' && !expectation.declared ? 'open-insert' : 'insert-leak', standing)
}

/** All rows reached must be exempt for the wider audience to hold. */
export function upperFor(reached: Reached, expectation: Expectation, exemptions: Exemptions): Audience {
  if (reached.exempt) return widest(expectation.upper, reached.exempt)
  const wider = reached.places.map((place) => exemptions.get(place) ?? 'nobody')
  const common =
    wider.length > 0 && wider.length >= reached.rows
      ? wider.reduce((a, b) => (widest(a, b) === a ? b : a))
      : 'nobody'
  return widest(expectation.upper, common)
}

function codeFor(
  command: 'select' | 'update' | 'delete',
  expectation: Expectation,
  standing: Standing,
): FindingCode {
  switch (command) {
    case 'select':
      return expectation.trivialPolicy !== null &&
        !expectation.declared &&
        standing !== 'team' &&
        standing !== 'own'
        ? 'world-readable'
        : 'read-leak'
    case 'update':
      return 'update-leak'
    case 'delete':
      return 'delete-leak'
  }
}
