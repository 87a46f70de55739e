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
import { codeBlock, codeSpan } from './markdown/mark.ts'
import { harmless } from './text.ts'

/** The same for a pull request or a step summary. */
export function driftMarkdown(report: DriftReport): string {
  const { other, migrations, differences, notRebuilt, notes } = report
  const lines = [
    `## Drift: ${totalsOf(report)}`,
    '',
    `Migrations: ${codeSpan(migrations)}. Compared with ${codeSpan(other.name)}.`,
    ...(differences.length > 0
      ? ['', `\`-\` what the migrations make, \`+\` what ${text(shortName(other))} has.`]
      : []),
    ...groupsOf(differences).flatMap((group) => [
      '',
      `### ${group.title.includes('.') ? codeSpan(group.title) : text(group.title)}`,
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
        `- ${kind} ${codeSpan(name)}${relation === null ? '' : ` of ${codeSpan(relation)}`}: ${text(reason)}`,
    ),
    ...(notes.length > 0 ? ['', ...notes.map((note) => `- ${text(note)}`)] : []),
    '',
    text(adviceOn(report)),
  ]
  return `${lines.join('\n')}\n`
}

function differenceLines(difference: Difference, { other }: DriftReport): readonly string[] {
  const place =
    difference.file === undefined ? '' : ` (${codeSpan(`${difference.file}:${difference.line ?? 1}`)})`
  const parts = difference.with.length > 0 ? `, with ${difference.with.join(', ')}` : ''
  const strong = difference.weight === 'access' ? '**' : ''
  const changes = difference.changes.flatMap((change) => [
    `${change.name}:`,
    ...diffLines(change).map(({ sign, text: line }) => `${sign} ${line}`),
  ])
  return [
    '',
    `- ${strong}${codeSpan(titleOf(difference))} ${text(stateWords(difference, other))}${strong}${parts}${place}`,
    ...(changes.length > 0 ? ['', ...codeBlock(changes, 'diff').map((line) => `  ${line}`)] : []),
  ]
}

function accessLines({ access }: DriftReport): readonly string[] {
  if (access.kind !== 'compared') return []
  const lines = [
    ...access.changes.map((change) => `- ${codeSpan(accessWords(change, '→'))}`),
    ...access.opened.map((finding) => `- new: ${findingText(finding)}`),
    ...access.closed.map((finding) => `- gone: ${findingText(finding)}`),
    ...access.untested.map((what) => `- untested there: ${codeSpan(what)}`),
  ]
  return lines.length > 0 ? ['', ...lines] : []
}

const findingText = ({ id, code: kind, severity, relation, command, title }: DriftFinding): string =>
  `${severity} ${codeSpan(`${kind} ${id}`)} ${codeSpan(`${relation} ${command}`)}: ${text(title)}`

/** What a person wrote, as plain text: nothing in it becomes markup. */
const text = (value: string): string =>
  harmless(value, true).replaceAll(/[\\`*_{}[\]<>#|&~]/g, String.raw`\$&`)

const sentence = (value: string): string => `${value.charAt(0).toUpperCase()}${value.slice(1)}.`
