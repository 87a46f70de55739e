import { readFileSync } from 'node:fs'
import type { Report } from './domain/report.ts'
import { HarnessError } from './errors.ts'

/**
 * The JSON report of a run, whole or joined, for whoever wants to know more of its findings.
 *
 * @param file as the person named it
 * @param as what it was named, for messages
 * @throws HarnessError USAGE
 */
export function readReport(path: string, file: string, as = '--report: '): Report {
  const report = parse(path, file, as)
  if (!isReport(report))
    throw refusal(
      `${as}${file} is no JSON report of this version`,
      'Write one with: rls-harness check --json > report.json',
    )
  if (report.run.shard !== undefined)
    throw refusal(
      `${as}${file} is the report of a shard: it holds a part of the run`,
      'Join the reports of all shards first: rls-harness merge *.json --json > report.json',
    )
  // versions before told each finding by itself
  return { ...report, groups: report.groups ?? [] }
}

function parse(path: string, file: string, as: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new HarnessError('USAGE', `${as}${file} cannot be read: ${reason}`, {
      cause: error,
      hint: 'Write one with: rls-harness check --json > report.json',
    })
  }
}

/** What is read of it, down to each finding: a file that was edited by hand must not end in an error of ours. */
function isReport(value: unknown): value is Report {
  if (typeof value !== 'object' || value === null) return false
  const { schemaVersion, tool, run, findings, actors, tenants } = value as Partial<Report>
  return (
    schemaVersion === 1 &&
    tool?.name === 'rls-harness' &&
    typeof run === 'object' &&
    Array.isArray(actors) &&
    Array.isArray(tenants) &&
    Array.isArray(findings) &&
    findings.every(isFinding)
  )
}

function isFinding(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const one = value as Readonly<Record<string, unknown>>
  const texts = ['id', 'fingerprint', 'code', 'kind', 'severity', 'relation', 'command', 'title', 'evidence']
  return texts.every((name) => typeof one[name] === 'string') && Array.isArray(one['blame'])
}

const refusal = (message: string, hint: string): HarnessError => new HarnessError('USAGE', message, { hint })
