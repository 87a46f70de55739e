import { createHash } from 'node:crypto'
import { conclude } from './conclude.ts'
import type { Config } from './domain/config.ts'
import type { Report } from './domain/report.ts'
import { unitKey } from './domain/shard.ts'
import type { PlannedUnit } from './domain/shard.ts'
import type { ShardRecord, ShardReport, Tried } from './domain/tried.ts'
import { json } from './report/json.ts'

/** The report of one shard, with what is needed to join it with the others. */
export function shardReport(
  tried: Tried,
  config: Config,
  { index, count, gate }: NonNullable<Config['shard']>,
): ShardReport {
  const left = tried.units.filter(({ shard, kind }) => shard !== index && SHOWN.has(kind)).map(nameOf)
  const report = conclude(tried, { index, count })
  const own = new Set(tried.own.flatMap(({ relation }) => relation?.scope ?? []))
  const record: Omit<ShardRecord, 'sha256'> = {
    settings: settingsOf(config),
    gate,
    terms: tried.terms,
    storage: report.storage,
    notices: tried.head.notices,
    units: tried.units,
    own: tried.own.map(({ probes, ...unit }) => ({ ...unit, probes: probes.length })),
    parts: tried.parts,
  }
  const part: Report = {
    ...report,
    run: { ...report.run, shard: { index, count, left } },
    storage: { buckets: report.storage.buckets.filter(({ id }) => own.has(id)) },
  }
  return { ...part, shard: { ...record, sha256: digestOf({ ...part, shard: record }) } }
}

/** What a person would look for in the report. */
const SHOWN: ReadonlySet<string> = new Set(['relation', 'area', 'function'])

const nameOf = ({ name, scope }: PlannedUnit): string => (scope === undefined ? name : `${name}/${scope}`)

/** Over the text that a reader of the file gets back: how it is indented does not count. */
export function digestOf(report: Report & { readonly shard: Omit<ShardRecord, 'sha256'> }): string {
  return sha256(json(report))
}

/** Everything of a configuration that changes a report, but for the sources, which the report names itself. */
export function settingsOf(config: Config): string {
  const {
    projectDir: _projectDir,
    configFile: _configFile,
    database: _database,
    sources: _sources,
    sourcesFrom: _sourcesFrom,
    fromSchema: _fromSchema,
    before: _before,
    after: _after,
    gate: _gate,
    concurrency: _concurrency,
    isolation: _isolation,
    shard: _shard,
    narrowed: _narrowed,
    baselineFile: _baselineFile,
    only: _only,
    ...settings
  } = config
  return sha256(
    JSON.stringify(settings, (_, value: unknown) => (typeof value === 'function' ? String(value) : value)),
  )
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Keys of what a shard was to try. */
export const keysOf = (units: readonly PlannedUnit[], index: number): readonly string[] =>
  units.filter(({ shard }) => shard === index).map(unitKey)
