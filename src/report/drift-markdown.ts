import type { Difference, DriftFinding, DriftReport } from '../domain/drift.ts'
import {
  accessSummary,
  accessWords,
  adviceOn,
  diffLines,
  groupsOf,
  shortName,
  stateWords,
  titleOf,
  totalsOf,
} from './drift-lines.ts'
import { harmless } from './text.ts'

/** The same for a pull request or a step summary. */
export function driftMarkdown(report: DriftReport): string {
  const { other, migrations, differences, notRebuilt, notes } = report
  const lines = [
    `## Drift: ${totalsOf(report)}`,
    '',
    `Migrations: ${code(migrations)}. Compared with ${code(other.name)}.`,
    ...(differences.length > 0
      ? ['', `\`-\` what the migrations make, \`+\` what ${text(shortName(other))} has.`]
      : []),
    ...groupsOf(differences).flatMap((group) => [
      '',
      `### ${group.title.includes('.') ? code(group.title) : text(group.title)}`,
      ...group.differences.flatMap((difference) => differenceLines(difference, report)),
    ]),
    '',
    '### In access',
    '',
    sentence(text(accessSummary(report))),
    ...accessLines(report),
    ...(notRebuilt.length > 0 ? ['', '### Could not be rebuilt, and was not tried', ''] : []),
    ...notRebuilt.map(
      ({ kind, name, relation, reason }) =>
        `- ${kind} ${code(name)}${relation === null ? '' : ` of ${code(relation)}`}: ${text(reason)}`,
    ),
    ...(notes.length > 0 ? ['', ...notes.map((note) => `- ${text(note)}`)] : []),
    '',
    text(adviceOn(report)),
  ]
  return `${lines.join('\n')}\n`
}

function differenceLines(difference: Difference, { other }: DriftReport): readonly string[] {
  const place =
    difference.file === undefined ? '' : ` (${code(`${difference.file}:${difference.line ?? 1}`)})`
  const parts = difference.with.length > 0 ? `, with ${difference.with.join(', ')}` : ''
  const strong = difference.weight === 'access' ? '**' : ''
  const changes = difference.changes.flatMap((change) => [
    `${change.name}:`,
    ...diffLines(change).map(({ sign, text: line }) => `${sign} ${harmless(line, true)}`),
  ])
  return [
    '',
    `- ${strong}${code(titleOf(difference))} ${text(stateWords(difference, other))}${strong}${parts}${place}`,
    ...(changes.length > 0 ? ['', ...fenced(changes)] : []),
  ]
}

/** A fence that is longer than any in the text: a body of a function must not end it. */
function fenced(lines: readonly string[]): readonly string[] {
  const longest = Math.max(
    2,
    ...lines
      .join('\n')
      .split(/[^`]+/)
      .map(({ length }) => length),
  )
  const fence = '`'.repeat(longest + 1)
  return [`  ${fence}diff`, ...lines.map((line) => `  ${line}`), `  ${fence}`]
}

function accessLines({ access }: DriftReport): readonly string[] {
  if (access.kind !== 'compared') return []
  const lines = [
    ...access.changes.map((change) => `- ${code(accessWords(change, '→'))}`),
    ...access.opened.map((finding) => `- new: ${findingText(finding)}`),
    ...access.closed.map((finding) => `- gone: ${findingText(finding)}`),
    ...access.untested.map((what) => `- untested there: ${code(what)}`),
  ]
  return lines.length > 0 ? ['', ...lines] : []
}

const findingText = ({ id, code: kind, severity, relation, command, title }: DriftFinding): string =>
  `${severity} ${code(`${kind} ${id}`)} ${code(`${relation} ${command}`)}: ${text(title)}`

/** Names and texts of a database must neither become markup nor end a span of code. */
function code(value: string): string {
  const clean = harmless(value, true)
  const longest = Math.max(0, ...clean.split(/[^`]+/).map(({ length }) => length))
  if (longest === 0) return `\`${clean}\``
  const fence = '`'.repeat(longest + 1)
  return `${fence} ${clean} ${fence}`
}

const text = (value: string): string =>
  harmless(value, true).replaceAll(/[\\`*_{}[\]<>#|&~]/g, String.raw`\$&`)

const sentence = (value: string): string => `${value.charAt(0).toUpperCase()}${value.slice(1)}.`
