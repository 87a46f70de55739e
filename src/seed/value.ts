import { createHash } from 'node:crypto'
import { faker as english } from '@faker-js/faker/locale/en'
import type { Faker } from '@faker-js/faker'
import randexp from 'randexp'
import type { Column } from '../domain/catalog.ts'
import type { Hints } from './hints.ts'

/** The package is CommonJS: its types describe a default export, at run time the class is the module itself. */
const RandExp = randexp as unknown as typeof randexp.default

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

/** A faker of its own for every run. The English locale alone loads in a fifth of the time of all. */
export function fakerFor(seed: number): Faker {
  english.seed(seed)
  english.setDefaultRefDate(REFERENCE_DATE)
  return english
}

/** A short text that occurs nowhere else: by it a row is recognised wherever it comes out. */
export function canary(place: Place, column: string, length = 8): string {
  const text = [place.seed, place.relation, column, place.row].join('\0')
  const digits = BigInt(`0x${createHash('sha256').update(text).digest('hex')}`).toString(36)
  return `k${digits.slice(-Math.max(1, length - 1))}`
}

export function uuidFor(...parts: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(parts.join('\0')).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** @returns a value that to_jsonb would give for the column; undefined where this type is not known */
export function valueFor(column: Column, hints: Hints, place: Place, faker: Faker): unknown {
  if (column.array)
    return place.variant % 2 === 0 ? [] : [scalarFor(column, hints, { ...place, unique: false }, faker)]
  return scalarFor(column, hints, place, faker)
}

function scalarFor(column: Column, hints: Hints, place: Place, faker: Faker): unknown {
  const labels = hints.labels ?? column.labels
  if (labels && labels.length > 0) return labels[place.variant % labels.length]
  switch (column.baseType) {
    case 'uuid':
      return uuidFor(place.seed, place.relation, column.name, place.row)
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'citext':
    case 'name':
      return textFor(column, hints, place, faker)
    case 'int2':
    case 'int4':
    case 'int8':
    case 'numeric':
    case 'float4':
    case 'float8':
    case 'money':
    case 'oid':
      return numberFor(column, hints, place)
    case 'bool':
      return isNegative(column.name) || isPrivilege(column.name)
        ? place.variant === 1 && !isPrivilege(column.name)
        : isPositive(column.name)
          ? place.variant !== 1
          : place.variant % 2 === 1
    case 'json':
    case 'jsonb':
      return { note: canary(place, column.name) }
    default:
      return timeFor(column, place) ?? otherFor(column, place)
  }
}

export const isNegative = (name: string): boolean =>
  /(deleted|removed|revoked|archived|expired|cancell?ed|banned|blocked|locked|disabled|suspended|rejected|hidden|inactive|deactivated|closed|used|consumed|ended)/i.test(
    name,
  )
const isPositive = (name: string): boolean =>
  /(active|enabled|accepted|approved|confirmed|verified|valid)/i.test(name)
export const isPrivilege = (name: string): boolean =>
  /(^|_|is)(super)?_?(admin|staff|moderator|superuser|owner)$/i.test(name)
const isEnd = (name: string): boolean => /(expire|until|end|due|deadline|valid_to|close)/i.test(name)

function textFor(column: Column, hints: Hints, place: Place, faker: Faker): string {
  const longest = Math.min(column.maxLength ?? 200, hints.maxLength ?? 200)
  const tag = canary(place, column.name, Math.min(9, longest))
  if (hints.pattern !== undefined) return fromPattern(hints.pattern, hints.ignoreCase ?? false, place, tag)
  if (hints.like !== undefined) return fromLike(hints.like, tag)
  const text = hints.email ? `${tag}@example.com` : wording(column.name, tag, faker)
  const fitted = text.length <= longest ? text : tag.slice(0, longest)
  return fitted.padEnd(Math.min(hints.minLength ?? 0, longest), 'x')
}

/** Realistic texts by the column's name, each with the canary in it. */
function wording(column: string, tag: string, faker: Faker): string {
  const name = column.toLowerCase()
  if (/e_?mail/.test(name)) return `${tag}@example.com`
  if (/(url|link|website|avatar|image|photo|logo|src)/.test(name)) return `https://example.com/${tag}`
  if (/(phone|mobile|tel)/.test(name)) return `+1555${parseInt(tag.slice(1, 7), 36) % 10_000_000}`
  if (/(slug|handle|username|user_name|code|token|key|path|hash)/.test(name)) return tag
  if (/colou?r/.test(name)) return '#3366cc'
  if (/currency/.test(name)) return 'EUR'
  if (/(language|locale|lang)$/.test(name)) return 'en'
  if (/country/.test(name)) return 'DE'
  if (/time_?zone|^tz$/.test(name)) return 'Europe/Berlin'
  if (/(first|last|full|display)?_?name$/.test(name)) return `${faker.person.fullName()} ${tag}`
  if (/(city|town)/.test(name)) return `${faker.location.city()} ${tag}`
  if (/(street|address)/.test(name)) return `${faker.location.streetAddress()} ${tag}`
  if (/(company|organi[sz]ation|brand)/.test(name)) return `${faker.company.name()} ${tag}`
  if (/(title|subject|label|heading)/.test(name)) return `${faker.commerce.productName()} ${tag}`
  return `${faker.hacker.phrase()} ${tag}`
}

function fromPattern(pattern: string, ignoreCase: boolean, place: Place, tag: string): string {
  try {
    const expression = new RegExp(pattern, ignoreCase ? 'i' : '')
    for (const attempt of [
      tag,
      `${tag}@example.com`,
      `https://example.com/${tag}`,
      `+1555${1000000 + place.row}`,
    ])
      if (expression.test(attempt)) return attempt
    const generator = new RandExp(expression)
    let state = parseInt(canary(place, pattern, 7).slice(1), 36) + place.row * 7919
    generator.max = 12
    generator.defaultRange.subtract(0, 1000)
    generator.defaultRange.add(48, 57).add(97, 122)
    generator.randInt = (from, to) => {
      state = (state * 1103515245 + 12345) % 2147483648
      return from + (state % (to - from + 1))
    }
    return generator.gen()
  } catch {
    return tag
  }
}

function fromLike(pattern: string, tag: string): string {
  const filled = pattern.replaceAll('_', 'x')
  return filled.includes('%') ? filled.replace('%', tag).replaceAll('%', '') : filled
}

/** Keys get a range of their own per relation, so that a number alone tells which row it is from. */
function numberFor(column: Column, hints: Hints, place: Place): number {
  const least = hints.min ?? (column.baseType === 'int2' ? 1 : 0)
  const most = Math.min(hints.max ?? Infinity, limitOf(column))
  const wanted = place.unique
    ? 100_000 + place.relationIndex * 1_000 + place.row
    : 1 + place.row * 7 + place.relationIndex
  const base = hints.min === undefined ? wanted : least + (place.unique ? wanted : place.row)
  if (base <= most) return base
  const width = Math.max(1, Math.floor(most - least) + 1)
  return least + (place.row % width)
}

function limitOf(column: Column): number {
  if (column.baseType === 'int2') return 32_767
  if (column.precision) return 10 ** Math.max(0, column.precision[0] - column.precision[1]) - 1
  return 2_000_000_000
}

function timeFor(column: Column, place: Place): string | null | undefined {
  if (!/^(timestamp|timestamptz|date|time|timetz)$/.test(column.baseType)) return undefined
  if (/^time(tz)?$/.test(column.baseType)) return isEnd(column.name) ? '17:00:00' : `0${place.row % 9}:30:00`
  const dead = isNegative(column.name) && !isEnd(column.name)
  // a date of an end stands for "not in force" once it is past; everything in force has it empty or ahead
  if (dead && !column.notNull && place.variant !== 1) return null
  const days = dead
    ? column.notNull && place.variant !== 1
      ? 20_000
      : -3
    : isEnd(column.name)
      ? place.variant === 1
        ? -2
        : 20_000
      : -400
  const date = new Date(
    REFERENCE_DATE.getTime() + (days + (days < -100 ? place.row : place.row / 1000)) * 86_400_000,
  )
  return column.baseType === 'date' ? date.toISOString().slice(0, 10) : date.toISOString()
}

/** Texts that the type's input function accepts. */
function otherFor(column: Column, place: Place): unknown {
  const n = place.row % 250
  const simple: Readonly<Record<string, string | number>> = {
    bytea: `\\x${Buffer.from(canary(place, column.name)).toString('hex')}`,
    inet: `10.${place.relationIndex % 250}.0.${n + 1}`,
    cidr: `10.${place.relationIndex % 250}.${n}.0/24`,
    macaddr: `08:00:2b:01:02:${n.toString(16).padStart(2, '0')}`,
    interval: `${n + 1} days`,
    tsvector: canary(place, column.name),
    tsquery: canary(place, column.name),
    xml: `<note>${canary(place, column.name)}</note>`,
    point: `(${n},1)`,
    box: `(${n},1),(0,0)`,
    circle: `<(${n},1),2>`,
    path: `((0,0),(${n},1))`,
    polygon: `((0,0),(${n},1),(1,2))`,
    line: '{1,2,3}',
    lseg: `((0,0),(${n},1))`,
    bit: '1'.repeat(bitWidth(column)),
    varbit: '1',
    ltree: canary(place, column.name),
    hstore: `note=>${canary(place, column.name)}`,
    vector: `[${Array.from({ length: bitWidth(column) }, () => 1).join(',')}]`,
    geography: 'POINT(0 0)',
    geometry: 'POINT(0 0)',
    char: 'a',
    int4range: `[${n * 10},${n * 10 + 5})`,
    int8range: `[${n * 10},${n * 10 + 5})`,
    numrange: `[${n * 10},${n * 10 + 5})`,
    daterange: rangeFor(place, 10),
    tsrange: rangeFor(place, 19),
    tstzrange: rangeFor(place, 19),
    pg_lsn: '0/0',
    regclass: 'pg_class',
    regtype: 'int4',
  }
  return simple[column.baseType]
}

const bitWidth = (column: Column): number => Number(/\((\d+)\)/.exec(column.type)?.[1] ?? 1)

function rangeFor(place: Place, length: number): string {
  const start = REFERENCE_DATE.getTime() + place.row * 3 * 86_400_000
  const at = (time: number): string => new Date(time).toISOString().slice(0, length).replace('T', ' ')
  return `[${at(start)},${at(start + 86_400_000)})`
}
