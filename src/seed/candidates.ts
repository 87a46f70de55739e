import type { Column } from '../domain/catalog.ts'
import type { Values } from '../domain/population.ts'
import type { Condition } from './constraints.ts'
import type { Hints } from './hints.ts'
import { fromPattern } from './pattern.ts'
import { canary, REFERENCE_DATE, uuidFor } from './place.ts'
import { otherFor, timeFor } from './type-texts.ts'
import { limitOf } from './value.ts'

const MOST_PER_COLUMN = 40
const DAY = 86_400_000
/** Long gone and far ahead, whenever the run takes place: for conditions that ask the clock. */
const PAST = '2020-01-01T00:00:00.000Z'
const FUTURE = '2099-01-01T00:00:00.000Z'
const HOUR = 3_600_000

/** What values are looked for among. */
export interface Search {
  readonly row: Values
  /** number of the row: what is tried differs from row to row, so that unique keys hold */
  readonly number: number
  readonly failed: readonly Condition[]
  /** columns that stay as they are */
  readonly kept: ReadonlySet<string>
  readonly hints: ReadonlyMap<string, Hints>
  /** values for columns of types that the harness does not know */
  readonly unusual: ReadonlyMap<string, unknown>
}

/** Values worth trying for a column of a condition that fails: its constants, the other columns' values, their neighbours, NULL. */
export function candidatesFor(column: Column, others: readonly Column[], search: Search): readonly unknown[] {
  const { row, failed, hints } = search
  const own = row[column.name]
  const comparable = others.filter((other) => other !== column && sameFamily(column, other))
  const same = comparable
    .map(({ name }) => row[name])
    .filter((value) => value !== null && value !== undefined)
  const base = [
    own,
    ...(column.notNull ? [] : [null]),
    ...(own === null || own === undefined ? [fresh(column, search)] : []),
    ...(column.array ? [] : (column.labels ?? hints.get(column.name)?.labels ?? [])),
    ...[own, ...same].flatMap(neighbours),
  ]
  const texts = failed.flatMap(({ expression, bodies }) => [expression, ...bodies])
  const tried = [...base, ...byType(column, own, same, constantsIn(texts), search.number)]
  return unique(tried.filter((value) => value === own || fits(column, value)))
}

/** Something to stand where NULL stood. */
function fresh(column: Column, { number, unusual }: Search): unknown {
  const place = { relation: '', relationIndex: 0, row: number, variant: 0, seed: 0, unique: true }
  if (column.array) return undefined
  if (TEXTS.test(column.baseType)) return canary(place, column.name)
  if (column.baseType === 'uuid') return uuidFor(number, column.name)
  if (/^(date|timestamp|timestamptz)$/.test(column.baseType))
    return REFERENCE_DATE.toISOString().slice(0, column.baseType === 'date' ? 10 : 24)
  return timeFor(column, place) ?? otherFor(column, place) ?? unusual.get(column.name)
}

/** A single value that the column's type refuses would spoil the whole query. */
function fits(column: Column, value: unknown): boolean {
  if (value === null || column.array) return true
  if (NUMBERS.test(column.baseType)) return Math.abs(Number(value)) <= limitOf(column)
  if (TEXTS.test(column.baseType)) return String(value).length <= (column.maxLength ?? Infinity)
  return true
}

const TEXTS = /^(text|varchar|bpchar|citext|name)$/
const NUMBERS = /^(int[248]|numeric|float[48]|money)$/

const sameFamily = (a: Column, b: Column): boolean =>
  TEXTS.test(a.baseType) ||
  a.baseType === b.baseType ||
  (NUMBERS.test(a.baseType) && NUMBERS.test(b.baseType))

interface Constants {
  readonly literals: readonly string[]
  readonly numbers: readonly number[]
}

function constantsIn(texts: readonly string[]): Constants {
  const text = texts.join(' ')
  const literals = [...text.matchAll(/'((?:[^']|'')*)'/g)].map((match) =>
    (match[1] ?? '').replaceAll("''", "'"),
  )
  const plain = text.replaceAll(/'(?:[^']|'')*'/g, ' ')
  const numbers = [...plain.matchAll(/(?<![\w.])-?\d+(?:\.\d+)?/g)].map((match) => Number(match[0]))
  const quoted = literals.filter((one) => one.trim() !== '').map(Number)
  return { literals, numbers: [...numbers, ...quoted].filter((one) => Number.isFinite(one)) }
}

function byType(
  column: Column,
  own: unknown,
  same: readonly unknown[],
  { literals, numbers }: Constants,
  number: number,
): readonly unknown[] {
  if (column.array) return lists(column, literals, numbers)
  if (NUMBERS.test(column.baseType)) return aroundNumbers(column, same, numbers, number)
  if (TEXTS.test(column.baseType)) return fromLiterals(own, same, literals, number)
  if (/^jsonb?$/.test(column.baseType)) return documents(literals)
  if (column.baseType === 'bool') return [true, false]
  if (/^(date|timestamp|timestamptz)$/.test(column.baseType))
    return [
      ...literals.filter(isTime).flatMap((one) => [...laterBy(one, number), ...neighbours(one)]),
      ...[PAST, FUTURE].map((one) => (column.baseType === 'date' ? one.slice(0, 10) : one)),
    ]
  if (/^timetz?$/.test(column.baseType))
    return [...literals.filter(isClock), '06:00:00', '12:00:00', '23:00:00']
  if (column.baseType === 'uuid') return literals.filter((one) => /^[0-9a-f-]{36}$/i.test(one))
  return []
}

