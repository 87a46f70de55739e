import type { Finding, Report, Untested } from '../../domain/report.ts'
import { SEVERITIES } from '../../domain/vocabulary.ts'
import { describe } from '../findings.ts'
import { lookOf } from '../look.ts'
import type { ReporterOptions } from '../reporter.ts'
import type { Case } from './cases.ts'

/** What came of a test case. `remarks`: what is to be known and fails nothing. */
export type CaseVerdict =
  | { readonly kind: 'passed'; readonly remarks: readonly string[] }
  | { readonly kind: 'skipped'; readonly message: string }
  | {
      readonly kind: 'failure' | 'error'
      readonly type: string
      readonly message: string
      readonly lines: readonly string[]
    }

/**
 * A case fails where the gate stops: findings at or above its severity. Where the gate never stops, an error fails its
 * case all the same: a leak is no passed test. What is untested is an error, what is accepted is skipped.
 */
export function verdictOf(one: Case, report: Report, options: ReporterOptions): CaseVerdict {
  const own = one.findings.length > 0 ? one.findings : sharedCause(one, report)
  const open = own.filter(({ suppressed }) => suppressed === undefined)
  const failing = open.filter((finding) => isFailing(finding, options))
  if (failing.length > 0) return failed(failing, report)
  const gaps = one.untested.filter(({ accepted }) => accepted === undefined)
  if (gaps.length > 0 || (one.cell === 'untested' && one.untested.length === 0)) return unproven(gaps)
  if (own.length === 0 && (one.cell === 'leak' || one.cell === 'blocked')) return unexplained(one.cell)
  const accepted = [...own.flatMap(acceptedFinding), ...one.untested.flatMap(acceptedGap)]
  if (open.length === 0 && accepted.length > 0) return { kind: 'skipped', message: accepted.join('; ') }
  return { kind: 'passed', remarks: [...open.flatMap((finding) => linesOf(finding, report)), ...accepted] }
}

export function isFailing({ severity }: Finding, { failOn = 'error' }: ReporterOptions): boolean {
  const least = failOn === 'never' ? 'error' : failOn
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least)
}

/** A cell that shows a leak without a finding of its own has the cause that was reported of somebody else. */
function sharedCause({ place, command, cell }: Case, report: Report): readonly Finding[] {
  if (cell !== 'leak' && cell !== 'blocked') return []
  const kind = cell === 'leak' ? 'leak' : 'overblock'
  const ofPlace = report.findings.filter(
    (finding) =>
      place === (finding.scope === undefined ? finding.relation : `${finding.relation}/${finding.scope}`),
  )
  const same = ofPlace.filter((finding) => finding.command === command)
  return same.length > 0 ? same : ofPlace.filter((finding) => finding.kind === kind)
}

function failed(findings: readonly Finding[], report: Report): CaseVerdict {
  const [first] = findings
  return {
    kind: 'failure',
    type: first?.code ?? 'leak',
    message: findings.map(({ code, title }) => `${code}: ${title}`).join('; '),
    lines: findings.flatMap((finding) => linesOf(finding, report)),
  }
}

const unproven = (gaps: readonly Untested[]): CaseVerdict => ({
  kind: 'error',
  type: 'untested',
  message: 'untested: nothing is proven',
  lines: [...new Set(gaps.map(({ reason }) => reason))],
})

const unexplained = (cell: 'leak' | 'blocked'): CaseVerdict => ({
  kind: 'failure',
  type: cell,
  message: cell === 'leak' ? 'somebody got through who may not' : 'somebody did not get through who should',
  lines: ['rls-harness check --level all shows the matrix'],
})

/** The finding as the terminal tells it. */
const linesOf = (finding: Finding, report: Report): readonly string[] => [
  ...groupOf(finding, report),
  ...described(finding, report),
]

/** That the same cause stands behind many cases. */
const groupOf = ({ group }: Finding, { groups }: Report): readonly string[] =>
  groups
    .filter(({ id }) => id === group)
    .map(({ id, title }) => `one of a group: ${title} (rls-harness explain ${id})`)

const described = (finding: Finding, report: Report): readonly string[] =>
  describe(finding, report, lookOf({ colour: false, unicode: true, width: 100 })).map((line) =>
    line.replace(/^ {1,3}/, ''),
  )

const acceptedFinding = ({ code, suppressed }: Finding): readonly string[] =>
  suppressed === undefined ? [] : [`accepted by ${suppressed.by}: ${code}: ${suppressed.reason}`]

const acceptedGap = ({ accepted, reason }: Untested): readonly string[] =>
  accepted === undefined ? [] : [`accepted by ${accepted.by}: untested (${reason}): ${accepted.reason}`]
