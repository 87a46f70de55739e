import type { Argument, Relation } from '../../domain/catalog.ts'
import { labelsOf } from '../../domain/catalog.ts'
import type { Actor, Values } from '../../domain/population.ts'

/** A value that a write can be seen by: one that the row does not have yet. Keys to other rows stay as they are. */
export function otherThan(value: unknown, relation: Relation, name: string): unknown {
  const column = relation.columns.find((one) => one.name === name)
  const isKey =
    relation.foreignKeys.some(({ columns }) => columns.includes(name)) ||
    relation.keys.some(({ primary, columns }) => primary && columns.includes(name))
  if (!column || isKey || column.array) return value
  const labels = labelsOf(relation, column)
  if (labels.length > 0) return labels.find((label) => label !== value) ?? value
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value + 7
  if (/^(text|varchar|citext)$/.test(column.baseType) && !String(value).includes('@')) {
    const text = `${String(value ?? '')}x`
    return text.slice(-(column.maxLength ?? text.length))
  }
  return value
}

/** The row with everything changed that is no key, so that a write of it can be seen. */
export const changedRow = (relation: Relation, row: Values): Values =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, otherThan(value, relation, name)]))

/** A unique text that is no name of anything: whoever has it was given it. */
export function isSecret(relation: Relation, column: string): boolean {
  const isKey = relation.foreignKeys.some(({ columns }) => columns.includes(column))
  return (
    !isKey &&
    /token|secret|magic|passw|nonce|otp|pin$|hash|invite_?code|join_?code|access_?code|api_?key|signature/i.test(
      column,
    )
  )
}

export const ALL = /limit|count|size|take|rows|max|top|num|days|hours/i
const FROM = /start|from|since|after|begin|lower/i

/** A value of the type that asks for as much as possible. */
export function byType({ baseType, name: given }: Argument, person: Actor): unknown {
  const name = given ?? ''
  switch (baseType) {
    case 'uuid':
      return person.user
    case 'bool':
      return true
    case 'int2':
    case 'int4':
    case 'int8':
    case 'numeric':
    case 'float4':
    case 'float8':
      return numberFor(name)
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'citext':
      return /e-?mail/i.test(name) ? (person.claims['email'] ?? '') : ''
    case 'json':
    case 'jsonb':
      return {}
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return FROM.test(name) ? '1970-01-01' : '2100-01-01'
    case 'interval':
      return '100 years'
    case 'vector':
    case 'halfvec':
      return '[0.1,0.2,0.3]'
    default:
      return null
  }
}

function numberFor(name: string): number {
  if (/threshold|similarity|min_?score/i.test(name)) return -1
  if (/page/i.test(name) && !/size|per/i.test(name)) return 1
  if (ALL.test(name) || /per_?page/i.test(name)) return 1_000
  return /offset|skip|cursor/i.test(name) ? 0 : 10
}

/** What is typed into a search box to find this row: a word that stands in it. */
export function searchWord(row: Values | null): string | undefined {
  const texts = Object.values(row ?? {}).filter(
    (value): value is string => typeof value === 'string' && /\s/.test(value) && !/^[\d({[]/.test(value),
  )
  const words = texts.flatMap((text) => text.match(/[a-z]{5,}/gi) ?? [])
  return words.toSorted((a, b) => b.length - a.length)[0]
}
