import type { Report, Untested } from '../domain/report.ts'
import { hanging, type Look } from './look.ts'
import type { Level } from './reporter.ts'
import { placeOf } from './place.ts'
import { count } from './text.ts'
import { openUntested } from './totals.ts'

/** Places listed under one reason unless everything is wanted. */
const PLACES_SHOWN = 8

/** What was planned and proved nothing, by reason: the same reason often stands behind many. What is accepted is counted. */
export function untested(report: Report, level: Level, look: Look): readonly string[] {
  const open = openUntested(report)
  const accepted = report.coverage.untested.length - open.length
  if (open.length + accepted === 0) return []
  const more = accepted === 0 ? '' : ` (${accepted} accepted)`
  const title =
    open.length > 0
      ? `${open.length} untested: nothing is proven about these${more}`
      : `${accepted} untested and accepted: nothing is proven about ${accepted === 1 ? 'it' : 'them'}`
  return ['', ` ${look.paint.warn(look.cells.untested)} ${title}`, ...byReason(open, level, look)]
}

/** Each reason with the places that it stands behind. */
function byReason(entries: readonly Untested[], level: Level, look: Look): readonly string[] {
  const reasons = [...new Set(entries.map((entry) => entry.reason))]
  return reasons.flatMap((reason) =>
    described(
      reason,
      entries.filter((entry) => entry.reason === reason),
      level,
      look,
    ),
  )
}

function described(
  reason: string,
  entries: readonly Untested[],
  level: Level,
  look: Look,
): readonly string[] {
  const places = placesOf(entries)
  const shown = level === 'all' ? places : places.slice(0, PLACES_SHOWN)
  const hidden = places.length - shown.length
  return [
    ...hanging('   ', look.clean(reason), look),
    ...shown.flatMap((place) => hanging('     ', look.clean(place), look)),
    ...(hidden > 0 ? [`     and ${count(hidden, 'more', 'more')} (--level all lists them)`] : []),
  ]
}

/** `public.chats select (foreign, own)`: one place per relation and command. */
function placesOf(entries: readonly Untested[]): readonly string[] {
  const places = new Map<string, string[]>()
  for (const { relation, scope, command, actor } of entries) {
    const place = `${placeOf(relation, scope)} ${command}`
    places.set(place, [...(places.get(place) ?? []), actor])
  }
  return [...places].map(([place, actors]) =>
    actors.includes('all') ? place : `${place} (${actors.join(', ')})`,
  )
}
