import type { Faker } from '@faker-js/faker'
import type { Column } from '../domain/catalog.ts'
import type { Hints } from './hints.ts'
import { fromLike, fromPattern } from './pattern.ts'
import { canary } from './place.ts'
import type { Place } from './place.ts'

/** A text with the canary in it, as realistic as the column's limits allow. */
export function textFor(column: Column, hints: Hints, place: Place, faker: Faker): string {
  const least = hints.minLength ?? 0
  const longest = Math.min(column.maxLength ?? Infinity, hints.maxLength ?? Infinity, Math.max(200, least))
  const tag =
    longest < 6 && place.unique ? numbered(place, longest) : canary(place, column.name, Math.min(9, longest))
  const text =
    shaped(hints, place, tag) ??
    (place.unique ? undefined : usual(column.name)) ??
    wording(column.name, tag, faker)
  const fitted = text.length <= longest ? text : tag.slice(0, longest)
  return fitted.padEnd(Math.min(least, longest), 'x')
}

function shaped(hints: Hints, place: Place, tag: string): string | undefined {
  if (hints.pattern !== undefined) return fromPattern(hints.pattern, hints.ignoreCase ?? false, place, tag)
  if (hints.like !== undefined) return fromLike(hints.like, tag)
  if (hints.email) return `${tag}@example.com`
  return undefined
}

/** A few characters cannot be distinct by chance. */
function numbered({ row }: Place, length: number): string {
  return row.toString(36).padStart(length, '0').slice(-length)
}

/** Realistic texts by the column's name, each with the canary in it. */
function wording(column: string, tag: string, faker: Faker): string {
  const name = column.toLowerCase()
  if (/e_?mail/.test(name)) return `${tag}@example.com`
  if (/(url|link|website|avatar|image|photo|logo|src)/.test(name)) return `https://example.com/${tag}`
  if (/(phone|mobile|tel)/.test(name)) return `+1555${parseInt(tag.slice(1, 7), 36) % 10_000_000}`
  if (/(slug|handle|username|user_name|code|token|key|path|hash)/.test(name)) return tag
  if (/(first|last|full|display)?_?name$/.test(name)) return `${faker.person.fullName()} ${tag}`
  if (/(city|town)/.test(name)) return `${faker.location.city()} ${tag}`
  if (/(street|address)/.test(name)) return `${faker.location.streetAddress()} ${tag}`
  if (/(company|organi[sz]ation|brand)/.test(name)) return `${faker.company.name()} ${tag}`
  if (/(title|subject|label|heading)/.test(name)) return `${faker.commerce.productName()} ${tag}`
  return `${faker.hacker.phrase()} ${tag}`
}

/** What is written in one way only, so that it cannot carry a canary. */
function usual(column: string): string | undefined {
  const name = column.toLowerCase()
  if (/colou?r/.test(name)) return '#3366cc'
  if (/currency/.test(name)) return 'EUR'
  if (/(language|locale|lang)$/.test(name)) return 'en'
  if (/country/.test(name)) return 'DE'
  if (/time_?zone|^tz$/.test(name)) return 'Europe/Berlin'
  return undefined
}
