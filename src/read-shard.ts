import { readFileSync } from 'node:fs'
import type { Report } from './domain/report.ts'
import type { ShardRecord, ShardReport } from './domain/tried.ts'
import { HarnessError } from './errors.ts'
import type { NamedShard } from './merge.ts'
import { digestOf } from './shard.ts'

/**
 * The JSON report of a shard. It is believed where its digest is right: then this version wrote it, and nobody changed it.
 *
 * @param file as the person named it
 * @throws HarnessError MERGE_FAILED
 */
export function readShard(path: string, file: string, version: string): NamedShard {
  const report = parse(path, file)
  if (!isReport(report))
    throw refusal(
      `${file} is no JSON report of rls-harness`,
      'Write one per shard: --output-file shard-1.json',
    )
  if (report.tool.version !== version)
    throw refusal(
      `${file} was written by rls-harness ${report.tool.version}, this is ${version}`,
      'Run and merge all shards with one version.',
    )
  if (report.run.shards !== undefined)
    throw refusal(`${file} is merged already`, 'Merge the reports of the shards alone, each once.')
  if (report.run.shard === undefined || !isShard(report))
    throw refusal(
      `${file} is the report of a whole run: there is nothing to join`,
      'Reports of shards come from: rls-harness check --shard 1/3 --output-file shard-1.json',
    )
  const { sha256, ...record } = report.shard
  if (digestOf({ ...report, shard: record }) !== sha256)
    throw refusal(
      `${file} is not as it was written: its digest is another`,
      'Take the file as the shard left it.',
    )
  return { file, report }
}

function parse(path: string, file: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw refusal(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      'Name the JSON reports of all shards; the shell expands shard-*.json only where such files lie.',
    )
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw refusal(
      `${file} is no JSON: ${error instanceof Error ? error.message : String(error)}`,
      'It may have been cut short. Write one per shard: --output-file shard-1.json',
    )
  }
}

function isReport(value: unknown): value is Report {
  if (typeof value !== 'object' || value === null) return false
  const { schemaVersion, tool, run } = value as Partial<Report>
  return schemaVersion === 1 && tool?.name === 'rls-harness' && typeof run === 'object'
}

const isShard = (report: Report): report is ShardReport =>
  'shard' in report && typeof (report.shard as Partial<ShardRecord> | null)?.sha256 === 'string'

const refusal = (message: string, hint: string): HarnessError =>
  new HarnessError('MERGE_FAILED', message, { hint })
