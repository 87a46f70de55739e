import { settingsSql } from '../../database/impersonate.ts'
import type { Relation } from '../../domain/catalog.ts'
import { lacksUsage } from '../../probe/needs.ts'
import { targetOf } from '../../probe/target.ts'
import { quoteName } from '../../sql/quote.ts'
import { columnsIn, conditionSql, countSql, selectSql, tableSql } from '../clauses.ts'
import type { Where } from '../clauses.ts'
import { rows as rowsText } from '../judgement.ts'
import type { Judgement } from '../judgement.ts'
import type { TestActor } from '../people.ts'
import { columnValues, relationNamed } from '../seeding.ts'
import type { RowWishes } from '../seeding.ts'
import { ask, byCode, cannotTell, countIn, existing, nothingThere, reached } from './trial.ts'
import type { Seen } from './trial.ts'

export interface ReadOptions {
  /** columns that must be readable; default: those of the condition */
  readonly columns?: readonly string[]
  /** who sees the rows, where the superuser does not: through a view that asks who is there */
  readonly control?: TestActor
}

/** Whether the actor sees the rows: all of them, or none. */
export async function seeing(
  actor: TestActor,
  name: string,
  where?: Where,
  { columns, control }: ReadOptions = {},
): Promise<Judgement> {
  const { catalog, model } = actor.test.knowledge
  const relation = relationNamed(catalog, name)
  const condition = conditionSql(relation, model, where)
  if (columns) columnValues(relation, model, Object.fromEntries(columns.map((one) => [one, null])))
  const seen = await ask(actor, {
    relation,
    command: 'select',
    statement: selectSql(relation, condition, columns ?? columnsIn(where)),
    // a condition may ask who is there
    before: `${settingsSql(actor.session)};\n${countSql(relation, condition)}`,
  })
  const expectation = `to see ${which(relation, condition)}`
  const broken = cannotTell(seen, expectation)
  if (broken) return broken
  if (seen.outcome.kind === 'denied')
    return refusedRead(actor, { relation, where, condition, columns, control }, expectation, seen)
  const found = reached(seen)
  const there =
    found > 0
      ? countIn(seen.before)
      : await existing(actor, relation, condition, countIn(seen.before), control)
  if (found === 0 && there === 0) return nothingThere(expectation, relation, seen)
  if (found > 0 && found < there)
    return {
      holds: null,
      expectation,
      observed: `${actor.name} saw ${found} of ${there}: neither all nor none`,
      hint: 'Say which of them: give the columns that tell them apart, or use toSeeOnly.',
      evidence: seen,
    }
  const observed = found === 0 ? `${actor.name} saw none of ${there}` : `${actor.name} saw ${rowsText(found)}`
  return { holds: found > 0, expectation, observed, evidence: seen }
}

const BY_COLUMN =
  'The condition names columns that the role may not read, while it may read others. Name the rows by those, or say which columns are meant: { columns: [ … ] }.'

/** Whether the role may read columns of the relation, and not all that the condition names: another condition might show the row. */
function seesOthers({ role, test }: TestActor, relation: Relation, where: Where | undefined): boolean {
  const granted = relation.privileges.find((one) => one.role === role)
  if (!granted || granted.columns.select.length === 0 || lacksUsage(test.knowledge.catalog, role, relation))
    return false
  return typeof where === 'string' || columnsIn(where).some((name) => !granted.columns.select.includes(name))
}

interface Refused {
  readonly relation: Relation
  readonly where: Where | undefined
  readonly condition: string
  readonly columns: readonly string[] | undefined
  readonly control: TestActor | undefined
}

/** A refusal keeps the rows back, unless it was of a column alone, or of code that may keep everybody out. */
async function refusedRead(
  actor: TestActor,
  { relation, where, condition, columns, control }: Refused,
  expectation: string,
  seen: Seen,
): Promise<Judgement> {
  const { outcome } = seen
  const isCode = outcome.kind === 'denied' && outcome.by === 'code'
  if (isCode && !(control && (await existing(actor, relation, condition, 0, control)) > 0))
    return byCode(expectation, seen)
  if (!isCode && columns === undefined && seesOthers(actor, relation, where))
    return {
      holds: null,
      expectation,
      observed: 'reading a column was refused, not the row',
      hint: BY_COLUMN,
      evidence: seen,
    }
  return { holds: false, expectation, observed: 'reading was refused', evidence: seen }
}