/** Empty, with one element, with one of each kind that the element's type may take. */
function lists(column: Column, literals: readonly string[], numbers: readonly number[]): readonly unknown[] {
  if (NUMBERS.test(column.baseType)) return [[], ...[0, 1, ...numbers].map((one) => [one])]
  if (TEXTS.test(column.baseType)) {
    const listed = literals.flatMap((one) => /^\{(.*)\}$/.exec(one)?.[1]?.split(',') ?? one)
    return [[], ...listed.map((one) => [one]), listed, ['x'], ['x', 'y']]
  }
  return [[], ...(column.labels ?? []).map((one) => [one])]
}

function aroundNumbers(
  column: Column,
  same: readonly unknown[],
  numbers: readonly number[],
  number: number,
): readonly number[] {
  const others = same.map(Number).filter((one) => Number.isFinite(one))
  const sum = others.reduce((a, b) => a + b, 0)
  const sorted = [...numbers].sort((a, b) => a - b)
  const between = sorted.flatMap((low, i) => {
    const high = sorted[i + 1]
    return high === undefined ? [] : [(low + high) / 2, low + (number % Math.max(1, high - low))]
  })
  const all = [...numbers.flatMap((one) => [one, one + 1, one - 1, one * (number + 2)]), ...between, sum]
  return /^int/.test(column.baseType) ? all.filter((one) => Number.isInteger(one)) : all
}

function fromLiterals(
  own: unknown,
  same: readonly unknown[],
  literals: readonly string[],
  number: number,
): readonly string[] {
  const text = typeof own === 'string' ? own : 'x'
  const place = { relation: text, relationIndex: 0, row: number, variant: 0, seed: 0, unique: false }
  const matching = literals
    .filter((one) => /[\\[\](){}^$*+?]/.test(one))
    .map((one) => fromPattern(one, false, place, text.replaceAll(/\W/g, '')))
  return [
    ...matching,
    ...literals,
    ...joined(text, same, literals),
    text.toUpperCase(),
    text.toLowerCase(),
    text.trim(),
  ]
}

/** `path like owner_id::text || '/%'`: another column's value with the constants around it. */
function joined(own: string, others: readonly unknown[], literals: readonly string[]): readonly string[] {
  return others
    .filter((value) => typeof value === 'string')
    .flatMap((value) =>
      literals
        .map((literal) => literal.replaceAll('%', own))
        .flatMap((literal) => [`${value}${literal}`, `${literal}${value}`]),
    )
}

/** Documents of each kind, and those that have the keys which the condition names. */
function documents(literals: readonly string[]): readonly unknown[] {
  const keys = literals.filter((one) => /^\w+$/.test(one))
  const filled = (value: unknown): unknown => Object.fromEntries(keys.map((key) => [key, value]))
  const kinds = [{}, [], filled('x'), filled(1), filled(true), filled([]), filled({}), keys, 'x', 1, true]
  return [...kinds, ...literals.flatMap(parsed), ...paths(literals)]
}

/** `settings @> '{"public": true}'`: the document itself stands in the condition. */
function parsed(literal: string): readonly unknown[] {
  if (!/^\s*[[{"]/.test(literal)) return []
  try {
    return [JSON.parse(literal)]
  } catch {
    return []
  }
}

/** `settings -> 'share' ->> 'mode' = 'link'`: keys one inside the other, and what the last of them is compared with. */
function paths(literals: readonly string[]): readonly unknown[] {
  const steps = literals.flatMap((one) => /^\{([\w,]+)\}$/.exec(one)?.[1]?.split(',') ?? one)
  const nested = (keys: readonly string[], value: unknown): unknown =>
    keys.reduceRight((inner, key) => ({ [key]: inner }), value)
  const [last] = steps.slice(-1)
  const flat = steps.flatMap((key, i) => (i + 1 < steps.length ? [{ [key]: steps[i + 1] }] : []))
  return [nested(steps.slice(0, -1), last), nested(steps, true), nested(steps, 'x'), ...flat]
}

const isClock = (text: string): boolean => /^\d\d:\d\d/.test(text)
const isTime = (text: string): boolean => /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text))
const written = (time: number, like: string): string =>
  new Date(time).toISOString().slice(0, like.length === 10 ? 10 : 24)

const laterBy = (text: string, days: number): readonly string[] => [
  written(Date.parse(text) + (days % 28) * DAY, text),
]

function neighbours(value: unknown): readonly unknown[] {
  if (typeof value === 'number') return [value, value + 1, value - 1]
  if (typeof value !== 'string' || !isTime(value)) return [value]
  const time = Date.parse(value)
  return [value, ...[DAY, -DAY, HOUR, -HOUR].map((shift) => written(time + shift, value))]
}

const unique = (values: readonly unknown[]): readonly unknown[] =>
  [...new Map(values.filter((v) => v !== undefined).map((v) => [JSON.stringify(v), v])).values()].slice(
    0,
    MOST_PER_COLUMN,
  )
