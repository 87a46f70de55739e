import type { AccessChange, ComparedState, Comparison, OpenedFinding } from '../domain/comparison.ts'
import type { Finding, Report, Untested } from '../domain/report.ts'
import { SEVERITIES } from '../domain/vocabulary.ts'
import { changesOf } from './access.ts'
import { causesOf } from './causes.ts'
import { filesOf } from './files.ts'

/** A report with the name of what it is about. */
export interface NamedReport {
  readonly state: ComparedState
  readonly report: Report
}

/** What opened, what closed and what is different between two states of one project. Pure, in a stable order. */
export function compare(before: NamedReport, after: NamedReport): Comparison {
  const [a, b] = [before.report, after.report]
  return {
    before: before.state,
    after: after.state,
    findings: compareFindings(a, b),
    untested: {
      opened: without(openUntested(b), openUntested(a)),
      closed: without(openUntested(a), b.coverage.untested).filter((one) => !isLeftOut(b, subjectOf(one))),
    },
    access: changesOf(a, b).map((change): AccessChange => ({
      ...change,
      causes: causesOf(a, b, change.subject, change.aspect),
    })),
    files: filesOf(a, b),
    remarks: remarksOn(a, b),
  }
}

function compareFindings(a: Report, b: Report): Comparison['findings'] {
  const before = new Map(a.findings.map((one) => [one.fingerprint, one]))
  const after = new Map(b.findings.map((one) => [one.fingerprint, one]))
  const pairs = b.findings.flatMap((one) => {
    const old = before.get(one.fingerprint)
    return old ? [{ before: old, after: one }] : []
  })
  const isBack = (old: Finding, now: Finding): boolean =>
    old.suppressed !== undefined && now.suppressed === undefined
  const opened = b.findings
    .filter((one) => {
      const old = before.get(one.fingerprint)
      return one.suppressed === undefined && (old === undefined || isBack(old, one))
    })
    .map((finding): OpenedFinding => ({
      finding,
      causes: causesOf(a, b, subjectOf(finding), finding.command, finding.blame),
    }))
  return {
    opened,
    closed: a.findings.filter(
      (one) => one.suppressed === undefined && !after.has(one.fingerprint) && !isLeftOut(b, subjectOf(one)),
    ),
    changed: pairs.filter(
      ({ before: old, after: now }) =>
        !isBack(old, now) &&
        (old.severity !== now.severity || (old.suppressed === undefined) !== (now.suppressed === undefined)),
    ),
    same: pairs.filter(
      ({ before: old, after: now }) =>
        old.severity === now.severity && (old.suppressed === undefined) === (now.suppressed === undefined),
    ).length,
  }
}

/** What a narrowed run did not look at is not repaired. */
const isLeftOut = ({ run, relations, functions }: Report, subject: string): boolean =>
  run.narrowed === true &&
  !relations.some((one) => subjectOf({ ...one, relation: one.name }) === subject) &&
  !functions.some(({ name }) => name === subject)

const subjectOf = ({ relation, scope }: { readonly relation: string; readonly scope?: string }): string =>
  scope === undefined ? relation : `${relation}/${scope}`

const openUntested = ({ coverage }: Report): readonly Untested[] =>
  coverage.untested.filter(({ accepted }) => accepted === undefined)

/** Why it could not be tested may be told in other words: it is the same doubt. */
function without(some: readonly Untested[], others: readonly Untested[]): readonly Untested[] {
  const keyOf = ({ relation, scope, command, actor }: Untested): string =>
    JSON.stringify([relation, scope ?? null, command, actor])
  const known = new Set(others.map(keyOf))
  return some.filter((one) => !known.has(keyOf(one)))
}

/** Whether a severity has risen. */
export const isWorse = ({ before, after }: { readonly before: Finding; readonly after: Finding }): boolean =>
  after.suppressed === undefined && SEVERITIES.indexOf(after.severity) > SEVERITIES.indexOf(before.severity)

function remarksOn(a: Report, b: Report): readonly string[] {
  const differ = (what: string, valueOf: (report: Report) => unknown): readonly string[] => {
    const [one, two] = [String(valueOf(a)), String(valueOf(b))]
    return one === two ? [] : [`${what}: ${one} before, ${two} after`]
  }
  return [
    ...differ('platform', ({ run }) => run.platform.name),
    ...differ('API privileges', ({ run }) => run.apiPrivileges),
    ...differ('PostgreSQL', ({ run }) => Number.parseInt(run.engine.version, 10)),
    ...differ('seed', ({ run }) => run.seed),
    ...differ('rls-harness', ({ tool }) => tool.version),
    ...(a.run.narrowed || b.run.narrowed
      ? ['a run was narrowed to a part of the project: the rest is not compared']
      : []),
  ]
}
