import type { PassedOver, Report } from '../domain/report.ts'
import { hanging, type Look } from './look.ts'
import type { Level } from './reporter.ts'
import { count } from './text.ts'

/** Statements listed unless everything is wanted. */
const SHOWN = 5

/** What of the migrations failed and was passed over, for people. */
export function passedOver(report: Report, level: Level, look: Look): readonly string[] {
  const failed = report.run.lenient?.failed ?? []
  if (failed.length === 0) return []
  const shown = level === 'all' ? failed : failed.slice(0, SHOWN)
  const hidden = failed.length - shown.length
  return [
    '',
    ...hanging(` ${look.paint.warn('!')} `, passedOverTitle(failed), look),
    ...shown.flatMap((one) => hanging('   ', look.clean(passedOverText(one)), look)),
    ...(hidden > 0 ? [`   and ${count(hidden, 'more', 'more')} (--level all lists them)`] : []),
  ]
}

/** How many there are, and what that means. */
export function passedOverTitle(failed: readonly PassedOver[]): string {
  const harmless = failed.filter(({ about }) => about.length === 0).length
  const rest =
    harmless === 0
      ? ''
      : `; ${harmless} of them ${harmless === 1 ? 'decides' : 'decide'} nothing about access`
  return `${count(failed.length, 'statement')} of the migrations failed and ${failed.length === 1 ? 'was' : 'were'} passed over: what ${failed.length === 1 ? 'it was' : 'they were'} about is untested${rest}`
}

/** `0004_x.sql:12: relation "a" does not exist (42P01)`. */
export const passedOverText = ({ file, line, message, sqlstate }: PassedOver): string =>
  `${file}:${line}: ${message}${sqlstate === null ? '' : ` (${sqlstate})`}`
