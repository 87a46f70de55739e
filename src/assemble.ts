import { createRequire } from 'node:module'
import type { CallObservation } from './domain/call.ts'
import type { Catalog, Relation, Routine } from './domain/catalog.ts'
import type { Area, Surroundings } from './domain/area.ts'
import type { Config } from './domain/config.ts'
import type { Expectation } from './domain/expectation.ts'
import type { Model } from './domain/ownership.ts'
import type { Population } from './domain/population.ts'
import type { PlatformGrant } from './domain/privilege.ts'
import type { Observation, Outcome } from './domain/probe.ts'
import type { Finding, Report, ReportedFunction, ReportedRelation, Timing } from './domain/report.ts'
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
  readonly routines: readonly Routine[]
  readonly calls: readonly CallObservation[]
  readonly unset: { readonly hint: string | null }
  readonly platformGrants: readonly PlatformGrant[]
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
    functions: input.routines.map((routine) => reportFunction(routine)),
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
    probes: { columns: PROBE_COLUMNS, rows: probeRows(input) },
    coverage: {
      planned: observations.length + input.calls.length,
      executed: observations.length + input.calls.length,
      untested: judged.untested,
      untried: untriedIn(input),
    },
    platformGrants: input.platformGrants,
    findings: [...judged.findings].sort(byWeight),
    notices: [
      ...(input.unset.hint === null ? [] : [input.unset.hint]),
      ...population.notices,
      ...judged.notices,
    ],
    summary: {
      relations: input.relations.length,
      functions: input.routines.length,
      probes: observations.length + input.calls.length,
      bySeverity: Object.fromEntries(
        SEVERITIES.map((severity) => [severity, active.filter((one) => one.severity === severity).length]),
      ) as Record<Severity, number>,
      suppressed: judged.findings.length - active.length,
    },
  }
}

/** What stands beside the relations and is not probed: a green must not seem to speak for it. */
function untriedIn({ catalog, areas }: AssembleInput): readonly string[] {
  const left = (['storage.objects', 'realtime.messages'] as const).filter(
    (name) =>
      catalog.relations.some(({ qualified, policies }) => qualified === name && policies.length > 0) &&
      !areas.some(({ relation }) => relation.qualified === name),
  )
  return left.map((name) => name.slice(0, name.indexOf('.')))
}

/** Who holds EXECUTE, by himself or through PUBLIC. */
function reportFunction({ signature, securityDefiner, executableBy }: Routine): ReportedFunction {
  const callers = executableBy.filter((role) => role !== 'service_role')
  const execute = callers.includes('anon') ? 'everyone' : callers.length > 0 ? 'authenticated' : 'nobody'
  return { name: signature, securityDefiner, access: { execute } }
}

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

function probeRows({
  observations,
  calls,
  catalog: { relations },
  routines,
}: AssembleInput): readonly (readonly unknown[])[] {
  const names = new Map(relations.map(({ oid, qualified }) => [oid, qualified]))
  const signatures = new Map(routines.map(({ oid, signature }) => [oid, signature]))
  return [
    ...observations.map((one) => probeRow(one, names.get(one.probe.relation) ?? '')),
    ...calls.map((one) => callRow(one, signatures.get(one.routine) ?? '')),
  ]
}

/** Whose the rows are that a call reached is a matter of judgement: the columns of ties stay empty. */
const callRow = ({ actor, attempt, of, outcome }: CallObservation, signature: string): readonly unknown[] => [
  signature,
  'execute',
  actor,
  attempt,
  of ?? '',
  outcomeText(outcome),
  null,
  null,
  null,
  null,
  null,
]

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
