import { faker as english } from '@faker-js/faker/locale/en'
import type { Faker } from '@faker-js/faker'
import type { Column } from '../domain/catalog.ts'
import type { Hints } from './hints.ts'
import { canary, REFERENCE_DATE, uuidFor } from './place.ts'
import type { Place } from './place.ts'
import { isNegative, isPositive, isPrivilege } from './state-names.ts'
import { textFor } from './text.ts'
import { otherFor, timeFor } from './type-texts.ts'

/**
 * A faker of its own for every run: runs of one process would else take from the same sequence. The class comes from
 * the English instance, because the package's main module loads the locales of all languages.
 */
export function fakerFor(seed: number): Faker {
  const Own = english.constructor as new (options: { locale: Faker['rawDefinitions']; seed: number }) => Faker
  const own = new Own({ locale: english.rawDefinitions, seed })
  own.setDefaultRefDate(REFERENCE_DATE)
  return own
}

/** @returns a value that to_jsonb would give for the column; undefined where this type is not known */
export function valueFor(column: Column, hints: Hints, place: Place, faker: Faker): unknown {
  if (column.array && place.unique && column.labels && column.labels.length > 1)
    return spelled(place.row, column.labels)
  if (column.array)
    return place.variant % 2 === 0 && !place.unique ? [] : [scalarFor(column, hints, place, faker)]
  return scalarFor(column, hints, place, faker)
}

/** A number written with labels for digits: no two lists are alike. */
const spelled = (row: number, labels: readonly string[]): readonly string[] =>
  Array.from(row.toString(Math.min(36, labels.length))).map((digit) => labels[parseInt(digit, 36)] ?? '')

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
    default: {
      const time = timeFor(column, place)
      return time === undefined ? otherFor(column, place) : time
    }
  }
}

/** Keys get a range of their own per relation, so that a number alone tells which row it is from. */
function numberFor(column: Column, hints: Hints, place: Place): number {
  const step = stepOf(column)
  const most = Math.min(hints.max ?? Infinity, (hints.below ?? Infinity) - step, limitOf(column))
  const bound = Math.max(hints.min ?? -Infinity, (hints.above ?? -Infinity) + step)
  const isBound = bound !== -Infinity
  const usual = column.baseType === 'int2' ? 1 : 0
  const least = isBound ? bound : most < 0 ? most - 10_000 * step : usual
  const wanted = place.unique
    ? 100_000 + place.relationIndex * 1_000 + place.row
    : 1 + place.row * 7 + place.relationIndex
  const base = isBound ? least + (place.unique ? wanted : place.row) : wanted
  if (base <= most) return rounded(base, step)
  const count = Math.max(1, Math.floor((most - least) / step + 1e-6) + 1)
  return rounded(least + (place.row % count) * step, step)
}

/** The smallest difference that the column keeps. */
function stepOf({ baseType, precision }: Column): number {
  if (precision) return 10 ** -precision[1]
  return /^(numeric|float[48]|money)$/.test(baseType) ? 0.01 : 1
}

const rounded = (value: number, step: number): number =>
  step < 1 ? Number(value.toFixed(Math.round(-Math.log10(step)))) : value

/** The largest number that the column holds. */
export function limitOf({ baseType, precision }: Pick<Column, 'baseType' | 'precision'>): number {
  if (precision) return 10 ** (precision[0] - precision[1]) - 10 ** -precision[1]
  if (baseType === 'int2') return 32_767
  return /^(int8|numeric|float8)$/.test(baseType) ? Number.MAX_SAFE_INTEGER : 2_000_000_000
}
