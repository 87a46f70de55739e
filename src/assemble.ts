import { createRequire } from 'node:module'
import { conclude } from './conclude.ts'
import type { CallObservation } from './domain/call.ts'
import type { Catalog, Relation, Routine } from './domain/catalog.ts'
import { areaUnit } from './domain/area.ts'
import type { Area, Surroundings } from './domain/area.ts'
import type { Config, Only } from './domain/config.ts'
import { withCoverage } from './domain/coverage.ts'
import type { Fact, Part } from './domain/fact.ts'
import type { FailedStatement } from './domain/failed-statement.ts'
import type { Model } from './domain/ownership.ts'
import type { Actor, Population } from './domain/population.ts'
import type { PlatformGrant } from './domain/privilege.ts'
import type { Observation } from './domain/probe.ts'
import type {
  Changed,
  PassedOver,
  PolicyCoverage,
  Report,
  ScenarioCoverage,
  Seeding,
  Timing,
} from './domain/report.ts'
import { PRIVILEGES, unitKey } from './domain/shard.ts'
import type { PlannedUnit } from './domain/shard.ts'
import type { Head, Tried, TriedUnit } from './domain/tried.ts'
import { groupBy } from './group-by.ts'
import { concerned, withDoubts } from './judge/failed-statements.ts'
import { baseOf } from './ownership/expect.ts'
import type { Extensions } from './catalog/extensions.ts'
import type { ReportedExtension } from './domain/extension.ts'
import type { Prepared } from './prepare.ts'
import type { Reading } from './ownership/policy-facts.ts'
import { extensionNotices } from './extension-notices.ts'
import { PLATFORM_SCHEMAS } from './platform/install.ts'
import { reportedIdentity } from './reported-identity.ts'
import { reportArea } from './reported-areas.ts'
import { callRow, probeRow } from './reported-probes.ts'
import { placesIn, reportFunction, reportRelation } from './reported-relations.ts'
import { wouldJudge } from './scope.ts'
import { isSeedable } from './seed/setting.ts'
import { shardReport } from './shard.ts'
import type { Directed } from './stages/scenarios.ts'

export interface AssembleInput {
  readonly config: Config
  readonly prepared: Prepared
  readonly catalog: Catalog
  readonly model: Model
  readonly reading: Reading
  readonly relations: readonly Relation[]
  readonly population: Population
  /** who was seen to get through, those of scenarios among them */
  readonly cast: readonly Actor[]
  readonly directed: readonly Directed[]
  readonly surroundings: Surroundings
  readonly extensions: Extensions
  readonly areas: readonly Area[]
  readonly observations: readonly Observation[]
  readonly routines: readonly Routine[]
  readonly calls: readonly CallObservation[]
  readonly unset: { readonly hint: string | null }
  readonly platformGrants: readonly PlatformGrant[]
  readonly judged: readonly Part[]
  /** what was seen of policies, by unit */
  readonly covered: ReadonlyMap<string, readonly PolicyCoverage[]>
  /** what was shared out, in the order of the report */
  readonly units: readonly PlannedUnit[]
  /** ISO date */
  readonly today: string
  readonly steps: readonly Timing[]
  readonly durationMs: number
}

/** Everything that a reporter may show, in a stable order; of a shard what it tried, and what is needed to join it. */
export function assemble(input: AssembleInput): Report {
  const { shard } = input.config
  return shard ? shardReport(triedOf(input), input.config, shard) : conclude(triedOf(input))
}

