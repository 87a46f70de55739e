import { createHash } from 'node:crypto'

/** Where a value stands: what makes it differ from every other value of the run. */
export interface Place {
  readonly relation: string
  /** position of the relation in the order of insertion, for number ranges that don't overlap */
  readonly relationIndex: number
  /** number of the row within the relation */
  readonly row: number
  /** which state the row shows: 0 everything in force, 1 the opposite, 2 as little as possible, then further labels */
  readonly variant: number
  readonly seed: number
  /** the column is part of a unique key */
  readonly unique: boolean
}

/** All that the run calls "now": data does not change from day to day. */
export const REFERENCE_DATE = new Date('2026-01-15T12:00:00Z')

/** A short text that occurs nowhere else: by it a row is recognised wherever it comes out. */
export function canary(place: Place, column: string, length = 8): string {
  const text = [place.seed, place.relation, column, place.row].join('\0')
  const digits = BigInt(`0x${createHash('sha256').update(text).digest('hex')}`).toString(36)
  return `k${digits.slice(-Math.max(1, length - 1))}`
}

/** A number for a random generator that is to go on the same way for the same parts. */
export const seedFor = (...parts: readonly (string | number)[]): number =>
  parseInt(uuidFor(...parts).slice(0, 8), 16)

export function uuidFor(...parts: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(parts.join('\0')).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
