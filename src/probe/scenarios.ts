import { DatabaseError } from '../database/connection.ts'
import type { Connection } from '../database/connection.ts'
import { BECOME_SUPERUSER, sessionSql } from '../database/impersonate.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import type { Expectation } from '../domain/expectation.ts'
import type { Model } from '../domain/ownership.ts'
import { tieOf } from '../domain/population.ts'
import type { Actor, Population, Values } from '../domain/population.ts'
import type { Observation, Outcome, Reached } from '../domain/probe.ts'
import type { Scenario } from '../domain/scenario.ts'
import { widest } from '../domain/vocabulary.ts'
import type { Audience, Command } from '../domain/vocabulary.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import { neutralAssignment, seenTrial, unseenTrial } from './change.ts'
import { insertTrial } from './insert.ts'
import { classify } from './outcome.ts'
import { compact } from './scene.ts'
import { identityColumns, targetOf } from './target.ts'
import type { Target } from './target.ts'
import { probeOf } from './trial.ts'
import type { Trial } from './trial.ts'

export interface ScenarioOptions {
  readonly catalog: Catalog
  readonly model: Model
  readonly population: Population
  readonly comparedColumns: ReadonlyMap<number, readonly string[]>
  readonly expectationsOf: (relation: number) => readonly Expectation[]
}

/** What trying a scenario showed. */
export interface Tried {
  /** what got through: a refusal proves nothing new */
  readonly observations: readonly Observation[]
  /** what ended in an error that is no refusal, in the server's words */
  readonly failed: readonly string[]
}

/** Tries what a scenario is for: each command on its row alone. */
export async function tryScenario(
  connection: Connection,
  options: ScenarioOptions,
  relation: Relation,
  scenario: Scenario,
): Promise<Tried> {
  const target = targetOf(options.catalog, options.model, relation)
  const trials = scenario.commands.flatMap((command) => trialsFor(options, target, scenario, command))
  const tried = await Promise.all(trials.map((trial) => tryOne(connection, options, scenario, trial)))
  return {
    observations: tried.flatMap((one) => one.observations),
    failed: tried.flatMap((one) => one.failed),
  }
}

async function tryOne(
  connection: Connection,
  options: ScenarioOptions,
  scenario: Scenario,
  trial: Trial,
): Promise<Tried> {
  const outcome = await outcomeOf(connection, options.catalog, trial)
  if (outcome.kind === 'broken') {
    const what = `${scenario.label}: ${trial.probe.attempt}: ${outcome.message} (${outcome.sqlstate})`
    return { observations: [], failed: [what] }
  }
  if (!isThrough(outcome)) return NOTHING
  if (trial.probe.command === 'insert' && !(await staysAs(connection, trial, outcome))) return NOTHING
  const exempt = await exemption(connection, options, scenario, trial)
  const reached = [{ ...reachedIn(options.population, scenario), exempt: exempt ?? ('nobody' as const) }]
  return {
    observations: [{ probe: trial.probe, outcome, reached, statement: trial.statement }],
    failed: [],
  }
}

const NOTHING: Tried = { observations: [], failed: [] }

const isThrough = (outcome: Outcome): boolean =>
  outcome.kind === 'admitted' ||
  ((outcome.kind === 'returned' || outcome.kind === 'affected') && outcome.rows > 0)

function trialsFor(
  options: ScenarioOptions,
  target: Target,
  { actor, row, label }: Scenario,
  command: Command,
): readonly Trial[] {
  const { scene = '', ...session } = actor
  const rows = [row]
  const named = (trial: Trial | null): Trial | null =>
    trial && { ...trial, actor: session, before: scene === '' ? null : scene }
  const alone = (trial: Trial | null): Trial | null =>
    trial && { ...trial, actor: session, before: `${scene};\n${onlyThis(target.base, row.values)}` }
  switch (command) {
    case 'select':
      return compact([named(selectTrial(target, actor, row.values, label))])
    case 'delete': {
      const shape = { command, detail: label, assignments: [], rows } as const
      return compact([
        named(seenTrial(target, actor, { ...shape, attempt: 'delete others' })),
        alone(unseenTrial(target, actor, { ...shape, attempt: 'delete unseen' })),
      ])
    }
    case 'update': {
      const avoid = new Set([
        ...identityColumns(target.ownership),
        ...(options.comparedColumns.get(target.base.oid) ?? []),
      ])
      const assigned = (unseen: boolean) => {
        const one = neutralAssignment(target, actor.role, avoid, rows, unseen)
        return one && { command, detail: label, assignments: [one], rows }
      }
      const [seen, unseen] = [assigned(false), assigned(true)]
      return compact([
        seen && named(seenTrial(target, actor, { ...seen, attempt: 'update others' })),
        unseen && alone(unseenTrial(target, actor, { ...unseen, attempt: 'update unseen' })),
      ])
    }
    case 'insert': {
      const identity = identityColumns(target.ownership)
      return compact([named(insertTrial(target, actor, 'insert as another', label, row.values, identity))])
    }
  }
}

/** The row by what the role may read of it. */
function selectTrial(target: Target, actor: Actor, values: Values, label: string): Trial | null {
  const { relation } = target
  const granted = relation.privileges.find(({ role }) => role === actor.role)
  const columns = granted?.columns.select ?? []
  const [shown] = columns
  if (shown === undefined) return null
  const condition = rowCondition(relation, values, columns)
  return {
    probe: probeOf(target, actor, 'select', 'read', label),
    actor,
    target,
    before: null,
    statement: `select t.${quoteName(shown)} from ${target.table} t where ${condition}`,
    needs: { relation, command: 'select', writes: [], reads: columns },
    aims: [],
    payload: null,
    wanted: null,
    single: null,
  }
}

