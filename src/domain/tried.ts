import type { Baseline } from './baseline.ts'
import type { Config, IgnoreEntry } from './config.ts'
import type { Part } from './fact.ts'
import type { Actor } from './population.ts'
import type { PlatformGrant } from './privilege.ts'
import type {
  PolicyCoverage,
  ScenarioCoverage,
  Report,
  ReportedFunction,
  ReportedRelation,
} from './report.ts'
import type { PlannedUnit } from './shard.ts'

/** What is the same whoever tries what. */
export interface Head extends Pick<
  Report,
  'tool' | 'run' | 'sources' | 'storage' | 'actors' | 'tenants' | 'rows' | 'seeding' | 'notices'
> {
  readonly untried: Report['coverage']['untried']
}

/** What findings are told by, once all facts are there. */
export interface Terms {
  /** schemas that are served over HTTP, where the project says so */
  readonly served?: readonly string[]
  readonly ignore: readonly IgnoreEntry[]
  readonly baseline?: Baseline
  /** ISO date */
  readonly today: string
  /** who made up what of the own session */
  readonly forgers: readonly Pick<Actor, 'name' | 'forged'>[]
}

/** What came of one unit, before it is judged together with the others. */
export interface TriedUnit {
  readonly key: string
  /** with cells that say what was seen */
  readonly relation?: ReportedRelation
  readonly function?: ReportedFunction
  readonly probes: Report['probes']['rows']
  readonly platformGrants: readonly PlatformGrant[]
  /** what was seen of the policies of a relation or area */
  readonly policies?: readonly PolicyCoverage[]
  /** what was derived from them */
  readonly scenarios?: ScenarioCoverage
}

/** All that a run has tried, as plain data: of a shard its own units alone. */
export interface Tried {
  readonly head: Head
  readonly terms: Terms
  /** all units, in the order of the report */
  readonly units: readonly PlannedUnit[]
  readonly own: readonly TriedUnit[]
  readonly parts: readonly Part[]
}

/** What a shard's report says beside its findings, so that reports can be joined without a database. */
export interface ShardRecord {
  /** digest of all else in the report */
  readonly sha256: string
  /** digest of the configuration, as far as it changes what is reported */
  readonly settings: string
  /** the project's own, whatever the flags of this shard say */
  readonly gate: Config['gate']
  readonly terms: Terms
  readonly storage: Report['storage']
  readonly notices: readonly string[]
  readonly units: readonly PlannedUnit[]
  /** `probes`: how many rows of the report's, one unit after the other */
  readonly own: readonly (Omit<TriedUnit, 'probes'> & { readonly probes: number })[]
  readonly parts: readonly Part[]
}

export interface ShardReport extends Report {
  readonly shard: ShardRecord
}
