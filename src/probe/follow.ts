import { BECOME_SUPERUSER, sessionSql } from '../database/impersonate.ts'
import type { Reach } from '../domain/ascent.ts'
import type { Actor } from '../domain/population.ts'
import type { Observation, Reached } from '../domain/probe.ts'
import { gotThrough } from '../domain/probe.ts'
import type { Session } from './probe.ts'
import type { Shown } from './observe.ts'
import type { Trial } from './trial.ts'

/** What was within reach, by relation and command: places of rows, and attempts at inserting. */
export type Known = ReadonlySet<string>

/** The attempts that reach what is somebody else's. */
const FOLLOWED: ReadonlySet<string> = new Set([
  'read',
  'update others',
  'delete others',
  'insert as another',
  'insert into another tenant',
  'insert below another’s row',
  'insert unowned',
])
const MOST_INSERTS = 8
const MOST_SINGLES = 4

/** Those of an actor's trials that are worth another try. */
export function followed(
  all: readonly Trial[],
  /** the steps themselves put rows here: another row proves nothing */
  isTouched: boolean,
): readonly Trial[] {
  const trials = all.filter(({ probe }) => FOLLOWED.has(probe.attempt))
  const inserts = trials.filter(({ probe }) => probe.command === 'insert')
  return [
    ...trials.filter(({ probe }) => probe.command !== 'insert'),
    ...(isTouched ? [] : inserts.slice(0, MOST_INSERTS)),
  ]
}

/** What was sent as the actor before, as a prefix that ends as the superuser again. */
export function asPrefix(actor: Actor, { before, statement }: Pick<Trial, 'before' | 'statement'>): string {
  return [
    ...(before === null ? [] : [before]),
    sessionSql(actor),
    statement,
    'set constraints all immediate',
    BECOME_SUPERUSER,
  ].join(';\n')
}

/** Runs trials behind a prefix, in the same transaction, and gives everything that they reached. */
export async function reachesBehind(
  session: Session,
  prefix: string,
  trials: readonly Trial[],
): Promise<readonly Reach[]> {
  const shown = await Promise.all(trials.map((trial) => session.glance(behind(trial, prefix))))
  const parts = await Promise.all(
    shown.filter(({ spread }) => spread).map((one) => singles(session, one.trial, prefix)),
  )
  return [...shown, ...parts.flat()].flatMap(reachesOf)
}

const behind = (trial: Trial, prefix: string): Trial => ({
  ...trial,
  before: trial.before === null ? prefix : `${prefix};\n${trial.before}`,
})

function singles(session: Session, trial: Trial, prefix: string): Promise<readonly Shown[]> {
  const few = trial.aims.slice(0, MOST_SINGLES).flatMap((row) => trial.single?.(row) ?? [])
  return Promise.all(few.map((one) => session.glance(behind({ ...one, before: null }, prefix))))
}

function reachesOf({ trial, outcome, reached }: Shown): readonly Reach[] {
  if (outcome.kind !== 'returned' && outcome.kind !== 'affected') return []
  return reached.map((one) => ({
    relation: trial.probe.relation,
    command: trial.probe.command,
    reached: one,
    statement: trial.statement,
  }))
}

/** What nobody has to climb for: reached in the plain battery. */
export function knownFrom(observations: readonly Observation[], actor: string): Known {
  return new Set(
    observations
      .filter((one) => one.probe.actor === actor && gotThrough(one))
      .flatMap(({ probe, reached, statement }) =>
        reached.flatMap((one) =>
          keysOf({ relation: probe.relation, command: probe.command, reached: one, statement }),
        ),
      ),
  )
}

/** Whether a trial can show anything that was not known. */
export function isNew({ probe, statement, aims }: Trial, known: Known): boolean {
  if (probe.command === 'insert') return !known.has(`${probe.relation} ${statement}`)
  return (
    aims.length === 0 || aims.some(({ place }) => !known.has(`${probe.relation} ${probe.command} ${place}`))
  )
}

/** The part of a reach that was not known. */
export function newIn(reach: Reach, known: Known): Reach | null {
  if (reach.command === 'insert') return keysOf(reach).some((key) => known.has(key)) ? null : reach
  const places = reach.reached.places.filter(
    (place) => !known.has(`${reach.relation} ${reach.command} ${place}`),
  )
  const reached: Reached = { ...reach.reached, places, rows: places.length }
  return places.length > 0 && reached.tie !== 'own' ? { ...reach, reached } : null
}

export function keysOf({ relation, command, reached, statement }: Reach): readonly string[] {
  if (command === 'insert') return [`${relation} insert ${reached.tie}`, `${relation} ${statement}`]
  return reached.places.map((place) => `${relation} ${command} ${place}`)
}

/** One reach per group of rows: the same comes out of several attempts. */
export function unique(reaches: readonly Reach[]): readonly Reach[] {
  return [...new Map(reaches.map((reach) => [keysOf(reach).join(), reach])).values()]
}
