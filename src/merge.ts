import { conclude } from './conclude.ts'
import type { Config } from './domain/config.ts'
import type { Report, Timing } from './domain/report.ts'
import { unitKey } from './domain/shard.ts'
import type { ShardReport, Tried, TriedUnit } from './domain/tried.ts'
import { HarnessError } from './errors.ts'
import { keysOf } from './shard.ts'

/** A shard's report with the file that it was read from. */
export interface NamedShard {
  readonly file: string
  readonly report: ShardReport
}

/**
 * What one run of the whole would have reported, made from the reports of its shards. But for `run` it is the same.
 *
 * @throws HarnessError MERGE_FAILED where they are not all shards of one run, each once
 */
export function merge(shards: readonly NamedShard[]): Report {
  const ordered = complete(shards)
  const [first, ...others] = ordered
  if (!first) throw refusal('no report is given', 'Name the JSON reports of all shards.')
  for (const other of others) requireSame(first, other)
  for (const one of ordered) requireOwn(one)
  return conclude(join(ordered, first.report))
}

/** What stops the whole: the project's own word, in all shards the same. */
export const gateOf = ([first]: readonly NamedShard[]): Config['gate'] =>
  first?.report.shard.gate ?? { failOn: 'error', strict: false }

/** The shards by number, where each is there once. */
function complete(shards: readonly NamedShard[]): readonly NamedShard[] {
  const counts = [...new Set(shards.map(({ report }) => partOf(report).count))]
  if (counts.length > 1)
    throw refusal(
      `they are shards of different runs: ${shards.map((one) => `${one.file} is ${nameOf(one)}`).join(', ')}`,
      'Merge the shards of one run alone.',
    )
  const ordered = [...shards].sort((a, b) => partOf(a.report).index - partOf(b.report).index)
  for (const [at, one] of ordered.entries()) {
    const twin = ordered[at + 1]
    if (twin && partOf(twin.report).index === partOf(one.report).index)
      throw refusal(`shard ${nameOf(one)} is given twice: ${one.file} and ${twin.file}`)
  }
  const missing = Array.from({ length: counts[0] ?? 0 }, (_, at) => at + 1).filter(
    (index) => !ordered.some(({ report }) => partOf(report).index === index),
  )
  if (missing.length > 0)
    throw refusal(
      `shard ${missing.map((index) => `${index}/${counts[0]}`).join(', ')} is missing: ${shards.map((one) => `${one.file} is ${nameOf(one)}`).join(', ')}`,
      'What it tried is not known: run it, and merge all of them.',
    )
  return ordered
}

const partOf = ({ run }: Report): { readonly index: number; readonly count: number } =>
  run.shard ?? { index: 0, count: 0 }

const nameOf = ({ report }: NamedShard): string => `${partOf(report).index}/${partOf(report).count}`

/** What must be the same in all shards, by the name that a person knows it by. */
const SAME: Readonly<Record<string, (report: ShardReport) => unknown>> = {
  'the version of rls-harness': ({ tool }) => tool.version,
  'the seed': ({ run }) => run.seed,
  'the major version of PostgreSQL': ({ run }) => Number.parseInt(run.engine.version, 10),
  'the platform': ({ run }) => run.platform.name,
  apiPrivileges: ({ run }) => run.apiPrivileges,
  'the SQL files': ({ sources }) => filesIn(sources),
  'the configuration': ({ shard }) => shard.settings,
  'the cast': ({ actors, tenants }) => [actors, tenants],
  'the seeded rows': ({ rows, seeding }) => [rows, seeding],
  'what is there to try': ({ shard }) => shard.units,
  'the remaining facts': ({ sources, coverage, shard }) => [
    sources,
    coverage.untried,
    shard.notices,
    shard.storage,
    shard.gate,
    { ...shard.terms, today: '' },
  ],
}

const filesIn = (sources: Report['sources']): unknown =>
  sources.map(({ tool, files }) => [tool, files.map(({ path, sha256 }) => [path, sha256])])