/** Holds for this row alone: by a key of it, else by all of it that may be read. */
function rowCondition({ keys }: Relation, values: Values, readable: readonly string[]): string {
  const key = [...keys]
    .sort((a, b) => Number(b.primary) - Number(a.primary))
    .find(
      ({ partial, columns }) =>
        !partial &&
        columns.length > 0 &&
        columns.every((name) => readable.includes(name) && values[name] !== null),
    )
  return (key?.columns ?? readable).map((name) => equals(name, values[name])).join(' and ')
}

function equals(name: string, value: unknown): string {
  if (value === null || value === undefined) return `t.${quoteName(name)} is null`
  return typeof value === 'object'
    ? `to_jsonb(t.${quoteName(name)}) = ${quoteLiteral(JSON.stringify(value))}::jsonb`
    : `to_jsonb(t.${quoteName(name)}) #>> '{}' = ${quoteLiteral(String(value))}`
}

/** Takes all other rows away, without triggers and foreign keys, so that a statement without WHERE means one row. */
function onlyThis(base: Relation, values: Values): string {
  const names = base.columns.map(({ name }) => name)
  return [
    'set local session_replication_role = replica',
    `delete from ${quoteQualified(base.schema, base.name)} t where (${rowCondition(base, values, names)}) is not true`,
    'set local session_replication_role = origin',
  ].join(';\n')
}

async function outcomeOf(connection: Connection, catalog: Catalog, trial: Trial): Promise<Outcome> {
  const isRead = trial.probe.command === 'select'
  try {
    const results = await connection.results(
      [
        'rollback',
        'begin',
        ...(trial.before === null ? [] : [trial.before]),
        sessionSql(trial.actor),
        trial.statement,
        ...(isRead ? [] : ['set constraints all immediate']),
      ].join(';\n'),
    )
    const rows = results.at(isRead ? -1 : -2)?.count ?? 0
    return isRead ? { kind: 'returned', rows } : { kind: 'affected', rows }
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    const { needs, target, actor } = trial
    return classify(error.error, { catalog, role: actor.role, needs, base: target.base })
  }
}

/** Whether the row stands as somebody else's: a trigger may have made it the actor's own. What a constraint stopped never stood. */
async function staysAs(connection: Connection, trial: Trial, outcome: Outcome): Promise<boolean> {
  const { base, ownership } = trial.target
  const values = trial.payload ?? {}
  const identity = identityColumns(ownership).filter((name) => name in values)
  if (outcome.kind === 'admitted')
    return !base.triggers.some(({ enabled, timing }) => enabled && timing === 'before')
  const table = quoteQualified(base.schema, base.name)
  const look = `select 1 from ${table} t where ${rowCondition(base, values, Object.keys(values))} and ${identity.map((name) => equals(name, values[name])).join(' and ') || 'true'}`
  const before = await connection.results(
    ['rollback', 'begin', ...(trial.before === null ? [] : [trial.before]), look].join(';\n'),
  )
  const after = await connection.results(
    [
      'rollback',
      'begin',
      ...(trial.before === null ? [] : [trial.before]),
      sessionSql(trial.actor),
      trial.statement,
      BECOME_SUPERUSER,
      look,
    ].join(';\n'),
  )
  return (after.at(-1)?.count ?? 0) > (before.at(-1)?.count ?? 0)
}

/** The widest audience to which the configuration opens the row, in the state that it is in. */
async function exemption(
  connection: Connection,
  { expectationsOf }: ScenarioOptions,
  { row }: Scenario,
  { probe, target, before }: Trial,
): Promise<Audience | null> {
  const { base } = target
  const conditions = expectationsOf(probe.relation)
    .filter(({ command }) => command === probe.command)
    .flatMap((one) => one.conditions)
  let found: Audience | null = null
  for (const { audience, where } of conditions) {
    const table = quoteQualified(base.schema, base.name)
    const source =
      probe.command === 'insert'
        ? `jsonb_populate_record(null::${table}, ${quoteLiteral(JSON.stringify(row.values))}::jsonb) as ${quoteName(base.name)}`
        : `${table} as t`
    const names = base.columns.map(({ name }) => name)
    const only = probe.command === 'insert' ? 'true' : rowCondition(base, row.values, names)
    const results = await connection.results(
      [
        'rollback',
        'begin',
        BECOME_SUPERUSER,
        ...(before === null ? [] : [before]),
        `select 1 from ${source} where (${only}) and (${where})`,
      ].join(';\n'),
    )
    if ((results.at(-1)?.count ?? 0) > 0) found = widest(audience, found ?? 'nobody')
  }
  return found
}

function reachedIn({ actors }: Population, { row, actor }: Scenario): Reached {
  const [entry] = Object.entries(row.values)
  const users = row.owners.map((key) => actors.find(({ user }) => user === key)?.name ?? 'another user')
  return {
    tie: tieOf(row, actor),
    rows: 1,
    places: row.place === '' ? [] : [row.place],
    examples: entry ? [`${entry[0]} = ${JSON.stringify(entry[1])}`] : [],
    of: (users.length > 0 ? users : row.tenants.map((name) => `tenant ${name}`)).filter(
      (name) => name !== actor.name,
    ),
  }
}
