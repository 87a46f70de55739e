import type { Acceptance, Changed, Finding, Report } from '../domain/report.ts'
import { extentOf } from './extent.ts'
import { briefFindings, briefUntested, nextSteps } from './brief.ts'
import { coverage } from './coverage.ts'
import { findings, isShown, openFindings } from './findings.ts'
import { isTold } from './group.ts'
import { header } from './header.ts'
import { hanging, lookOf, spread, type Look } from './look.ts'
import { lockDifferences } from './lock.ts'
import { briefMatrix, matrix } from './matrix.ts'
import { passedOver } from './passed-over.ts'
import { placeOf } from './place.ts'
import type { Level, ReporterOptions } from './reporter.ts'
import { count, inert } from './text.ts'
import { openUntested, totalsOf } from './totals.ts'
import { untested } from './untested.ts'

/** The report for a person at a terminal: what was done, who reached what, what is wrong and what to do about it. */
export function terminal(report: Report, options: ReporterOptions): string {
  const look = lookOf(options)
  const full = inFull(report, options, look)
  const isLong = full.length > FULL_AT_MOST
  const lines = [
    ...(isLong && options.brief === true ? inBrief(report, options, look) : full),
    ...(isLong && options.level !== 'all' ? nextSteps(report, look) : []),
    '',
    ...summary(report, options, look),
  ]
  return `${lines.map(inert).join('\n')}\n`
}

/** Longer reports do not fit on a screen or two: a person is told the gist, and how to see the rest. */
const FULL_AT_MOST = 60
/** lines of the gist */
const SCREEN = 40

function inBrief(report: Report, options: ReporterOptions, look: Look): readonly string[] {
  const { level, exitCode } = options
  const access = briefMatrix(report, level, look)
  const above = [...header(report, look, 0), ...(access.length > 0 ? ['', ...access] : [])]
  const below = [
    ...briefUntested(report, look),
    ...locked(report, look),
    ...proven(report, exitCode, look),
    ...unfinished(report, look),
  ]
  const end = nextSteps(report, look).length + summary(report, options, look).length + 1
  const room = SCREEN - above.length - below.length - end
  return [...above, ...briefFindings(report, level, look, room), ...below]
}

function inFull(report: Report, options: ReporterOptions, look: Look): readonly string[] {
  const { level } = options
  const access = matrix(report, level, look)
  return [
    ...header(report, look),
    ...(access.length > 0 ? ['', ...access] : []),
    ...findings(report, level, look),
    ...passedOver(report, level, look),
    ...untested(report, level, look),
    ...coverage(report, level, look),
    ...locked(report, look),
    ...notices(report, level, look),
    ...platformGrants(report, level, look),
    ...ignored(report, level, look),
    ...proven(report, options.exitCode, look),
    ...reasons(report, level, look),
    ...unfinished(report, look),
  ]
}

function locked({ lock }: Report, look: Look): readonly string[] {
  const lines = lock ? lockDifferences(lock, look) : []
  return lines.length === 0 ? [] : ['', ...lines]
}

/** More notices than this are counted, unless everything is wanted. */
const NOTICES_SHOWN = 10

function notices({ notices: all }: Report, level: Level, look: Look): readonly string[] {
  if (all.length === 0) return []
  const shown = level === 'all' ? all : all.slice(0, NOTICES_SHOWN)
  const hidden = all.length - shown.length
  return [
    '',
    ...shown.flatMap((notice) => hanging(' ! ', look.clean(notice), look)),
    ...(hidden > 0 ? [`   and ${count(hidden, 'more notice')} (--level all lists them)`] : []),
  ]
}

/** What the platform opens by itself is no finding; who looks at notes may want to take it away. */
function platformGrants(report: Report, level: Level, look: Look): readonly string[] {
  if (level !== 'note' && level !== 'all') return []
  const lines = report.platformGrants.flatMap(({ command, role, objects }) =>
    hanging(
      '   ',
      look.clean(
        `platform  ${role} has ${command.toUpperCase()} on ${count(objects.length, 'object')} by default privileges: ${objects.slice(0, 3).join(', ')}${objects.length > 3 ? ', …' : ''}`,
      ),
      look,
    ),
  )
  return lines.length === 0 ? [] : ['', ...lines]
}

/** What is accepted, and why: by an entry of the configuration (ignored) or of the baseline. */
function ignored(report: Report, level: Level, look: Look): readonly string[] {
  if (level !== 'all') return []
  const known = [
    ...report.findings.flatMap(({ code, suppressed, ...what }) =>
      suppressed ? [acceptedText(code, what, suppressed)] : [],
    ),
    ...report.coverage.untested.flatMap(({ accepted, ...what }) =>
      accepted ? [acceptedText('untested', what, accepted)] : [],
    ),
  ]
  const lines = known.flatMap((text) => hanging('   ', look.clean(text), look))
  return lines.length === 0 ? [] : ['', ...lines]
}

function acceptedText(
  what: string,
  { relation, scope, command }: Pick<Finding, 'relation' | 'scope' | 'command'>,
  { by, reason, expires }: Acceptance,
): string {
  const until = expires === undefined ? '' : ` (until ${expires})`
  const word = by === 'ignore' ? 'ignored' : 'accepted'
  return `${word}  ${what}  ${placeOf(relation, scope)}  ${command}: ${reason}${until}`
}

