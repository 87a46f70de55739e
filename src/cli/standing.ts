import { wasJudged } from '../domain/judged.ts'
import type { Finding, Report, Untested } from '../domain/report.ts'

/** Everything that is known to be wrong with a project, from its last runs together. */
export interface Standing {
  readonly findings: readonly Finding[]
  readonly untested: readonly Untested[]
}

/** What a run has changed about that. */
export interface News {
  readonly standing: Standing
  readonly opened: readonly Finding[]
  readonly closed: readonly Finding[]
}

/** Puts a result into what was known: what was not judged again stays as it was. */
export function withReport(before: Standing, report: Report): News {
  const { changed } = report.run
  const left = new Set(changed?.left ?? [])
  const isLeft = ({ relation, scope }: Pick<Finding, 'relation' | 'scope'>): boolean =>
    !wasJudged(report, relation) && (left.has(relation) || left.has(`${relation}/${scope ?? ''}`))
  const kept = before.findings.filter(isLeft)
  const again = before.findings.filter((finding) => !isLeft(finding))
  return {
    standing: {
      findings: [...kept, ...report.findings],
      untested: [...before.untested.filter(isLeft), ...report.coverage.untested],
    },
    opened: missingIn(report.findings, again),
    closed: missingIn(again, report.findings),
  }
}

const isOpen = ({ suppressed, severity }: Finding): boolean => suppressed === undefined && severity !== 'note'

function missingIn(some: readonly Finding[], others: readonly Finding[]): readonly Finding[] {
  const known = new Set(others.filter(isOpen).map(({ fingerprint }) => fingerprint))
  return some.filter((finding) => isOpen(finding) && !known.has(finding.fingerprint))
}
