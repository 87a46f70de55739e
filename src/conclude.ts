import { guardOf } from './baseline/guard.ts'
import type { Fact, Part } from './domain/fact.ts'
import { mergeCoverage } from './domain/coverage.ts'
import { isPartial } from './domain/judged.ts'
import { SURFACES } from './domain/fact.ts'
import type { FindingCode } from './domain/finding.ts'
import type { Finding, Report, ReportedFunction, ReportedRelation, Untested } from './domain/report.ts'
import { unitKey } from './domain/shard.ts'
import type { Shard } from './domain/shard.ts'
import type { Tried } from './domain/tried.ts'
import { SEVERITIES, audienceOf, widest } from './domain/vocabulary.ts'
import type { Audience, Severity } from './domain/vocabulary.ts'
import { applyBaseline } from './judge/baseline.ts'
import { toFinding } from './judge/collect.ts'
import { newsOf } from './judge/escalation.ts'
import { toldOf } from './judge/facts.ts'
import { groupFindings } from './judge/groups.ts'
import { applyIgnores } from './judge/ignore.ts'
import { accessOf, judgedCells } from './judge/summary.ts'

/**
 * The report of what was tried, in a stable order. Pure, and the only way to a report: what shards tried together gives
 * what one run of the whole gives. With `shard` it is the report of a part, and never says that anything is isolated.
 */
export function conclude(tried: Tried, shard?: Shard): Report {
  const { head, own } = tried
  const isPart = shard !== undefined || isPartial(head.run)
  const settled = settle(tried, isPart)
  const { untested, notices } = settled
  const relations = own
    .flatMap(({ relation }) => (relation ? [relation] : []))
    .map((one) => withCells(one, settled.findings, untested))
  const { findings, groups } = shard
    ? { findings: settled.findings, groups: [] }
    : groupFindings(settled.findings, relations, isPart ? 'part' : 'all')
  const active = findings.filter(({ suppressed }) => suppressed === undefined)
  const rows = own.flatMap(({ probes }) => probes)
  const functions = own.flatMap((unit) => (unit.function ? [withReach(unit.function, tried)] : []))
  const policies = mergeCoverage(own.flatMap((unit) => unit.policies ?? []))
  const fails =
    active.some(({ severity }) => severity !== 'note') || untested.length > 0 || findings.some(isKnown)
  return {
    schemaVersion: 1,
    tool: head.tool,
    run: head.run,
    outcome: fails ? 'findings' : isPart ? 'partial' : 'isolated',
    sources: head.sources,
    relations,
    functions,
    storage: head.storage,
    actors: head.actors,
    tenants: head.tenants,
    rows: head.rows,
    seeding: head.seeding,
    probes: { columns: PROBE_COLUMNS, rows },
    coverage: {
      planned: rows.length,
      executed: rows.length,
      untested,
      policies,
      scenarios: own.flatMap((unit) => unit.scenarios ?? []),
      untried: head.untried,
    },
    platformGrants: own.flatMap(({ platformGrants }) => platformGrants),
    findings: [...findings].sort(byWeight),
    groups,
    notices: [...head.notices, ...notices],
    summary: {
      relations: relations.filter(({ kind }) => !AREA_KINDS.has(kind)).length,
      functions: functions.length,
      probes: rows.length,
      bySeverity: bySeverity(active),
      suppressed: findings.length - active.length,
    },
  }
}

const bySeverity = (active: readonly Finding[]): Report['summary']['bySeverity'] =>
  Object.fromEntries(
    SEVERITIES.map((severity) => [severity, active.filter((one) => one.severity === severity).length]),
  ) as Record<Severity, number>

const AREA_KINDS: ReadonlySet<string> = new Set(['bucket', 'topic'])

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

interface Settled {
  readonly findings: readonly Finding[]
  readonly untested: readonly Untested[]
  readonly notices: readonly string[]
}

/** Facts → findings: what says nothing new beside the others is left out, what the configuration accepts is marked. */
function settle({ head, units, own, parts, terms }: Tried, isPart: boolean): Settled {
  const ordered = inOrder(units.map(unitKey), parts)
  const plain = ordered.filter(({ surface }) => surface === 'relations').flatMap(({ facts }) => facts)
  const facts = ordered.flatMap((part): readonly Fact[] => [
    ...part.facts.filter(({ permitted }) => !permitted),
    ...part.ascents.flatMap((ascent) => newsOf(ascent, plain)),
  ])
  const told = toldOf(facts, terms.forgers)
  const findings = told.map((fact) => toFinding(fact, terms.served))
  const extent = isPart || head.run.narrowed ? 'part' : 'all'
  const ignored = applyIgnores(findings, terms.ignore, terms.today, extent)
  const untested = ordered.flatMap((part) => part.untested)
  const relations = own.flatMap(({ relation }) => (relation ? [relation] : []))
  const settled = applyBaseline({ ...ignored, untested }, terms.baseline, {
    today: terms.today,
    extent,
    guardOf: (about) => guardOf(relations, about),
  })
  return { ...settled, notices: [...ignored.notices, ...settled.notices] }
}

/** What was there before the project was adopted does not fail the gate, and is no isolation. */
const isKnown = ({ suppressed, severity }: Finding): boolean =>
  suppressed?.by === 'baseline' && severity !== 'note'

/** By surface, and there by unit: the order in which a whole run judges. */
function inOrder(keys: readonly string[], parts: readonly Part[]): readonly Part[] {
  const place = new Map(keys.map((key, at) => [key, at]))
  const rank = ({ surface, unit }: Part): number =>
    SURFACES.indexOf(surface) * (keys.length + 1) + (place.get(unit) ?? keys.length)
  return [...parts].sort((a, b) => rank(a) - rank(b))
}

/** What calls of a function gave, whether it may or not. */
function withReach(one: ReportedFunction, { parts }: Tried): ReportedFunction {
  const facts = parts
    .filter(({ surface }) => surface === 'functions')
    .flatMap((part) => part.facts.filter(({ subject }) => subject.qualified === one.name))
  const widestOf = (code: FindingCode): Audience =>
    widest(
      ...facts.flatMap((fact) =>
        fact.code === code && fact.actor !== undefined ? [audienceOf(fact.actor)] : [],
      ),
    )
  return {
    ...one,
    access: {
      ...one.access,
      reads: widestOf('function-read-leak'),
      writes: widestOf('function-write-leak'),
    },
  }
}

function withCells(
  relation: ReportedRelation,
  findings: readonly Finding[],
  untested: readonly Untested[],
): ReportedRelation {
  const isHere = (one: { readonly relation: string; readonly scope?: string }): boolean =>
    one.relation === relation.name && one.scope === relation.scope
  const cells = judgedCells(relation.cells, findings.filter(isHere), untested.filter(isHere))
  return { ...relation, access: accessOf(cells), cells }
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
