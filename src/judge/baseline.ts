import type { Baseline, BaselineFinding, BaselineUntested } from '../domain/baseline.ts'
import type { Acceptance, Finding, Untested } from '../domain/report.ts'
import { SEVERITIES } from '../domain/vocabulary.ts'

interface Judged {
  readonly findings: readonly Finding[]
  readonly untested: readonly Untested[]
}

/** What a baseline is held against. */
export interface BaselineTerms {
  /** ISO date */
  readonly today: string
  /** whether the run saw all of the project */
  readonly extent: 'all' | 'part'
  /** digest of what the policies say that a finding or doubt is about */
  readonly guardOf: (about: Finding | Untested) => string | undefined
}

/**
 * Marks what was there when the project was adopted. What has become worse since, is guarded
 * by other policies, or whose time is over, is back; what is
 * not met any more is told, unless the run saw only a part.
 */
export function applyBaseline(
  { findings, untested }: Judged,
  baseline: Baseline | undefined,
  { today, extent, guardOf }: BaselineTerms,
): Judged & { readonly notices: readonly string[] } {
  if (!baseline) return { findings, untested, notices: [] }
  const known = new Map(baseline.findings.map((one) => [one.fingerprint, one]))
  const unsure = new Map(baseline.untested.map((one) => [keyOf(one), one]))
  const used = new Set<BaselineFinding | BaselineUntested>()
  const back: string[] = []
  const markedFindings = findings.map((finding) => {
    const entry = known.get(finding.fingerprint)
    if (!entry) return finding
    used.add(entry)
    if (finding.suppressed) return finding
    const reason = whyBack(entry, today, guardOf(finding), finding)
    if (reason !== undefined) back.push(`${nameOf(entry)} ${reason}`)
    return reason === undefined ? { ...finding, suppressed: acceptance(baseline, entry) } : finding
  })
  const markedUntested = untested.map((one) => {
    const entry = unsure.get(keyOf(one))
    if (!entry) return one
    used.add(entry)
    const reason = whyBack(entry, today, guardOf(one))
    if (reason !== undefined) back.push(`untested ${nameOf(entry)} ${reason}`)
    return reason === undefined ? { ...one, accepted: acceptance(baseline, entry) } : one
  })
  const gone = [...baseline.findings, ...baseline.untested].filter((one) => !used.has(one))
  return {
    findings: markedFindings,
    untested: markedUntested,
    notices: [
      ...[...new Set(back)].map((text) => `${baseline.file}: ${text}`),
      ...(extent === 'all' && gone.length > 0 ? [staleNotice(baseline.file, gone)] : []),
    ],
  }
}

const keyOf = ({ relation, scope, command, actor }: Untested | BaselineUntested): string =>
  JSON.stringify([relation, scope ?? null, command, actor])

const acceptance = (
  baseline: Baseline,
  { reason, expires }: BaselineFinding | BaselineUntested,
): Acceptance => ({
  by: 'baseline',
  reason: reason ?? baseline.reason,
  ...(expires === undefined ? {} : { expires }),
})

function whyBack(
  entry: BaselineFinding | BaselineUntested,
  today: string,
  guard: string | undefined,
  finding?: Finding,
): string | undefined {
  if (entry.expires !== undefined && entry.expires < today)
    return `expired on ${entry.expires}: ${finding ? 'its finding' : 'it'} is back`
  if (entry.guard !== guard)
    return `is guarded by other policies than it was: ${finding ? 'its finding' : 'it'} is back`
  const isWorse =
    finding &&
    'severity' in entry &&
    SEVERITIES.indexOf(finding.severity) > SEVERITIES.indexOf(entry.severity)
  return isWorse ? `was ${entry.severity} and is ${finding.severity}: its finding is back` : undefined
}

const nameOf = (entry: BaselineFinding | BaselineUntested): string =>
  [
    ...('code' in entry ? [entry.code] : []),
    entry.scope === undefined ? entry.relation : `${entry.relation}/${entry.scope}`,
    entry.command,
    ...(entry.actor === undefined ? [] : [entry.actor]),
  ].join(' ')

const MOST_NAMED = 3

function staleNotice(file: string, gone: readonly (BaselineFinding | BaselineUntested)[]): string {
  const names = gone.slice(0, MOST_NAMED).map(nameOf).join(', ')
  const more = gone.length > MOST_NAMED ? ` and ${gone.length - MOST_NAMED} more` : ''
  const what = gone.length === 1 ? '1 entry matches' : `${gone.length} entries match`
  return `${file}: ${what} nothing any more (${names}${more}): rls-harness baseline prune`
}
