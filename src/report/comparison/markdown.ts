import type { AccessChange, Cause, Comparison, OpenedFinding } from '../../domain/comparison.ts'
import type { Finding, Untested } from '../../domain/report.ts'
import { fit } from '../markdown/fit.ts'
import type { Piece } from '../markdown/fit.ts'
import { codeElement, codeSpan } from '../markdown/mark.ts'
import { placeOf } from '../place.ts'
import { count } from '../text.ts'
import { stateText } from './terminal.ts'
import { gathered, widths, withoutNotes } from './gather.ts'
import { whereText } from './where.ts'

/** What GitHub takes as a comment; in bytes, which are never fewer than its characters. */
const COMMENT = 65_536

/** What opened, closed and changed between two states, as a comment on a change. What does not fit is counted. */
export function comparisonMarkdown(all: Comparison, { exitCode }: { readonly exitCode: 0 | 1 }): string {
  const comparison = withoutNotes(all)
  const { findings, access, untested } = comparison
  const pieces: readonly Piece[] = [
    { text: block(head(comparison, exitCode)) },
    ...rows('Opened', ['', 'finding', 'relation', 'command', 'who', 'by'], findings.opened.map(openedRow)),
    ...rows('Access', ['', 'relation', 'command', 'before', 'now', 'by'], gathered(access).map(accessRow)),
    ...rows('Newly untested', ['relation', 'command', 'why'], untested.opened.map(doubtRow)),
    ...rows('Changed', ['finding', 'relation', 'command', 'before', 'now'], findings.changed.map(changedRow)),
    ...rows('Closed', ['finding', 'relation', 'command', 'who'], findings.closed.map(closedRow)),
    ...evidence(findings.opened),
  ]
  const { text, leftOut } = fit(pieces, COMMENT)
  const note = `\n${count(leftOut.length, 'part')} did not fit: \`rls-harness diff\` prints all.\n`
  return leftOut.length === 0 ? text : `${text}${note}`
}

const block = (lines: readonly string[]): string => `${lines.join('\n')}\n`

function head(comparison: Comparison, exitCode: 0 | 1): readonly string[] {
  const { before, after, findings, access, untested, files, remarks } = comparison
  const { wider, narrower } = widths(access)
  const said = [
    ...(findings.opened.length > 0 ? [`${findings.opened.length} opened`] : []),
    ...(findings.closed.length > 0 ? [`${findings.closed.length} closed`] : []),
    ...(wider > 0 ? [`access is wider in ${count(wider, 'place')}`] : []),
    ...(narrower > 0 ? [`narrower in ${narrower}`] : []),
    ...(untested.opened.length > 0 ? [`${untested.opened.length} newly untested`] : []),
  ]
  const sql = [
    ...files.added.map((file) => `new ${codeSpan(file)}`),
    ...files.changed.map((file) => `changed ${codeSpan(file)}`),
    ...files.removed.map((file) => `removed ${codeSpan(file)}`),
  ]
  const most = 10
  return [
    `### ${exitCode === 1 ? '✗' : findings.opened.length + wider > 0 ? '!' : '✓'} rls-harness: ${said.length === 0 ? 'no difference in access' : said.join(', ')}`,
    '',
    `${codeSpan(stateText(before))} → ${codeSpan(stateText(after))}, ${count(findings.same, 'finding')} as before.`,
    ...(sql.length > 0
      ? [
          '',
          `SQL: ${sql.slice(0, most).join(', ')}${sql.length > most ? ` and ${sql.length - most} more` : ''}.`,
        ]
      : []),
    ...remarks.flatMap((remark) => ['', `Mind: ${codeSpan(remark)}.`]),
  ]
}

/** A table whose rows may be left out one by one. */
function rows(
  title: string,
  columns: readonly string[],
  cells: readonly (readonly string[])[],
): readonly Piece[] {
  if (cells.length === 0) return []
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |\n`
  return [
    { text: `\n#### ${title}\n\n${line(columns)}${line(columns.map(() => '---'))}` },
    ...cells.map((row) => ({ text: line(row), kind: 'finding' as const })),
  ]
}

const SIGNS = { error: '✗', warning: '!', note: 'i' } as const
const DIRECTIONS = { opened: '✗', closed: '✓', changed: '!', told: 'i' } as const

function causeText(causes: readonly Cause[]): string {
  const texts = causes.map((cause) =>
    codeSpan([cause.text, whereText(cause)].filter((part) => part !== '').join(' · ')),
  )
  return texts.join('<br>')
}

const nameOf = ({ relation, scope }: Pick<Finding, 'relation' | 'scope'>): string =>
  codeSpan(placeOf(relation, scope))

const openedRow = ({ finding, causes }: OpenedFinding): readonly string[] => [
  SIGNS[finding.severity],
  codeSpan(finding.code),
  nameOf(finding),
  finding.command,
  finding.actor ?? '',
  causeText(causes),
]

const accessRow = ({
  subject,
  aspect,
  before,
  after,
  direction,
  causes,
}: AccessChange): readonly string[] => [
  DIRECTIONS[direction],
  codeSpan(subject),
  aspect,
  before ?? '–',
  after ?? '–',
  causeText(causes),
]

const doubtRow = ({ relation, scope, command, actor, reason }: Untested): readonly string[] => [
  nameOf({ relation, ...(scope === undefined ? {} : { scope }) }),
  actor === 'all' ? command : `${command} (${actor})`,
  codeSpan(reason),
]

const changedRow = ({ before, after }: Comparison['findings']['changed'][number]): readonly string[] => [
  codeSpan(after.code),
  nameOf(after),
  after.command,
  before.severity,
  after.suppressed ? `accepted: ${codeSpan(after.suppressed.reason)}` : after.severity,
]

const closedRow = (finding: Finding): readonly string[] => [
  codeSpan(finding.code),
  nameOf(finding),
  finding.command,
  finding.actor ?? '',
]

/** What was seen, folded: the tables say what, this says how. */
function evidence(opened: readonly OpenedFinding[]): readonly Piece[] {
  return opened.map(({ finding }) => ({
    text: block([
      '',
      `<details><summary>${finding.code} ${codeElement(placeOf(finding.relation, finding.scope))} ${finding.command}</summary>`,
      '',
      codeSpan(finding.evidence === '' ? finding.title : finding.evidence),
      '',
      ...finding.blame.map(
        (blame) =>
          `- ${codeSpan([blame.policy, blame.statement, whereText(blame)].filter(Boolean).join(' · '))}`,
      ),
      '',
      `\`rls-harness explain ${finding.id}\``,
      '',
      '</details>',
    ]),
    kind: 'finding' as const,
  }))
}
