import type { Config } from '../domain/config.ts'
import { isPartial } from '../domain/judged.ts'
import type { Report } from '../domain/report.ts'
import { COMMANDS, SEVERITIES, STANDINGS } from '../domain/vocabulary.ts'

/**
 * What a finished run exits with: 0 isolated, 1 something that the gate stops at, 2 nothing was judged.
 *
 * Untested alone is 1: what could not be tried may leak, unless that was known when the project was adopted. Whatever is
 * not as the access lock says is 1 as well. `failOn: 'never'` lets every result pass, but not a run that has none.
 * `strict` stops at notices, too (unused or expired ignore entries, …).
 */
export function exitCode(report: Report, gate: Config['gate']): 0 | 1 | 2 {
  if (report.outcome === 'could-not-run') return 2
  if (gate.failOn !== 'never') {
    const least = SEVERITIES.indexOf(gate.failOn)
    const stopped = report.findings.some(
      (finding) => finding.suppressed === undefined && SEVERITIES.indexOf(finding.severity) >= least,
    )
    if (stopped || report.coverage.untested.some(({ accepted }) => accepted === undefined)) return 1
    if (gate.strict && report.notices.length > 0) return 1
    if ((report.lock?.differences.length ?? 0) > 0) return 1
  }
  // a part may have nothing to judge: whether the whole has is seen when the parts are joined
  return isPartial(report.run) || judgedAnything(report) ? 0 : 2
}

/** What privileges alone close needs no probe and still counts as judged; `none` is where there was nothing to try. */
function judgedAnything(report: Report): boolean {
  return report.relations.some(({ cells }) =>
    STANDINGS.some((standing) =>
      COMMANDS.some((command) => !['none', 'untested'].includes(cells[standing][command])),
    ),
  )
}
