import type { Finding, FindingGroup, Report } from '../domain/report.ts'
import { asWhom } from './actor-text.ts'
import { extentOf } from './extent.ts'
import { describe, isShown, openFindings } from './findings.ts'
import { describeGroup, isTold, shownGroups } from './group.ts'
import { lookOf, type Look } from './look.ts'
import { access } from './markdown/access.ts'
import { fit, type Piece } from './markdown/fit.ts'
import { codeBlock, codeElement, codeSpan } from './markdown/mark.ts'
import { LOCK_REMEDY, lockLines } from './lock-lines.ts'
import { passedOver } from './passed-over.ts'
import { placeOf } from './place.ts'
import { ranked } from './ranked.ts'
import type { ReporterOptions } from './reporter.ts'
import { totalsOf } from './totals.ts'
import { count } from './text.ts'
import { untested } from './untested.ts'

/** What GitHub takes as a comment; in bytes, which are never fewer than its characters. */
const COMMENT = 65_536

/**
 * Markdown for comments and job summaries: outcome, matrix, a fold per finding, what is untested. What does not fit is left
 * out finding by finding, and the end says so.
 */
export function markdown(report: Report, options: ReporterOptions): string {
  const look = lookOf({ colour: false, unicode: true, width: 100 })
  const single = openFindings(report).filter((finding) => !isTold(finding, report))
  const shown = ranked({ findings: single }).filter((finding) => isShown(finding, options.level))
  const hidden = single.length - shown.length
  const pieces: readonly Piece[] = [
    { text: block([headline(report, options), '', facts(report), ...access(report, look)]) },
    ...shownGroups(report, options.level).map((group) => ({
      text: block(foldGroup(group, report, look)),
      kind: 'finding' as const,
    })),
    ...shown.map((finding) => ({ text: block(fold(finding, report, look)), kind: 'finding' as const })),
    ...passedOverPieces(report, look).map((text) => ({ text, kind: 'gap' as const })),
    ...gaps(report, look).map((text) => ({ text, kind: 'gap' as const })),
    ...lockPieces(report).map((text) => ({ text, kind: 'notice' as const })),
    ...notices(report).map((text) => ({ text, kind: 'notice' as const })),
    ...(hidden > 0
      ? [{ text: block(['', `${count(hidden, 'finding')} below this level not listed.`]) }]
      : []),
  ]
  const { text, leftOut } = fit(pieces, options.longest ?? COMMENT)
  return leftOut.length === 0 ? text : `${text}${block(['', missing(leftOut)])}`
}

const block = (lines: readonly string[]): string => `${lines.join('\n')}\n`

function headline(report: Report, { exitCode }: ReporterOptions): string {
  const totals = totalsOf(report).join(', ')
  switch (exitCode === 2 ? 'could-not-run' : report.outcome) {
    case 'could-not-run':
      return '### ✗ rls-harness: nothing could be judged, this run proves nothing'
    case 'isolated':
      return `### ${exitCode === 0 ? '✓' : '✗'} rls-harness: isolated, ${totals}`
    case 'partial':
      return `### rls-harness: part ${part(report)} proves nothing alone, ${totals}`
    case 'findings':
      return `### ${exitCode === 0 ? '!' : '✗'} rls-harness: ${totals}`
  }
}

function part({ run }: Report): string {
  if (run.shard) return `${run.shard.index}/${run.shard.count}`
  return run.changed ? `(what can have changed since ${codeSpan(run.changed.since)})` : ''
}

function facts(report: Report): string {
  const { run, tool, coverage } = report
  const untried =
    coverage.untried.length > 0 ? `, not tried: ${coverage.untried.map(codeSpan).join(', ')}` : ''
  const server = codeSpan(`${tool.version}, ${run.engine.kind} PostgreSQL ${run.engine.version}`)
  return `${extentOf(report)}${untried}. rls-harness ${server}, seed ${run.seed}.`
}

/** What the terminal tells of a finding, behind a line that says what it is. */
function fold(finding: Finding, report: Report, look: Look): readonly string[] {
  const { severity, code, relation, scope, command, actor } = finding
  const who = actor === undefined ? '' : ` ${asWhom(actor, report)}`
  const title = `${look.severities[severity]} ${code} ${codeElement(placeOf(relation, scope))} ${command}${who}`
  const [, ...lines] = describe(finding, report, look)
  return ['', `<details><summary>${title}</summary>`, '', ...codeBlock(lines), '', '</details>']
}

/** One cause of many findings: all relations and the words that accept it stand inside. */
function foldGroup(group: FindingGroup, report: Report, look: Look): readonly string[] {
  const title = `${look.severities[group.severity]} ${group.id} ${count(group.relations.length, 'relation')}`
  const [, ...lines] = describeGroup(group, report, look)
  return ['', `<details><summary>${title}</summary>`, '', ...codeBlock(lines), '', '</details>']
}

function gaps(report: Report, look: Look): readonly string[] {
  const [, title, ...lines] = untested(report, 'warning', look)
  if (title === undefined) return []
  if (lines.length === 0) return [block(['', title.trim()])]
  const fenced = [...codeBlock(lines), '']
  return [block(['', `<details><summary>${title.trim()}</summary>`, '', ...fenced, '</details>'])]
}

/** Statements that failed, a few of them listed. */
function passedOverPieces(report: Report, look: Look): readonly string[] {
  const [, title, ...lines] = passedOver(report, 'warning', look)
  if (title === undefined) return []
  return [block(['', ...codeBlock([title, ...lines])])]
}

/** What is not as the access lock says, as a diff. */
function lockPieces({ lock }: Report): readonly string[] {
  if (!lock || lock.differences.length === 0) return []
  const lines = codeBlock(lock.differences.flatMap(lockLines))
  return [
    block([
      '',
      `Access is not as in ${codeSpan(lock.file)}. ${LOCK_REMEDY.replace(/: (.*)$/, ': `$1`')}`,
      '',
      ...lines,
    ]),
  ]
}

const notices = ({ notices: all }: Report): readonly string[] =>
  all.length === 0 ? [] : [block(['', ...codeBlock(all.map((notice) => `! ${notice}`))])]

function missing(leftOut: readonly Piece[]): string {
  const number = leftOut.filter(({ kind }) => kind === 'finding').length
  const parts = [
    ...(number > 0 ? [count(number, 'finding')] : []),
    ...(leftOut.some(({ kind }) => kind === 'gap') ? ['what is untested'] : []),
    ...(leftOut.some(({ kind }) => kind === 'notice') ? ['the notices'] : []),
  ]
  return `**Cut short:** ${parts.join(', ')} did not fit here; the JSON report holds everything.`
}
