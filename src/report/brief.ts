import type { Finding, FindingGroup, Report } from '../domain/report.ts'
import { SEVERITIES, STANDINGS } from '../domain/vocabulary.ts'
import { asWhom } from './actor-text.ts'
import { isShown, openFindings } from './findings.ts'
import { declarationText, groupTitle, isTold, proven, shownGroups } from './group.ts'
import { labelled } from './labelled.ts'
import { severityPaint, spread, type Look } from './look.ts'
import { placeOf } from './place.ts'
import type { Level } from './reporter.ts'
import { DANGERS } from './sarif/weakness.ts'
import { count, pad, truncate, widthOf } from './text.ts'
import { openUntested } from './totals.ts'

const REASONS_SHOWN = 2

/**
 * What was found, in as few lines as say where to begin: groups, then a line or two for each kind of finding.
 *
 * @param room lines that there are; groups are told whatever it is
 */
export function briefFindings(report: Report, level: Level, look: Look, room: number): readonly string[] {
  const lines = ['', ...shownGroups(report, level).flatMap((group) => groupLines(group, report, look))]
  const kinds = kindsOf(report, level)
  const left = [...kinds]
  for (const kind of kinds) {
    const more = kindLines(kind, report, look)
    // one line says what is left out
    if (lines.length + more.length + Number(left.length > 1) > room) break
    lines.push(...more)
    left.shift()
  }
  const rest = `   and ${count(left.flat().length, 'more finding')} of ${count(left.length, 'other kind')}`
  if (left.length > 0) lines.push(rest)
  return lines.length === 1 ? [] : lines
}

function groupLines(group: FindingGroup, report: Report, look: Look): readonly string[] {
  const indented = (text: string): string => `   ${truncate(look.clean(text), look.width - 3, look.ellipsis)}`
  const names = group.relations.map(({ relation }) => relation)
  return [
    groupTitle(group, look),
    indented(group.title),
    ...proven(group, report).slice(0, 1).map(indented),
    `   ${namesText(names, look)}`,
  ]
}

/** Findings that stand by themselves, by severity and code, the most dangerous kind first. */
function kindsOf(report: Report, level: Level): readonly (readonly Finding[])[] {
  const open = openFindings(report).filter((one) => !isTold(one, report) && isShown(one, level))
  const keys = [...new Set(open.map(keyOf))]
  return keys.map((key) => open.filter((one) => keyOf(one) === key)).sort((a, b) => weightOf(b) - weightOf(a))
}

const keyOf = ({ severity, code }: Finding): string => `${severity} ${code}`

function weightOf([first]: readonly Finding[]): number {
  if (!first) return 0
  return SEVERITIES.indexOf(first.severity) * 100 + Number(DANGERS[first.code]?.score ?? 0)
}

function kindLines(kind: readonly Finding[], report: Report, look: Look): readonly string[] {
  const [first] = kind
  if (!first) return []
  const paint = severityPaint(first.severity, look)
  const places = [...new Set(kind.map(({ relation, scope }) => placeOf(relation, scope)))]
  const who = STANDINGS.filter((standing) => kind.some(({ actor }) => actor === standing))
    .map((standing) => asWhom(standing, report))
    .join(', ')
  const head = ` ${paint(look.severities[first.severity])} ${paint(first.code)}  `
  const width = first.code.length + 5
  const commands = [...new Set(kind.map(({ command }) => command))].join(', ')
  const [place = ''] = places
  const name =
    places.length === 1
      ? look.clean(place)
      : count(places.length, places.every((one) => one.includes('(')) ? 'function' : 'relation')
  const pointer = `explain ${first.id}`
  const text = truncate(
    [name, commands, who].filter((part) => part !== '').join('  '),
    look.width - width - pointer.length - 2,
    look.ellipsis,
  )
  const line = spread(`${head}${text}`, pointer, look)
  return places.length === 1 ? line : [...line, `   ${namesText(places, look)}`]
}

/** As many names as fit into a line, and how many there are beyond. */
function namesText(names: readonly string[], look: Look): string {
  const room = look.width - 3
  let text = ''
  for (const [at, name] of names.entries()) {
    const longer = `${text}${at === 0 ? '' : ', '}${look.clean(name)}`
    const left = names.length - at - 1
    const rest = left > 0 ? ` and ${left} more` : ''
    if (at > 0 && widthOf(longer) + widthOf(rest) > room) return `${text} and ${names.length - at} more`
    text = truncate(longer, room - widthOf(rest), look.ellipsis)
  }
  return text
}

/** What is untested, as few reasons as stand behind most of it. */
export function briefUntested(report: Report, look: Look): readonly string[] {
  const open = openUntested(report)
  if (open.length === 0) return []
  const reasons = [...new Set(open.map(({ reason }) => reason))]
    .map((reason) => ({ reason, entries: open.filter((one) => one.reason === reason) }))
    .sort((a, b) => b.entries.length - a.entries.length)
  const hidden = reasons.length - REASONS_SHOWN
  return [
    '',
    ` ${look.paint.warn(look.cells.untested)} ${open.length} untested: nothing is proven about these`,
    ...reasons.slice(0, REASONS_SHOWN).map(({ reason, entries }) => {
      const [first] = entries
      const where = first ? `${placeOf(first.relation, first.scope)} ${first.command}` : ''
      const place = `${where}${entries.length > 1 ? ', …' : ''}`
      return `   ${truncate(look.clean(`${entries.length} × ${place}: ${reason}`), look.width - 3, look.ellipsis)}`
    }),
    ...(hidden > 0 ? [`   and for ${count(hidden, 'other reason')}`] : []),
  ]
}

/** Longer words than these are left to `explain`. */
const WORDS_AT_MOST = 42

/** What a newcomer can do next with what was found. */
export function nextSteps(report: Report, look: Look): readonly string[] {
  const open = openFindings(report)
  const [first] = report.groups.length > 0 ? report.groups : open
  const steps: readonly (readonly [command: string, what: string])[] = [
    ['rls-harness check --full', 'every finding, with evidence and places'],
    ...(first ? [[`rls-harness explain ${first.id}`, 'one of them, with what to do'] as const] : []),
    ['rls-harness check --output-file rls.html', 'all of it as one page'],
    ...acceptance(report),
    ...(open.length > 0
      ? [['rls-harness baseline write', 'from then on only what is new fails'] as const]
      : []),
  ]
  const room = Math.max(...steps.map(([command]) => widthOf(command)))
  return [
    '',
    ...steps.flatMap(([command, what], at) =>
      labelled(at === 0 ? 'next' : '', `${pad(look.clean(command), room)}  ${what}`, look),
    ),
  ]
}

/** The word that says that a group is meant, or where it stands. */
function acceptance({ groups }: Report): readonly (readonly [command: string, what: string])[] {
  const group = groups.find(({ declaration }) => declaration !== undefined)
  if (!group) return []
  const [words = '', ...others] = declarationText(group)
  const isShort = others.length === 0 && words.length <= WORDS_AT_MOST
  return isShort
    ? [[words, `in rls.config.ts, where ${group.id} is meant`]]
    : [[`rls-harness explain ${group.id}`, `the words to declare it by, where it is meant`]]
}
