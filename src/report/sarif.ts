import type { FindingCode } from '../domain/finding.ts'
import { FINDING_CODES } from '../domain/finding.ts'
import type { Finding, Report } from '../domain/report.ts'
import { ranked } from './ranked.ts'
import type { ReporterOptions } from './reporter.ts'
import { leftOutText, NOTIFICATIONS, notificationsOf } from './sarif/notifications.ts'
import { resultOf } from './sarif/results.ts'
import { ruleOf, weaknessesOf } from './sarif/rules.ts'
import { inertJson } from './text.ts'

/** GitHub refuses a run with more results, and shows the first 5,000. */
const RESULTS_AT_MOST = 25_000

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'

/**
 * SARIF 2.1.0, as GitHub code scanning and others read it: the most severe first, accepted findings last with their
 * reason. Code scanning shows what is suppressed as an open alert, so that it is left out there.
 */
export function sarif(report: Report, options: ReporterOptions): string {
  const all = ranked(report)
  const wanted = options.forCodeScanning ? all.filter(({ suppressed }) => suppressed === undefined) : all
  const findings = wanted.slice(0, RESULTS_AT_MOST)
  const leftOut = [
    ...leftOutText(
      all.length - wanted.length,
      'they are accepted, and code scanning would show them as open',
    ),
    ...leftOutText(wanted.length - findings.length, `the least severe beyond ${RESULTS_AT_MOST}`),
  ]
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [runOf(findings, leftOut, report, options)],
  }
  return `${inertJson(JSON.stringify(log, null, 2))}\n`
}

function runOf(
  findings: readonly Finding[],
  leftOut: readonly string[],
  report: Report,
  { root = '', exitCode }: ReporterOptions,
) {
  const codes = FINDING_CODES.filter((code) => findings.some((finding) => finding.code === code))
  const { tool, run } = report
  return {
    tool: {
      driver: {
        name: tool.name,
        version: tool.version,
        semanticVersion: tool.version,
        rules: codes.map(ruleOf),
        notifications: NOTIFICATIONS,
        supportedTaxonomies: [{ name: 'CWE', index: 0 }],
      },
    },
    // what two projects of one repository upload must not replace each other
    automationDetails: {
      id: `${['rls-harness', ...root.split('/')].filter((part) => part !== '').join('/')}/`,
    },
    invocations: [
      {
        executionSuccessful: exitCode !== 2 && report.outcome !== 'could-not-run',
        exitCode,
        toolExecutionNotifications: notificationsOf(report, leftOut),
      },
    ],
    originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the repository.' } } },
    taxonomies: [weaknessesOf(codes)],
    columnKind: 'unicodeCodePoints',
    results: resultsOf(findings, codes, report, root),
    properties: { seed: run.seed, engine: run.engine, apiPrivileges: run.apiPrivileges },
  }
}

function resultsOf(
  findings: readonly Finding[],
  codes: readonly FindingCode[],
  report: Report,
  root: string,
) {
  const seen = new Map<string, number>()
  const occurrence = ({ fingerprint }: Finding): number => {
    const number = (seen.get(fingerprint) ?? 0) + 1
    seen.set(fingerprint, number)
    return number
  }
  const ruleIndex = (code: FindingCode): number => codes.indexOf(code)
  return findings.map((finding) => resultOf(finding, { report, root, ruleIndex, occurrence }))
}