function requireSame(first: NamedShard, other: NamedShard): void {
  for (const [what, valueOf] of Object.entries(SAME)) {
    const [one, two] = [JSON.stringify(valueOf(first.report)), JSON.stringify(valueOf(other.report))]
    if (one === two) continue
    const short = one.length + two.length < MOST_SHOWN ? ` (${one} and ${two})` : ''
    throw refusal(
      `${first.file} and ${other.file} are shards of different runs: they differ in ${what}${short}`,
      'Run all shards on the same files, with the same configuration and flags.',
    )
  }
}

const MOST_SHOWN = 60

/** Nothing that a shard was to try is missing in its report, and nothing of others stands in it. */
function requireOwn(one: NamedShard): void {
  const { report, file } = one
  const { index } = partOf(report)
  const own = new Set(keysOf(report.shard.units, index))
  const told = new Set(report.shard.own.map(({ key }) => key))
  const untold = report.shard.units.some(
    (unit) => unit.shard === index && TOLD.has(unit.kind) && !told.has(unitKey(unit)),
  )
  const stray = [...report.shard.own.map(({ key }) => key), ...report.shard.parts.map(({ unit }) => unit)]
  const probes = report.shard.own.reduce((sum, unit) => sum + unit.probes, 0)
  if (untold || stray.some((key) => !own.has(key)) || probes !== report.probes.rows.length)
    throw refusal(`${file} does not hold what shard ${nameOf(one)} was to try`)
}

/** Units that stand in a report whatever came of them; what climbs open are findings alone. */
const TOLD: ReadonlySet<string> = new Set(['relation', 'area', 'function', 'privileges'])

function join(shards: readonly NamedShard[], first: ShardReport): Tried {
  const place = new Map(first.shard.units.map((unit, at) => [unitKey(unit), at]))
  const own = shards.flatMap(({ report }) => unitsOf(report))
  const reports = shards.map(({ report }) => report)
  const today = reports.map(({ shard }) => shard.terms.today).sort()
  const { tool, sources, actors, tenants, rows, seeding, coverage, shard } = first
  return {
    head: {
      tool,
      sources,
      actors,
      tenants,
      rows,
      seeding,
      run: runOf(reports, first),
      storage: shard.storage,
      notices: shard.notices,
      untried: coverage.untried,
    },
    // of shards that ran before and after midnight the later day counts: what has expired then is back
    terms: { ...shard.terms, today: today.at(-1) ?? shard.terms.today },
    units: shard.units,
    own: [...own].sort((a, b) => (place.get(a.key) ?? 0) - (place.get(b.key) ?? 0)),
    parts: reports.flatMap((report) => report.shard.parts),
  }
}

/** A shard's units with their probes, which stand in the report one unit after the other. */
function unitsOf({ probes, shard }: ShardReport): readonly TriedUnit[] {
  let at = 0
  return shard.own.map((unit) => {
    const rows = probes.rows.slice(at, at + unit.probes)
    at += unit.probes
    return { ...unit, probes: rows }
  })
}

/** Shards run side by side: the slowest says how long it took, step by step. */
function runOf(reports: readonly ShardReport[], { run }: ShardReport): Report['run'] {
  const { shard: _shard, ...rest } = run
  const most = (valueOf: (one: Report['run']) => number): number =>
    Math.max(...reports.map((report) => valueOf(report.run)))
  const steps: readonly Timing[] = run.steps.map(({ name }) => ({
    name,
    ms: most((one) => one.steps.find((step) => step.name === name)?.ms ?? 0),
  }))
  const all = (valueOf: (one: Report['run']) => string): string =>
    [...new Set(reports.map((report) => valueOf(report.run)))].join(', ')
  return {
    ...rest,
    engine: { kind: all(({ engine }) => engine.kind), version: all(({ engine }) => engine.version) },
    durationMs: most(({ durationMs }) => durationMs),
    steps,
    peakMemoryMb: most(({ peakMemoryMb }) => peakMemoryMb),
    shards: reports.length,
  }
}

const refusal = (message: string, hint?: string): HarnessError =>
  new HarnessError('MERGE_FAILED', `these reports cannot be merged: ${message}`, { hint })