const which = (relation: Relation, condition: string): string =>
  `rows of ${relation.qualified}${condition === 'true' ? '' : ` where ${condition}`}`

/** Whether the actor sees just these rows, whatever else there is. */
export async function seeingOnly(
  actor: TestActor,
  name: string,
  expected: readonly RowWishes[],
  { control }: Pick<ReadOptions, 'control'> = {},
): Promise<Judgement> {
  const { catalog, model } = actor.test.knowledge
  const relation = relationNamed(catalog, name)
  const conditions = expected.map((row) => conditionSql(relation, model, row))
  const matches = conditions.map((condition, index) => `${condition} as ${quoteName(`m${index}`)}`)
  const columns = [...new Set(expected.flatMap((row) => Object.keys(row)))]
  const seen = await ask(actor, {
    relation,
    command: 'select',
    statement: `select ${[...matches, ...columns.map(quoteName)].join(', ') || '1 as row'} from ${tableSql(relation)}`,
    before: countSql(relation, 'true'),
  })
  const expectation = `to see only ${rowsText(expected.length)} of ${relation.qualified}`
  const broken = cannotTell(seen, expectation)
  if (broken) return broken
  if (seen.outcome.kind === 'denied')
    return refusedRead(actor, { relation, where: {}, condition: 'true', columns, control }, expectation, seen)
  const { surplus, missing } = compare(seen.rows, expected.length)
  if (surplus.length === 0 && missing.length === 0) {
    if (!(await hidesOthers(actor, relation, conditions, countIn(seen.before), control)))
      return nothingElse(expectation, relation, seen)
    return { holds: true, expectation, observed: `${actor.name} saw just these`, evidence: seen }
  }
  const shown = surplus
    .slice(0, 3)
    .map((row) => JSON.stringify(Object.fromEntries(columns.map((one) => [one, row[one]]))))
  const parts = [
    ...(surplus.length > 0
      ? [`saw ${surplus.length} more${columns.length > 0 ? `: ${shown.join(', ')}` : ''}`]
      : []),
    ...(missing.length > 0
      ? [`did not see ${missing.map((index) => JSON.stringify(expected[index])).join(', ')}`]
      : []),
  ]
  return { holds: false, expectation, observed: `${actor.name} ${parts.join(' and ')}`, evidence: seen }
}

/**
 * Whether there is anything else to be seen. Through a view that asks who is there, who sees no more than these shows nothing:
 * somebody must see others, or the table behind the view hold more.
 */
async function hidesOthers(
  actor: TestActor,
  relation: Relation,
  conditions: readonly string[],
  there: number,
  control: TestActor | undefined,
): Promise<boolean> {
  const others = conditions.map((condition) => `(${condition}) is not true`).join(' and ') || 'true'
  const counted = Math.max(0, there - conditions.length)
  if ((await existing(actor, relation, others, counted, control)) > 0) return true
  const { catalog, model } = actor.test.knowledge
  const { base } = targetOf(catalog, model, relation)
  if (base === relation) return false
  return countIn(await actor.test.look(countSql(base, 'true'))) > conditions.length
}

/** Each row answers at most one expectation, the first that is still open. */
function compare(
  seen: readonly Readonly<Record<string, unknown>>[],
  expected: number,
): { readonly surplus: readonly Readonly<Record<string, unknown>>[]; readonly missing: readonly number[] } {
  const open = new Set(Array.from({ length: expected }, (_, index) => index))
  const surplus = seen.filter((row) => {
    const met = [...open].find((index) => row[`m${index}`] === true)
    if (met !== undefined) open.delete(met)
    return met === undefined
  })
  return { surplus, missing: [...open] }
}

function nothingElse(expectation: string, relation: Relation, evidence: Judgement['evidence']): Judgement {
  return {
    holds: null,
    expectation,
    observed: `${relation.qualified} holds nothing else, so that "only" proves nothing`,
    hint: `Seed a row that must stay hidden: await seed('${relation.qualified}', { owner: … }).`,
    evidence,
  }
}
