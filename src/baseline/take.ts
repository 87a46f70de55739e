import { guardOf } from './guard.ts'
import type { Baseline, BaselineFinding, BaselineUntested } from '../domain/baseline.ts'
import type { Finding, Report, Untested } from '../domain/report.ts'

/** What a run found that nothing accepts yet: all that can fail a gate. */
export function openIn(report: Report): Pick<Baseline, 'findings' | 'untested'> {
  return {
    findings: report.findings
      .filter(({ suppressed, severity }) => suppressed === undefined && severity !== 'note')
      .map((one) => ({ ...toEntry(one), ...guarded(report, one) })),
    untested: uniqueUntested(
      report.coverage.untested
        .filter(({ accepted }) => accepted === undefined)
        .map((one) => ({ ...toUntestedEntry(one), ...guarded(report, one) })),
    ),
  }
}

function guarded(report: Report, about: Finding | Untested): { readonly guard?: string } {
  const guard = guardOf(report.relations, about)
  return guard === undefined ? {} : { guard }
}

const toEntry = ({
  fingerprint,
  code,
  severity,
  relation,
  scope,
  command,
  actor,
}: Finding): BaselineFinding => ({
  fingerprint,
  code,
  severity,
  relation,
  command,
  ...(scope === undefined ? {} : { scope }),
  ...(actor === undefined ? {} : { actor }),
})

const toUntestedEntry = ({ relation, scope, command, actor }: Untested): BaselineUntested => ({
  relation,
  command,
  actor,
  ...(scope === undefined ? {} : { scope }),
})

const uniqueUntested = (entries: readonly BaselineUntested[]): readonly BaselineUntested[] => [
  ...new Map(entries.map((one) => [JSON.stringify(Object.values(one)), one])).values(),
]

/** Entries of a baseline that a run still met, whatever it made of them, and how many it did not. */
export function metIn(
  report: Report,
  baseline: Baseline,
): { readonly kept: Baseline; readonly gone: number } {
  const fingerprints = new Set(report.findings.map(({ fingerprint }) => fingerprint))
  const findings = baseline.findings.filter(({ fingerprint }) => fingerprints.has(fingerprint))
  const untested = baseline.untested.filter((one) =>
    report.coverage.untested.some((other) => isSameUntested(one, other)),
  )
  return {
    kept: { ...baseline, findings, untested },
    gone: baseline.findings.length + baseline.untested.length - findings.length - untested.length,
  }
}

/** Why it could not be tested is for people: it may change from one server to the next. */
export const isSameUntested = (
  a: Pick<BaselineUntested, 'relation' | 'scope' | 'command' | 'actor'>,
  b: Pick<BaselineUntested, 'relation' | 'scope' | 'command' | 'actor'>,
): boolean =>
  a.relation === b.relation && a.scope === b.scope && a.command === b.command && a.actor === b.actor
