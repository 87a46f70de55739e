import type { Relation } from '../domain/catalog.ts'
import type { Observation } from '../domain/probe.ts'
import type { Shown } from './observe.ts'
import type { ProbeOptions } from './options.ts'
import { Session } from './session.ts'
import type { Knowledge } from './understand.ts'

export interface Probed {
  readonly observations: readonly Observation[]
  /** relations on which everything was tried */
  readonly full: ReadonlySet<number>
  /** views in which the superuser sees nothing of what was seeded */
  readonly blind: readonly number[]
  /** writes of single actors that got through: what they open is tried next */
  readonly openings: readonly Shown[]
  /** messages sent */
  readonly sent: number
}

/**
 * Runs the whole battery: relations are shared out over pipelined connections, every transaction is rolled back. Of
 * relations that are not to be tried in `full` only who reads what is asked: that is what others are judged by.
 */
export async function probe(options: ProbeOptions, full: (relation: Relation) => boolean): Promise<Probed> {
  const knowledge: Knowledge = { ...options, attributions: new Map() }
  const observations = new Map<number, readonly Observation[]>()
  const blind: number[] = []
  const openings: Shown[] = []
  let sent = 0
  await options.crew.share({ name: 'relations' }, options.relations, async (relation, sender) => {
    const session = new Session(sender, options, knowledge)
    const isFull = full(relation)
    observations.set(relation.oid, withoutRepeats(await session.observe(relation, isFull)))
    if (isFull && relation.view && (await session.isBlind(relation))) blind.push(relation.oid)
    openings.push(...session.openings)
    sent += session.sent
  })
  return {
    observations: options.relations.flatMap(({ oid }) => observations.get(oid) ?? []),
    full: new Set(options.relations.filter(full).map(({ oid }) => oid)),
    blind,
    openings,
    sent,
  }
}

/** The same texts, rows and errors once: most attempts at a relation differ from others only in who makes them. */
function withoutRepeats(observations: readonly Observation[]): readonly Observation[] {
  const kept = new Map<string, unknown>()
  const once = <Value>(value: Value): Value => {
    const key = `${typeof value} ${typeof value === 'string' ? value : JSON.stringify(value)}`
    const known = kept.get(key)
    if (known === undefined) kept.set(key, value)
    // what has the same key was the same value
    return (known as Value | undefined) ?? value
  }
  return observations.map((one) => ({
    ...one,
    statement: once(one.statement),
    outcome: once(one.outcome),
    ...(one.before === undefined ? {} : { before: once(one.before) }),
    ...(one.written === undefined ? {} : { written: once(one.written) }),
    ...(one.error === undefined ? {} : { error: once(one.error) }),
  }))
}
