import type { Finding, FindingGroup, Report, Untested } from '../domain/report.ts'
import { asWhom } from './actor-text.ts'
import { isShown } from './findings.ts'
import { isTold, shownGroups } from './group.ts'
import { linesOf } from './location.ts'
import { LOCK_REMEDY, lockSentence } from './lock-lines.ts'
import { placeOf } from './place.ts'
import { ranked } from './ranked.ts'
import type { ReporterOptions } from './reporter.ts'
import { count, harmless, truncate } from './text.ts'

/** GitHub keeps so many annotations of each kind per step, and drops the others without a word. */
const KEPT = 10
const LONGEST = 900

type Kind = 'error' | 'warning' | 'notice'

interface Annotation {
  readonly kind: Kind
  readonly title: string
  readonly text: string
  /** relative to the root of the repository */
  readonly path?: string
  readonly line?: number
}

/**
 * Workflow commands that put findings beside the lines of a pull request: `::error file=…,line=…,title=…::…`. At most ten
 * of a kind; the tenth says how many more there are.
 */
export function github(report: Report, options: ReporterOptions): string {
  const annotations = [
    ...verdict(report, options),
    ...shownGroups(report, options.level).map((group) => ofGroup(group, report, options.root ?? '')),
    ...ranked(report)
      .filter(
        (finding) =>
          finding.suppressed === undefined && !isTold(finding, report) && isShown(finding, options.level),
      )
      .map((finding) => ofFinding(finding, report, options.root ?? '')),
    ...ofLock(report, options.root ?? ''),
    ...ofUntested(report.coverage.untested.filter(({ accepted }) => accepted === undefined)),
    ...report.notices.map((text) => ({ kind: 'notice', title: 'rls-harness', text }) as const),
  ]
  const kinds: readonly Kind[] = ['error', 'warning', 'notice']
  const lines = kinds.flatMap((kind) => kept(annotations.filter((one) => one.kind === kind)))
  return lines.map((one) => `${command(one)}\n`).join('')
}

/** What fails the job and belongs to no line. */
function verdict({ outcome }: Report, { exitCode }: ReporterOptions): readonly Annotation[] {
  if (exitCode !== 2 && outcome !== 'could-not-run') return []
  return [{ kind: 'error', title: 'rls-harness', text: 'Nothing could be judged: this run proves nothing.' }]
}

function ofFinding(finding: Finding, report: Report, root: string): Annotation {
  const { code, severity, relation, scope, command: operation, actor, evidence, title, id } = finding
  const who = actor === undefined ? '' : ` ${asWhom(actor, report)}`
  // a file whose name would have to be written otherwise than it is called cannot be named
  const [place] = linesOf(finding, root).filter(({ path }) => harmless(path, true) === path)
  return {
    kind: severity === 'note' ? 'notice' : severity,
    title: `${code}: ${placeOf(relation, scope)} ${operation}${who}`,
    text: `${evidence === '' ? title : evidence}. More: rls-harness explain ${id}`,
    ...place,
  }
}

/** One cause of many findings, where the first of them stands. */
function ofGroup(group: FindingGroup, report: Report, root: string): Annotation {
  const { id, severity, title, relations } = group
  const [place] = report.findings
    .filter((finding) => finding.group === id)
    .flatMap((finding) => linesOf(finding, root))
    .filter(({ path }) => harmless(path, true) === path)
  const names = relations.map(({ relation }) => relation).join(', ')
  return {
    kind: severity === 'note' ? 'notice' : severity,
    title: `${id}: ${count(relations.length, 'relation')}`,
    text: `${title}. More: rls-harness explain ${id}. On ${names}`,
    ...place,
  }
}

/** What is not as the access lock says, where what is there now was said. */
function ofLock({ lock }: Report, root: string): readonly Annotation[] {
  return (lock?.differences ?? []).map((difference) => {
    const [place] = linesOf({ blame: difference.places }, root).filter(
      ({ path }) => harmless(path, true) === path,
    )
    return {
      kind: 'error',
      title: `access is not as in ${lock?.file ?? ''}: ${difference.subject} ${difference.aspect}`,
      text: `${lockSentence(difference)}. ${LOCK_REMEDY}`,
      ...place,
    }
  })
}

/** By reason: the same reason often stands behind many. */
function ofUntested(entries: readonly Untested[]): readonly Annotation[] {
  return [...new Set(entries.map(({ reason }) => reason))].map((reason) => {
    const places = entries
      .filter((entry) => entry.reason === reason)
      .map(
        ({ relation, scope, command: operation, actor }) =>
          `${placeOf(relation, scope)} ${operation}${actor === 'all' ? '' : ` (${actor})`}`,
      )
    return {
      kind: 'notice',
      title: `rls-harness: ${places.length} untested, nothing is proven about them`,
      text: `${reason}: ${places.join(', ')}`,
    }
  })
}

function kept(annotations: readonly Annotation[]): readonly Annotation[] {
  const rest = annotations.length - KEPT + 1
  const [last] = annotations.slice(KEPT - 1)
  if (rest <= 1 || last === undefined) return annotations
  const noun = { error: 'error', warning: 'warning', notice: 'notice' }[last.kind]
  return [
    ...annotations.slice(0, KEPT - 1),
    {
      kind: last.kind,
      title: 'rls-harness',
      text: `${count(rest, `more ${noun}`)}: the job summary and the other reports hold all of them.`,
    },
  ]
}

/** One line. Names are written harmlessly first, so that the only line break and the only `::` that count are ours. */
function command({ kind, title, text, path, line }: Annotation): string {
  const place = path === undefined ? [] : [`file=${property(path)}`, `line=${line ?? 1}`]
  const properties = [...place, `title=${property(harmless(title, true))}`].join(',')
  return `::${kind} ${properties}::${data(truncate(harmless(text, true), LONGEST, '…'))}`
}

const PERCENT: Readonly<Record<string, string>> = {
  '%': '%25',
  '\r': '%0D',
  '\n': '%0A',
  ':': '%3A',
  ',': '%2C',
}

const data = (text: string): string => text.replaceAll(/[%\r\n]/g, (char) => PERCENT[char] ?? '')

const property = (text: string): string => text.replaceAll(/[%\r\n:,]/g, (char) => PERCENT[char] ?? '')
