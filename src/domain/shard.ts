/** One of several runs that share out what a single run would try: `2` of `3`. */
export interface Shard {
  /** from 1 */
  readonly index: number
  readonly count: number
}

/**
 * What is tried as a whole by one shard, in the order of a report: a relation, a bucket or topics, a function, the
 * privileges beside the policies, what one actor opens from one relation, accounts that lie about themselves.
 */
export const UNIT_KINDS = ['relation', 'area', 'function', 'privileges', 'climb', 'accounts'] as const
export type UnitKind = (typeof UNIT_KINDS)[number]

export interface Unit {
  readonly kind: UnitKind
  /** of the relation or function; of what there is only one of, its kind */
  readonly name: string
  /** bucket or layout of an area, the actor of a climb */
  readonly scope?: string
}

/** All ways past the policies are one unit: they take hardly any time. */
export const PRIVILEGES: Unit = { kind: 'privileges', name: 'privileges' }
export const ACCOUNTS: Unit = { kind: 'accounts', name: 'accounts' }

/** A unit with the shard that tries it. */
export interface PlannedUnit extends Unit {
  readonly shard: number
}

/** A unit with about how many messages it takes. */
export interface Costed {
  readonly unit: Unit
  readonly cost: number
}

/** Two units are the same where their keys are. */
export const unitKey = ({ kind, name, scope }: Unit): string => JSON.stringify([kind, name, scope ?? null])

/**
 * Who tries what: the dearest first, each to whoever has least to do so far. The same units and costs give the same
 * shares wherever they are made; the order of the units is kept.
 */
export function shareOut(costed: readonly Costed[], count: number): readonly PlannedUnit[] {
  const loads = Array.from({ length: count }, () => 0)
  const shards = new Map<number, number>()
  const dearest = costed.map(({ cost }, at) => ({ cost, at })).sort((a, b) => b.cost - a.cost || a.at - b.at)
  for (const { cost, at } of dearest) {
    const least = loads.indexOf(Math.min(...loads))
    loads[least] = (loads[least] ?? 0) + cost
    shards.set(at, least + 1)
  }
  return costed.map(({ unit }, at) => ({ ...unit, shard: shards.get(at) ?? 1 }))
}
