import type { Column } from '../domain/catalog.ts'
import { canary, REFERENCE_DATE } from './place.ts'
import type { Place } from './place.ts'
import { isEnd, isNegative } from './state-names.ts'

export function timeFor(column: Column, place: Place): string | null | undefined {
  if (!/^(timestamp|timestamptz|date|time|timetz)$/.test(column.baseType)) return undefined
  if (/^time(tz)?$/.test(column.baseType))
    return `${isEnd(column.name) ? '17' : '08'}:${twoDigits(place.row % 60)}:${twoDigits(Math.floor(place.row / 60) % 60)}`
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
  const apart = days < -100 || column.baseType === 'date' ? place.row : place.row / 1000
  const date = new Date(REFERENCE_DATE.getTime() + (days + (days < 0 && days > -100 ? -apart : apart)) * DAY)
  return column.baseType === 'date' ? date.toISOString().slice(0, 10) : date.toISOString()
}

const DAY = 86_400_000
const twoDigits = (number: number): string => String(number).padStart(2, '0')

/** Texts that the type's input function accepts. */
export function otherFor(column: Column, place: Place): unknown {
  const range = rangeFor(column.baseType.replace('multirange', 'range'), place)
  if (range !== undefined) return column.baseType.endsWith('multirange') ? `{${range}}` : range
  const n = place.row
  const low = n % 250
  const high = Math.floor(n / 250)
  const word = canary(place, column.name)
  const simple: Readonly<Record<string, string | number>> = {
    bytea: `\\x${Buffer.from(word).toString('hex')}`,
    inet: `10.${place.relationIndex % 250}.${high}.${low + 1}`,
    cidr: `10.${place.relationIndex % 250}.${high}.${low}/32`,
    macaddr: `08:00:2b:01:${hexByte(high)}:${hexByte(low)}`,
    macaddr8: `08:00:2b:01:02:03:${hexByte(high)}:${hexByte(low)}`,
    interval: `${n + 1} days`,
    tsvector: word,
    tsquery: word,
    xml: `<note>${word}</note>`,
    point: `(${n},1)`,
    box: `(${n},1),(0,0)`,
    circle: `<(${n},1),2>`,
    path: `((0,0),(${n},1))`,
    polygon: `((0,0),(${n},1),(1,2))`,
    line: `{1,2,${n}}`,
    lseg: `((0,0),(${n},1))`,
    bit: bits(n, width(column)),
    varbit: bits(n, Math.min(16, width(column, 16))),
    ltree: word,
    hstore: `note=>${word}`,
    vector: `[${Array.from({ length: width(column) }, () => n + 1).join(',')}]`,
    geography: 'POINT(0 0)',
    geometry: 'POINT(0 0)',
    char: 'a',
    pg_lsn: `0/${(n + 1).toString(16)}`,
    regclass: 'pg_class',
    regtype: 'int4',
    jsonpath: '$',
  }
  return simple[column.baseType]
}

const hexByte = (number: number): string => (number % 256).toString(16).padStart(2, '0')

/** The number in the type's parentheses: `vector(3)`, `bit(8)`. */
const width = (column: Column, otherwise = 1): number =>
  Number(/\((\d+)\)/.exec(column.type)?.[1] ?? otherwise)

const bits = (number: number, length: number): string =>
  number.toString(2).padStart(length, '0').slice(-length)

/** Ranges of different rows do not overlap, so that exclusion constraints hold. */
function rangeFor(type: string, place: Place): string | undefined {
  const n = place.row * 10
  switch (type) {
    case 'int4range':
    case 'int8range':
    case 'numrange':
      return `[${n},${n + 5})`
    case 'daterange':
      return timeRange(place, 10)
    case 'tsrange':
    case 'tstzrange':
      return timeRange(place, 19)
    default:
      return undefined
  }
}

function timeRange(place: Place, length: number): string {
  const start = REFERENCE_DATE.getTime() + place.row * 3 * DAY
  const at = (time: number): string => new Date(time).toISOString().slice(0, length).replace('T', ' ')
  return `[${at(start)},${at(start + DAY)})`
}
