import type { Report } from '../domain/report.ts'
import { casesOf, type Case } from './junit/cases.ts'
import { verdictOf, type CaseVerdict } from './junit/verdict.ts'
import { element, xmlDocument, type Xml } from './junit/xml.ts'
import { LOCK_REMEDY, lockLines } from './lock-lines.ts'
import type { ReporterOptions } from './reporter.ts'
import { harmless } from './text.ts'

interface Tested {
  readonly place: string
  readonly name: string
  readonly verdict: CaseVerdict
}

/**
 * JUnit XML as Jenkins and GitLab read it: a suite per relation, bucket and function, a test case per command and who
 * asks. Something in it fails or is an error where, and only where, the command exits with more than 0 (a gate that never
 * stops aside).
 */
export function junit(report: Report, options: ReporterOptions): string {
  const cases = toldApart(casesOf(report).map((one) => tested(one, report, options)))
  const locked = lockCases(report, options)
  const run = runCase(report, options, [...cases, ...locked])
  const places = [...new Set(cases.map(({ place }) => place))]
  const time = (report.run.durationMs / 1000).toFixed(3)
  const suites = [
    suite(run.place, [run, ...locked], time, propertiesOf(report)),
    ...places.map((place) =>
      suite(
        place,
        cases.filter((one) => one.place === place),
        '0.000',
      ),
    ),
  ]
  const { tests, failures, errors } = totals([run, ...locked, ...cases])
  return xmlDocument(element('testsuites', { name: report.tool.name, tests, failures, errors, time }, suites))
}

/** Names that look the same once they are written harmlessly are numbered: readers take equal names for one test. */
function toldApart(cases: readonly Tested[]): readonly Tested[] {
  const seen = new Map<string, number>()
  return cases.map((one) => {
    const key = JSON.stringify([harmless(one.place, true), harmless(one.name, true)])
    const number = (seen.get(key) ?? 0) + 1
    seen.set(key, number)
    return number === 1 ? one : { ...one, name: `${one.name} (${number})` }
  })
}

const tested = (one: Case, report: Report, options: ReporterOptions): Tested => ({
  place: one.place,
  name: one.name,
  verdict: verdictOf(one, report, options),
})

/** The run as a whole: whether it judged anything, its notices, and what stops the gate beside the cases. */
function runCase(report: Report, { exitCode }: ReporterOptions, cases: readonly Tested[]): Tested {
  const lines = report.notices
  const isStopped = cases.some(({ verdict: { kind } }) => kind === 'failure' || kind === 'error')
  const verdict = ((): CaseVerdict => {
    if (exitCode === 2 || report.outcome === 'could-not-run')
      return { kind: 'error', type: 'could-not-run', message: 'nothing could be judged', lines }
    if (exitCode === 1 && !isStopped)
      return { kind: 'failure', type: 'notice', message: 'notices stop the strict gate', lines }
    return { kind: 'passed', remarks: lines }
  })()
  return { place: report.tool.name, name: 'the run', verdict }
}

/** The access lock is a case of its own where the run was held against it. */
function lockCases({ tool, lock }: Report, { failOn }: ReporterOptions): readonly Tested[] {
  if (!lock) return []
  const { file, differences } = lock
  const lines = differences.flatMap(lockLines)
  const verdict: CaseVerdict =
    differences.length === 0
      ? { kind: 'passed', remarks: [] }
      : failOn === 'never'
        ? { kind: 'passed', remarks: lines }
        : {
            kind: 'failure',
            type: 'lock',
            message: `access is not as in ${file}`,
            lines: [...lines, LOCK_REMEDY],
          }
  return [{ place: tool.name, name: 'the access lock', verdict }]
}

function suite(name: string, cases: readonly Tested[], time: string, properties: readonly Xml[] = []): Xml {
  return element('testsuite', { name, ...totals(cases), time }, [
    ...properties,
    ...cases.map((one) => testcase(one, time)),
  ])
}

function totals(cases: readonly Tested[]) {
  const of = (kind: CaseVerdict['kind']): number =>
    cases.filter(({ verdict }) => verdict.kind === kind).length
  return { tests: cases.length, failures: of('failure'), errors: of('error'), skipped: of('skipped') }
}

function testcase({ place, name, verdict }: Tested, time: string): Xml {
  return element('testcase', { classname: place, name, time }, contentOf(verdict))
}

function contentOf(verdict: CaseVerdict): readonly Xml[] {
  switch (verdict.kind) {
    case 'passed':
      return verdict.remarks.length === 0 ? [] : [element('system-out', {}, { lines: verdict.remarks })]
    case 'skipped':
      return [element('skipped', { message: verdict.message })]
    case 'failure':
    case 'error':
      return [element(verdict.kind, { type: verdict.type, message: verdict.message }, verdict)]
  }
}

function propertiesOf({ tool, run, coverage, outcome }: Report): readonly Xml[] {
  const values = {
    version: tool.version,
    outcome,
    seed: String(run.seed),
    engine: `${run.engine.kind} PostgreSQL ${run.engine.version}`,
    apiPrivileges: run.apiPrivileges,
    ...(run.shard ? { shard: `${run.shard.index}/${run.shard.count}` } : {}),
    ...(coverage.untried.length > 0 ? { notTried: coverage.untried.join(', ') } : {}),
  }
  const properties = Object.entries(values).map(([name, value]) => element('property', { name, value }))
  return [element('properties', {}, properties)]
}
