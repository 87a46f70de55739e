import { lookOf } from '../report/look.ts'
import type { Look } from '../report/look.ts'
import type { Host, Output } from './host.ts'

/**
 * Whether colours may be written to a stream: the flag, NO_COLOR (no-color.org: any value that is not empty),
 * FORCE_COLOR, then whether a person is looking.
 */
export function coloursFor(
  output: Output,
  flag: boolean | undefined,
  environment: Host['environment'],
): boolean {
  if (flag !== undefined) return flag
  if ((environment['NO_COLOR'] ?? '') !== '') return false
  const forced = environment['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return isPersonAt(output, environment)
}

/** Whether a line may be redrawn: a terminal that can, and no CI job that keeps every redraw in its log. */
export function isLive(output: Output, environment: Host['environment']): boolean {
  return isPersonAt(output, environment) && !isInCi(environment)
}

/** Whether a CI job says that it is one. */
export function isInCi(environment: Host['environment']): boolean {
  const ci = environment['CI'] ?? ''
  return ci !== '' && ci !== 'false' && ci !== '0'
}

function isPersonAt(output: Output, environment: Host['environment']): boolean {
  return output.isTTY === true && environment['TERM'] !== 'dumb'
}

/** How text is to look on stdout. */
export const lookFor = (host: Host, color: boolean | undefined): Look =>
  lookOf({
    colour: coloursFor(host.stdout, color, host.environment),
    unicode: isUnicode(host),
    width: host.stdout.columns ?? 100,
  })

/** Whether the locale is UTF-8, as POSIX looks it up; Windows has none: its newer terminals say who they are. */
export function isUnicode({ environment, platform }: Pick<Host, 'environment' | 'platform'>): boolean {
  if (platform === 'win32') {
    return Boolean(environment['WT_SESSION'] ?? environment['TERM_PROGRAM'] ?? environment['CI'])
  }
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || ''
  return /utf-?8/i.test(locale)
}