function triedOf(input: AssembleInput): Tried {
  const { config, population } = input
  const own = input.units.filter(({ shard }) => shard === (config.shard?.index ?? 1))
  const keys = new Set(own.map(unitKey))
  return {
    head: headOf(input),
    terms: {
      ...(config.supabase.exposedSchemas ? { served: config.supabase.exposedSchemas } : {}),
      ignore: config.ignore,
      ...(config.baseline ? { baseline: config.baseline } : {}),
      today: input.today,
      forgers: population.actors.flatMap(({ name, forged }) => (forged ? [{ name, forged }] : [])),
    },
    units: input.units,
    own: unitsTried(input)
      .filter(({ key }) => keys.has(key))
      .map((unit) => withCoverage(unit, input.covered.get(unit.key) ?? [], derivedFor(unit, input.directed))),
    parts: doubted(input)
      .filter(({ unit }) => keys.has(unit))
      .map((part) => judgedOf(part, config.only)),
  }
}

const passedOver = (failed: readonly FailedStatement[], catalog: Catalog): readonly PassedOver[] =>
  failed.map(({ about: _about, ...one }, at) => ({
    ...one,
    about: concerned(failed[at] as FailedStatement, catalog),
  }))

/** What was judged, and what statements that failed leave in doubt. */
const doubted = (input: AssembleInput): readonly Part[] =>
  withDoubts(input.judged, input.prepared.failed ?? [], {
    ...input,
    wouldJudge: (schema, qualified) => wouldJudge(input.catalog, input.config, schema, qualified),
  })

/** A way past the policies may reach what is not judged: nothing about that is new. */
function judgedOf(part: Part, only: Config['only']): Part {
  if (!only) return part
  const isJudged = ({ subject }: Fact): boolean => subject.qualified in only.judged
  return {
    ...part,
    facts: part.facts.filter(isJudged),
    untested: part.untested.filter(({ relation }) => relation in only.judged),
    ascents: part.ascents.map((one) => ({
      ...one,
      reached: one.reached.filter(isJudged),
      opening: one.opening.filter(isJudged),
    })),
  }
}

/** What was derived from the policies of the unit's relation. */
function derivedFor({ relation }: TriedUnit, directed: readonly Directed[]): ScenarioCoverage | undefined {
  const found = directed.find(
    (one) => one.relation.qualified === relation?.name && relation.scope === undefined,
  )
  return found && { relation: found.relation.qualified, ...found.count, opaque: found.opaque }
}

function headOf(input: AssembleInput): Head {
  const { config, prepared, population } = input
  return {
    tool: { name: 'rls-harness', version: packageVersion() },
    run: {
      seed: config.seed.seed,
      engine: prepared.engine,
      platform: { name: config.platform, why: config.platformFrom },
      extensions: extensionsOf(input),
      apiPrivileges: prepared.apiPrivileges,
      durationMs: Math.round(input.durationMs),
      steps: input.steps.map(({ name, ms }) => ({ name, ms: Math.round(ms) })),
      peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
      ...(prepared.failed ? { lenient: { failed: passedOver(prepared.failed, input.catalog) } } : {}),
      identity: reportedIdentity(config, input.model),
      ...(config.narrowed ? { narrowed: config.narrowed } : {}),
      ...(config.only ? { changed: changedOf(input.units, config.only) } : {}),
    },
    sources: prepared.sources,
    storage: {
      buckets: bucketsOf(input).map(({ id, public: open, fileSizeLimit, allowedMimeTypes }) => ({
        id,
        public: open,
        fileSizeLimit,
        allowedMimeTypes,
      })),
    },
    actors: population.actors.map(({ name, role, tenants, claims }) => ({
      name,
      role,
      ...(tenants[0] === undefined ? {} : { tenant: tenants[0] }),
      claims,
    })),
    tenants: population.tenants.map(({ name }) => name),
    rows:
      [...population.rows.values()].reduce((sum, rows) => sum + rows.length, 0) +
      input.areas.reduce((sum, { rows }) => sum + rows.length, 0),
    seeding: seedingOf(input),
    notices: [
      ...(input.unset.hint === null ? [] : [input.unset.hint]),
      ...extensionNotices(extensionsOf(input)),
      ...population.notices,
    ],
    untried: untriedIn(input),
  }
}

