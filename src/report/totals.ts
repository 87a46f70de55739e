import type { Finding, Report, Untested } from '../domain/report.ts'
import { SEVERITIES } from '../domain/vocabulary.ts'
import { openFindings } from './findings.ts'
import { isTold } from './group.ts'
import { count } from './text.ts'

/** What is untested and fails the gate. */
export const openUntested = ({ coverage }: Pick<Report, 'coverage'>): readonly Untested[] =>
  coverage.untested.filter(({ accepted }) => accepted === undefined)

/**
 * `2 findings (1 error, 1 warning)`, `0 untested`, `1 ignored`, `4 accepted`: what there is, and what does not count. What
 * is told as a group counts once: `3 findings, 1 of them on 41 relations`.
 */
export function totalsOf(report: Report): readonly string[] {
  const told = [...report.groups, ...openFindings(report).filter((one) => !isTold(one, report))]
  const by = (who: 'ignore' | 'baseline'): number =>
    report.findings.filter(({ suppressed }) => suppressed?.by === who).length
  const gaps = openUntested(report).length
  const accepted = by('baseline') + report.coverage.untested.length - gaps
  return [
    `${count(told.length, 'finding')}${bySeverity(told)}${onHowMany(report)}`,
    `${gaps} untested`,
    ...lockCount(report),
    ...(by('ignore') > 0 ? [`${by('ignore')} ignored`] : []),
    ...(accepted > 0 ? [`${accepted} accepted`] : []),
    ...(report.notices.length > 0 ? [count(report.notices.length, 'notice')] : []),
  ]
}

function lockCount({ lock }: Report): readonly string[] {
  if (!lock) return []
  const { length } = lock.differences
  return [
    length === 0 ? 'access as locked' : count(length, 'line of the lock differs', 'lines of the lock differ'),
  ]
}

function onHowMany({ groups }: Report): string {
  const { size } = new Set(groups.flatMap(({ relations }) => relations.map(({ relation }) => relation)))
  return groups.length === 0 ? '' : `, ${groups.length} of them on ${count(size, 'relation')}`
}

function bySeverity(open: readonly Pick<Finding, 'severity'>[]): string {
  const counted = SEVERITIES.toReversed().flatMap((severity) => {
    const number = open.filter((finding) => finding.severity === severity).length
    return number > 0 ? [{ severity, number }] : []
  })
  const plain = counted.length === 0 || (counted.length === 1 && counted[0]?.severity === 'error')
  return plain ? '' : ` (${counted.map(({ severity, number }) => count(number, severity)).join(', ')})`
}
