import type {
  AccessChange,
  Cause,
  ComparedState,
  Comparison,
  OpenedFinding,
} from '../../domain/comparison.ts'
import type { Finding, Report, Untested } from '../../domain/report.ts'
import { titleOf } from '../findings.ts'
import { labelled } from '../labelled.ts'
import { hanging, spread } from '../look.ts'
import type { Look } from '../look.ts'
import { placeOf } from '../place.ts'
import { count, pad, widthOf } from '../text.ts'
import { gathered, totalsIn, withoutNotes } from './gather.ts'
import { whereText } from './where.ts'

/** What opened, closed and changed between two states, for a person at a terminal. */
export function comparisonText(
  all: Comparison,
  { after, exitCode }: { readonly after: Report; readonly exitCode: 0 | 1 },
  look: Look,
): string {
  const comparison = withoutNotes(all)
  const { before, findings, access, untested, remarks } = comparison
  const lines = [
    ...hanging(' ', look.clean(`${stateText(before)} ${arrow(look)} ${stateText(comparison.after)}`), look),
    ...files(comparison, look),
    ...remarks.flatMap((remark) => hanging(' ! ', look.clean(remark), look)),
    ...section(
      'Opened',
      findings.opened.flatMap((one) => opened(one, after, look)),
      look,
    ),
    ...section(
      'Access',
      gathered(access).flatMap((change, _, all) => accessLines(change, all, look)),
      look,
    ),
    ...section(
      'Newly untested',
      untested.opened.flatMap((one) => doubt(one, look)),
      look,
    ),
    ...section(
      'Changed',
      findings.changed.flatMap((pair) => changed(pair, after, look)),
      look,
    ),
    ...section(
      'Closed',
      [
        ...findings.closed.map((one) => closed(one, after, look)),
        ...(untested.closed.length > 0
          ? [look.paint.good(`   ${untested.closed.length} that could not be tested before can be now`)]
          : []),
      ],
      look,
    ),
    ...(isSame(comparison) ? ['', ` ${look.paint.good(look.tick)} no difference in access`] : []),
    '',
    ...spread(` ${totalsIn(comparison).join(` ${look.dot} `)}`, `exit ${exitCode}`, look),
  ]
  return `${lines.join('\n')}\n`
}

export const stateText = ({ name, sha }: ComparedState): string =>
  sha === undefined || name.startsWith(sha.slice(0, 7)) ? name : `${name} (${sha.slice(0, 7)})`

const arrow = ({ tick }: Look): string => (tick === '✓' ? '→' : '->')

const isSame = ({ findings, untested, access }: Comparison): boolean =>
  [findings.opened, findings.closed, findings.changed, untested.opened, untested.closed, access].every(
    ({ length }) => length === 0,
  )

const section = (title: string, lines: readonly string[], look: Look): readonly string[] =>
  lines.length === 0 ? [] : ['', ` ${look.paint.strong(title)}`, ...lines]

const FILES_SHOWN = 6

function files({ files: { added, removed, changed: edited } }: Comparison, look: Look): readonly string[] {
  const all = [
    ...added.map((file) => `+ ${file}`),
    ...edited.map((file) => `~ ${file}`),
    ...removed.map((file) => `- ${file}`),
  ]
  const more = all.length - FILES_SHOWN
  return [
    ...all.slice(0, FILES_SHOWN).map((text) => look.paint.faint(`   ${look.clean(text)}`)),
    ...(more > 0 ? [look.paint.faint(`   and ${count(more, 'more file')}`)] : []),
  ]
}

function opened({ finding, causes }: OpenedFinding, after: Report, look: Look): readonly string[] {
  return [
    ...spread(titleOf(finding, after, look), finding.id, look),
    ...hanging('   ', look.clean(finding.evidence === '' ? finding.title : finding.evidence), look),
    ...causeLines(causes, look),
  ]
}

const causeLines = (causes: readonly Cause[], look: Look): readonly string[] =>
  causes.flatMap((cause) => labelled('by', look.clean(cause.text), look, look.clean(whereText(cause))))

function accessLines(change: AccessChange, all: readonly AccessChange[], look: Look): readonly string[] {
  const nameOf = ({ subject, aspect }: AccessChange): string => `${look.clean(subject)}  ${aspect}`
  const width = Math.min(Math.max(...all.map((one) => widthOf(nameOf(one)))), look.width - 40)
  const paint = PAINTS[change.direction]
  const value = `${change.before ?? 'not there'} ${arrow(look)} ${change.after ?? 'not there'}`
  const [first] = change.causes
  const right = first ? look.clean(whereText(first) || first.text) : ''
  return spread(`   ${pad(nameOf(change), width)}  ${look.paint[paint](look.clean(value))}`, right, look)
}

const PAINTS = { opened: 'bad', closed: 'good', changed: 'warn', told: 'faint' } as const

const doubt = ({ relation, scope, command, actor, reason }: Untested, look: Look): readonly string[] =>
  hanging(
    ` ${look.cells.untested} `,
    look.clean(`${placeOf(relation, scope)} ${command}${actor === 'all' ? '' : ` (${actor})`}: ${reason}`),
    look,
  )

function changed(
  { before, after }: Comparison['findings']['changed'][number],
  report: Report,
  look: Look,
): readonly string[] {
  const was =
    before.severity === after.severity
      ? `accepted now: ${after.suppressed?.reason ?? ''}`
      : `${before.severity} before, ${after.severity} now`
  return [titleOf(after, report, look), ...hanging('   ', look.clean(was), look)]
}

const closed = (finding: Finding, after: Report, look: Look): string =>
  titleOf(finding, after, { ...look, severities: { error: look.tick, warning: look.tick, note: look.tick } })