function extensionsOf({ extensions, prepared }: AssembleInput): readonly ReportedExtension[] {
  const empty = prepared.skippedExtensions.map((name): ReportedExtension => ({
    name,
    how: 'empty stub',
    version: null,
    usedBy: [],
  }))
  return [...extensions.reported, ...empty].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function seedingOf({ catalog, population }: AssembleInput): Seeding {
  const tables = catalog.relations.filter((relation) => isSeedable(relation, PLATFORM_SCHEMAS))
  return {
    tables: tables.length,
    empty: tables
      .filter(({ oid }) => (population.rows.get(oid)?.length ?? 0) === 0)
      .map(({ qualified }) => ({
        relation: qualified,
        reason:
          population.unseeded.find(({ relation }) => relation === qualified)?.reason ?? 'no row was made',
      })),
    withoutTriggers: population.withoutTriggers,
  }
}

/** What is told of a change: what was judged again and what was not, of what people would look for. */
function changedOf(units: readonly PlannedUnit[], { since, judged }: Only): Changed {
  const shown = units.filter(({ kind }) => ['relation', 'area', 'function'].includes(kind))
  const again = shown.filter(({ shard }) => shard > 0)
  return {
    since,
    judged: again.map(({ name }) => ({ name, reason: judged[name] ?? '' })),
    left: shown
      .filter(({ shard }) => shard === 0)
      .map(({ name, scope }) => (scope ? `${name}/${scope}` : name)),
  }
}

const bucketsOf = ({ config: { only }, surroundings }: AssembleInput): Surroundings['buckets'] =>
  only && !('storage.objects' in only.judged) ? [] : surroundings.buckets

/** What stands beside the relations and is not probed: a green must not seem to speak for it. */
function untriedIn({ catalog, areas }: AssembleInput): readonly string[] {
  const left = (['storage.objects', 'realtime.messages'] as const).filter(
    (name) =>
      catalog.relations.some(({ qualified, policies }) => qualified === name && policies.length > 0) &&
      !areas.some(({ relation }) => relation.qualified === name),
  )
  return left.map((name) => name.slice(0, name.indexOf('.')))
}

/** Every unit that holds something to show, in the order of the report. */
function unitsTried(input: AssembleInput): readonly TriedUnit[] {
  const { catalog, population, areas, routines, observations, platformGrants } = input
  const observationsOf = groupBy(observations, ({ probe }) => probe.relation)
  const callsOf = groupBy(input.calls, ({ routine }) => routine)
  const places = placesIn(input.prepared.definitions)
  const rowsOf = (some: readonly Observation[], name: string): TriedUnit['probes'] =>
    some.map((one) => probeRow(one, name))
  return [
    ...input.relations.map((relation) => {
      const base = baseOf(catalog, relation)
      const seen = observationsOf(relation.oid)
      const all = { relation, base, population: { ...population, actors: input.cast }, observations: seen }
      return {
        key: unitKey({ kind: 'relation', name: relation.qualified }),
        relation: reportRelation(input, all, places),
        probes: rowsOf(seen, relation.qualified),
        platformGrants: [],
      }
    }),
    ...areas.map((area) => {
      const seen = observationsOf(area.relation.oid).filter(
        ({ probe }) => (probe.scope ?? null) === area.scope,
      )
      const { qualified } = area.relation
      return {
        key: unitKey(areaUnit(area)),
        relation: reportArea(area, input, population, seen, places),
        probes: rowsOf(seen, qualified),
        platformGrants: [],
      }
    }),
    ...routines.map((routine) => ({
      key: unitKey({ kind: 'function', name: routine.signature }),
      function: reportFunction(routine, places),
      probes: callsOf(routine.oid).map((one) => callRow(one, routine.signature)),
      platformGrants: [],
    })),
    { key: unitKey(PRIVILEGES), probes: [], platformGrants },
  ]
}

function packageVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('../package.json')
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '0.0.0'
}
