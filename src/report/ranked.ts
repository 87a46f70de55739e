import type { Finding, Report } from '../domain/report.ts'
import { SEVERITIES } from '../domain/vocabulary.ts'

/** The most severe first, in the order of the report within a severity; what is accepted comes last. */
export function ranked({ findings }: Pick<Report, 'findings'>): readonly Finding[] {
  const rank = ({ suppressed, severity }: Finding): number =>
    (suppressed === undefined ? SEVERITIES.length : 0) + SEVERITIES.indexOf(severity)
  return [...findings].sort((a, b) => rank(b) - rank(a))
}
