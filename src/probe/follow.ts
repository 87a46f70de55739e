import { BECOME_SUPERUSER, sessionSql } from '../database/impersonate.ts'
import type { Reach } from '../domain/ascent.ts'
import type { Actor } from '../domain/population.ts'
import type { Observation, Reached } from '../domain/probe.ts'
import { gotThrough } from '../domain/probe.ts'
import type { Session } from './session.ts'
import type { Shown } from './observe.ts'
import type { Trial } from './trial.ts'

/** What was within reach, by relation: commands with places of rows, and attempts at inserting. */
export type Known = ReadonlyMap<number, ReadonlySet<string>>

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
export function followed(all: readonly Trial[]): readonly Trial[] {
  const trials = all.filter(({ probe }) => FOLLOWED.has(probe.attempt))
  const inserts = trials.filter(({ probe }) => probe.command === 'insert')
  return [...trials.filter(({ probe }) => probe.command !== 'insert'), ...inserts.slice(0, MOST_INSERTS)]
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

/** Runs trials behind a prefix, in the same transaction, and gives everything that they reached and that was not known. */
export async function reachesBehind(
  session: Session,
  prefix: string,
  trials: readonly Trial[],
  known: Known,
): Promise<readonly Reach[]> {
  const newsOf = (shown: Shown): readonly Reach[] =>
    reachesOf(shown).flatMap((reach) => newIn(reach, known) ?? [])
  const shown = await session.glances(trials, prefix)
  const parts = await Promise.all(
    shown.filter(({ spread }) => spread).map((one) => singles(session, one.trial, prefix)),
  )
  const news = [...shown, ...parts.flat()].filter((one) => newsOf(one).length > 0)
  return (await Promise.all(news.map((one) => session.confirmed(one)))).flatMap(newsOf)
}

function singles(session: Session, trial: Trial, prefix: string): Promise<readonly Shown[]> {
  const few = trial.aims.slice(0, MOST_SINGLES).flatMap((row) => trial.single?.(row) ?? [])
  return Promise.all(few.map((one) => session.glance({ ...one, before: null }, prefix)))
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

/** What nobody has to climb for: reached in the plain battery, where all was tried on one relation. */
export function knownFrom(observations: readonly Observation[], actor: string): ReadonlySet<string> {
  return new Set(
    observations
      .filter((one) => one.probe.actor === actor && gotThrough(one))
      .flatMap(({ probe: { command }, reached, statement }) =>
        reached.flatMap((one) => keysOf({ command, reached: one, statement })),
      ),
  )
}

/** The keys of reaches by relation, beside what was known. */
export function joined(known: Known, more: readonly (readonly [relation: number, key: string])[]): Known {
  const all = new Map(known)
  for (const relation of new Set(more.map(([of]) => of))) {
    const keys = more.flatMap(([of, key]) => (of === relation ? [key] : []))
    all.set(relation, new Set([...(known.get(relation) ?? []), ...keys]))
  }
  return all
}

/** Whether a trial can show anything that was not known. */
export function isNew({ probe: { relation, command }, statement, aims }: Trial, known: Known): boolean {
  const keys = known.get(relation)
  if (keys === undefined) return true
  if (command === 'insert') return !keys.has(statement)
  return aims.length === 0 || aims.some(({ place }) => !keys.has(`${command} ${place}`))
}

/** The part of a reach that was not known. */
function newIn(reach: Reach, known: Known): Reach | null {
  const keys = known.get(reach.relation)
  if (reach.command === 'insert') return keysOf(reach).some((key) => keys?.has(key)) ? null : reach
  const places = reach.reached.places.filter((place) => !keys?.has(`${reach.command} ${place}`))
  const reached: Reached = { ...reach.reached, places, rows: places.length }
  return places.length > 0 && reached.tie !== 'own' ? { ...reach, reached } : null
}

export function keysOf({ command, reached, statement }: Omit<Reach, 'relation'>): readonly string[] {
  if (command === 'insert') return [`insert ${reached.tie}`, statement]
  return reached.places.map((place) => `${command} ${place}`)
}

/** One reach per group of rows: the same comes out of several attempts. */
export function unique(reaches: readonly Reach[]): readonly Reach[] {
  return [...new Map(reaches.map((reach) => [`${reach.relation} ${keysOf(reach).join()}`, reach])).values()]
}
