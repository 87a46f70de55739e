import { createRequire } from 'node:module'
import type { Area, Surroundings } from './domain/area.ts'
import type { Catalog, Relation } from './domain/catalog.ts'
import type { Config } from './domain/config.ts'
import type { Expectation } from './domain/expectation.ts'
import type { Model } from './domain/ownership.ts'
import type { Population } from './domain/population.ts'
import type { Observation, Outcome } from './domain/probe.ts'
import type { Finding, Report, ReportedRelation, Timing } from './domain/report.ts'
import { SEVERITIES } from './domain/vocabulary.ts'
import type { Severity } from './domain/vocabulary.ts'
import { groupBy } from './group-by.ts'
import type { Judged } from './judge/judge.ts'
import { isExposed } from './judge/static.ts'
import { accessOf, cellsOf } from './judge/summary.ts'
import { baseOf } from './ownership/expect.ts'
import { reportAreas } from './reported-areas.ts'
import type { Prepared } from './prepare.ts'

export interface AssembleInput {
  readonly config: Config
  readonly prepared: Prepared
  readonly catalog: Catalog
  readonly model: Model
  readonly relations: readonly Relation[]
  readonly expectations: readonly Expectation[]
  readonly population: Population
  readonly surroundings: Surroundings
  readonly areas: readonly Area[]
  readonly observations: readonly Observation[]
  readonly judged: Judged
  readonly steps: readonly Timing[]
  readonly durationMs: number
}

/** Everything that a reporter may show, in a stable order. */
export function assemble(input: AssembleInput): Report {
  const { config, prepared, population, observations, judged } = input
  const active = judged.findings.filter(({ suppressed }) => suppressed === undefined)
  return {
    schemaVersion: 1,
    tool: { name: 'rls-harness', version: packageVersion() },
    run: {
      seed: config.seed.seed,
      engine: prepared.engine,
      apiPrivileges: prepared.apiPrivileges,
      durationMs: Math.round(input.durationMs),
      steps: input.steps.map(({ name, ms }) => ({ name, ms: Math.round(ms) })),
      peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
    },
    outcome:
      active.some(({ severity }) => severity !== 'note') || judged.untested.length > 0
        ? 'findings'
        : 'isolated',
    sources: prepared.sources,
    relations: [...reportRelations(input), ...reportAreas(input)],
    functions: callable(input.catalog).map(({ signature, securityDefiner }) => ({
      name: signature,
      securityDefiner,
    })),
    storage: {
      buckets: input.surroundings.buckets.map(({ id, public: open, fileSizeLimit, allowedMimeTypes }) => ({
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
    probes: { columns: PROBE_COLUMNS, rows: probeRows(observations, input.catalog.relations) },
    coverage: {
      planned: observations.length,
      executed: observations.length,
      untested: judged.untested,
      untried: untriedIn(input),
    },
    findings: [...judged.findings].sort(byWeight),
    notices: [...population.notices, ...judged.notices],
    summary: {
      relations: input.relations.length,
      probes: observations.length,
      bySeverity: Object.fromEntries(
        SEVERITIES.map((severity) => [severity, active.filter((one) => one.severity === severity).length]),
      ) as Record<Severity, number>,
      suppressed: judged.findings.length - active.length,
    },
  }
}

/** What stands beside the relations and is not probed: a green must not seem to speak for it. */
function untriedIn({ catalog, areas }: AssembleInput): readonly string[] {
  const functions = callable(catalog).length
  const left = (['storage.objects', 'realtime.messages'] as const).filter(
    (name) =>
      catalog.relations.some(({ qualified, policies }) => qualified === name && policies.length > 0) &&
      !areas.some(({ relation }) => relation.qualified === name),
  )
  return [
    ...(functions > 0 ? [`${functions} function${functions === 1 ? '' : 's'}`] : []),
    ...left.map((name) => name.slice(0, name.indexOf('.'))),
  ]
}

const callable = ({ routines, tested, apiRoles }: Catalog): Catalog['routines'] =>
  routines.filter(
    ({ schema, isTrigger, executableBy }) =>
      tested.includes(schema) && !isTrigger && executableBy.some((role) => apiRoles.includes(role)),
  )

const PROBE_COLUMNS = [
  'relation',
  'command',
  'actor',
  'attempt',
  'detail',
  'outcome',
  'own',
  'team',
  'foreign',
  'unowned',
  'scope',
] as const

function probeRows(
  observations: readonly Observation[],
  relations: readonly Relation[],
): readonly (readonly unknown[])[] {
  const names = new Map(relations.map(({ oid, qualified }) => [oid, qualified]))
  return observations.map((one) => probeRow(one, names.get(one.probe.relation) ?? ''))
}

function probeRow({ probe, outcome, reached }: Observation, relation: string): readonly unknown[] {
  const rows = (tie: string): number =>
    reached.filter((one) => one.tie === tie).reduce((sum, one) => sum + one.rows, 0)
  return [
    relation,
    probe.command,
    probe.actor,
    probe.attempt,
    probe.detail,
    outcomeText(outcome),
    rows('own'),
    rows('team'),
    rows('foreign'),
    rows('unowned'),
    probe.scope ?? null,
  ]
}

function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'returned':
    case 'affected':
      return `${outcome.kind} ${outcome.rows}`
    case 'denied':
      return `denied by ${outcome.by}`
    case 'admitted':
      return `admitted, then ${outcome.thenFailedWith}`
    case 'broken':
      return `broken: ${outcome.sqlstate} ${outcome.message}`
  }
}

function reportRelations(input: AssembleInput): readonly ReportedRelation[] {
  const { catalog, observations, population, judged } = input
  const observationsOf = groupBy(observations, ({ probe }) => probe.relation)
  const findingsOf = groupBy(judged.findings, (one) => one.relation)
  const untestedOf = groupBy(judged.untested, (one) => one.relation)
  return input.relations.map((relation) => {
    const base = baseOf(catalog, relation)
    const cells = cellsOf({
      relation,
      base,
      population,
      findings: findingsOf(relation.qualified),
      untested: untestedOf(relation.qualified),
      observations: observationsOf(relation.oid),
    })
    return reportRelation(input, relation, base, cells)
  })
}

function reportRelation(
  { catalog, model }: AssembleInput,
  relation: Relation,
  base: Relation,
  cells: ReturnType<typeof cellsOf>,
): ReportedRelation {
  const ownership = model.ownerships.get(base.oid)
  return {
    name: relation.qualified,
    kind: relation.kind,
    exposed: isExposed(catalog, relation),
    rowSecurity: relation.rowSecurity,
    ownership: {
      kind: ownership?.kind ?? 'shared',
      path: [...(ownership?.tenants ?? []), ...(ownership?.owners ?? [])].map(({ steps, column }) =>
        [...steps.map(({ columns, targetName }) => `${columns.join(', ')} → ${targetName}`), column].join(
          ' . ',
        ),
      ),
      evidence: ownership?.evidence ?? [],
    },
    access: accessOf(cells),
    cells,
  }
}

function byWeight(a: Finding, b: Finding): number {
  const rank = ({ severity }: Finding): number => -SEVERITIES.indexOf(severity)
  const key = (one: Finding): string =>
    [
      one.relation,
      ['select', 'insert', 'update', 'delete'].indexOf(one.command),
      one.actor ?? '',
      one.code,
    ].join('\0')
  return rank(a) - rank(b) || (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)
}

function packageVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('../package.json')
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '0.0.0'
}