/** A report without findings says what stands behind it: silence would look the same as nothing tested. */
function proven(report: Report, exitCode: ReporterOptions['exitCode'], look: Look): readonly string[] {
  if (openFindings(report).some(({ severity }) => severity !== 'note')) return []
  const extent = extentOf(report)
  switch (exitCode === 2 ? 'could-not-run' : report.outcome) {
    case 'isolated':
      return [
        '',
        ...marked(
          look.tick,
          `isolated: in ${extent} nobody got at rows beyond what is theirs${gapText(report)}`,
          look,
        ),
      ]
    case 'could-not-run':
      return ['', ...marked(look.cells.leak, 'nothing could be judged: this run proves nothing', look)]
    case 'partial':
      return ['', ...marked(' ', nothingIn(report, extent), look)]
    case 'findings':
      return ['', ...marked(' ', `${nothingNew(report)} in ${extent}${gapText(report)}`, look)]
  }
}

function nothingIn(report: Report, extent: string): string {
  const { changed } = report.run
  if (!changed) return `no finding in ${extent} of ${partOf(report)}`
  return changed.judged.length === 0
    ? `nothing that is judged can have changed since ${changed.since}`
    : `no finding in ${extent}: what can have changed since ${changed.since}`
}

/** Where leaks are accepted, `no finding` would not be true. */
const nothingNew = ({ findings }: Report): string =>
  findings.some(({ suppressed }) => suppressed?.by === 'baseline') ? 'nothing new' : 'no finding'

function gapText(report: Report): string {
  if (openUntested(report).length > 0) return '; what is untested may still leak'
  const known = report.findings.filter(
    ({ suppressed, severity }) => suppressed?.by === 'baseline' && severity !== 'note',
  ).length
  const doubts = report.coverage.untested.length
  const left = [
    ...(known > 0 ? [`${count(known, 'accepted finding')} as open as before`] : []),
    ...(doubts > 0 ? [`${doubts} accepted as untested, which may leak`] : []),
  ]
  return left.length === 0 ? '' : `; ${left.join(', ')}`
}

const REASONS_SHOWN = 5

/** What was judged because it may have changed, and why. */
function reasons({ run: { changed } }: Report, level: Level, look: Look): readonly string[] {
  if (!changed) return []
  if (changed.all !== undefined)
    return ['', ...marked('!', look.clean(`everything is judged: ${changed.all}`), look)]
  const shown = level === 'all' ? changed.judged : changed.judged.slice(0, REASONS_SHOWN)
  const hidden = changed.judged.length - shown.length
  const lines = shown.flatMap(({ name, reason }) =>
    hanging('   judged  ', look.clean(`${name}: ${reason}`), look),
  )
  return lines.length === 0
    ? []
    : ['', ...lines, ...(hidden > 0 ? [`   and ${count(hidden, 'other')} (--level all lists them)`] : [])]
}

/** A part says of itself that it is one: what it left out may leak. */
function unfinished({ run }: Report, look: Look): readonly string[] {
  const { changed } = run
  if (changed && changed.left.length > 0) {
    const text = `${unjudged(changed)} unchanged since ${changed.since}: not judged again`
    return ['', ...marked('!', text, look)]
  }
  if (!run.shard) return []
  const { index, count: all, left } = run.shard
  const others = left.length > 0 ? `; ${left.length} relations, buckets and functions are left to others` : ''
  return [
    '',
    ...marked(
      '!',
      `shard ${index}/${all} proves nothing alone${others}: join all ${all} JSON reports with rls-harness merge`,
      look,
    ),
  ]
}

const unjudged = ({ left }: Changed): string =>
  left.length === 1
    ? '1 relation, bucket or function is'
    : `${left.length} relations, buckets and functions are`

const partOf = ({ run }: Report): string => (run.shard ? `shard ${run.shard.index}/${run.shard.count}` : '')

const marked = (mark: string, text: string, look: Look): readonly string[] => hanging(` ${mark} `, text, look)

function summary(report: Report, { level, exitCode }: ReporterOptions, look: Look): readonly string[] {
  const open = openFindings(report)
  const hidden = open.filter((one) => !isTold(one, report) && !isShown(one, level)).length
  const parts = [
    ...(report.run.shard ? [partOf(report)] : []),
    ...(report.run.changed && report.run.changed.left.length > 0
      ? [`${report.run.changed.left.length} not judged again`]
      : []),
    ...totalsOf(report),
    ...(hidden > 0 ? [`${hidden} not shown (${levelFor(open, level)})`] : []),
  ]
  const lines = hanging(' ', parts.join(` ${look.dot} `), look)
  return [...lines.slice(0, -1), ...spread(lines.at(-1) ?? '', `exit ${exitCode}`, look)]
}

/** The narrowest level that shows everything. */
function levelFor(open: readonly Finding[], level: Level): string {
  const widest = open.some((finding) => finding.severity === 'note' && !isShown(finding, level))
    ? 'note'
    : 'warning'
  return `--level ${widest}`
}
