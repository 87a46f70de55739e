import type { Relation } from '../../domain/catalog.ts'
import type { Outcome } from '../../domain/probe.ts'
import type { Command } from '../../domain/vocabulary.ts'
import { COMMANDS } from '../../domain/vocabulary.ts'
import { HarnessError } from '../../errors.ts'
import { conditionSql, countSql, selectSql, columnsIn } from '../clauses.ts'
import type { Where } from '../clauses.ts'
import { outcomeText, rows as rowsText } from '../judgement.ts'
import type { Evidence, Judgement } from '../judgement.ts'
import type { TestActor } from '../people.ts'
import { relationNamed } from '../seeding.ts'
import type { RowWishes } from '../seeding.ts'
import { ask, cannotTell, countIn, existing, nothingThere, reached } from './trial.ts'
import type { Seen } from './trial.ts'
import { tryChange, UNSEEN } from './change.ts'
import type { Change } from './change.ts'
import { tryInsert } from './writes.ts'

/** Who says no: row security, the lack of a GRANT, or code that raises. */
export type DeniedBy = 'policy' | 'privilege' | 'code'

export interface DenialOptions {
  readonly by?: DeniedBy
  /** who may do the same: without it an exception that code raises proves nothing */
  readonly control?: TestActor
}

export interface Denial extends DenialOptions {
  readonly command: Command
  readonly relation: string
  /** of an insert the row, else which rows */
  readonly where?: Where
  /** of an update */
  readonly changes?: RowWishes
}

/** Whether the server refuses the command with an error. Nothing reached is no denial: see filtered(). */
export async function denied(actor: TestActor, denial: Denial): Promise<Judgement> {
  const expectation = `to be denied ${denial.command} on ${denial.relation}`
  const evidence = await tryCommand(actor, denial)
  const judged = judgeDenial(evidence, expectation, denial.by)
  if (evidence.unseen) return { ...judged, holds: null, hint: UNSEEN }
  // of no row no check is made; a DELETE makes none of any
  const isOfNone = evidence.outcome.kind === 'affected' && evidence.there === 0
  if (isOfNone && evidence.relation && denial.command === 'update')
    return nothingThere(expectation, evidence.relation, evidence)
  if (judged.holds !== null || evidence.outcome.kind !== 'denied' || !denial.control) return judged
  const other = await tryCommand(denial.control, denial)
  return byControl(judged, evidence, other.outcome, denial.control.name)
}

/** Refused by code, while somebody else gets through with the same: then it was for who asked. */
export function byControl(judged: Judgement, evidence: Evidence, other: Outcome, name: string): Judgement {
  const passes = (other.kind === 'affected' || other.kind === 'returned') && other.rows > 0
  return passes
    ? { ...judged, holds: true, observed: `code refused it, and ${name} may`, evidence }
    : { ...judged, observed: `code refused it to ${name}, too: nobody is shown to get through`, evidence }
}

export function judgeDenial(evidence: Evidence, expectation: string, by?: DeniedBy): Judgement {
  const broken = cannotTell(evidence, expectation)
  if (broken) return broken
  const { outcome } = evidence
  const observed = `it was ${outcomeText(evidence)}`
  if (outcome.kind !== 'denied') return { holds: false, expectation, observed, ...hintFor(outcome), evidence }
  // policies are asked after privileges, and after triggers that raise
  const isBefore = by === 'policy' && (outcome.by === 'privilege' || outcome.by === 'code')
  if (by !== undefined && outcome.by !== by)
    return { holds: isBefore ? null : false, expectation: `${expectation} by ${by}`, observed, evidence }
  if (outcome.by === 'code')
    return {
      holds: null,
      expectation,
      observed,
      hint: 'An exception may keep everybody out. Name who may do the same: { control: alice }.',
      evidence,
    }
  return { holds: true, expectation, observed, evidence }
}

const hintFor = (outcome: Outcome): { readonly hint?: string } =>
  (outcome.kind === 'returned' || outcome.kind === 'affected') && outcome.rows === 0
    ? { hint: 'Row security hides rows without an error: that is toBeFiltered().' }
    : {}

async function tryCommand(
  actor: TestActor,
  { command, relation: name, where, changes }: Denial,
): Promise<Evidence & { readonly unseen?: boolean; readonly there?: number }> {
  const { catalog, model } = actor.test.knowledge
  const relation = relationNamed(catalog, name)
  requireCommand(command)
  switch (command) {
    case 'select':
      return ask(actor, {
        relation,
        command,
        statement: selectSql(relation, conditionSql(relation, model, where), columnsIn(where)),
      })
    case 'insert':
      if (typeof where === 'string') throw rowAsText(relation)
      return tryInsert(actor, relation, where ?? {})
    case 'update':
    case 'delete':
      return tryChange(actor, relation, command, where, changes)
  }
}

const rowAsText = (relation: Relation): HarnessError =>
  new HarnessError(
    'USAGE',
    `a row of ${relation.qualified} is given as values of columns, not as a condition`,
    {
      hint: `Write toBeDenied('insert', '${relation.qualified}', { column: value }).`,
    },
  )

function requireCommand(command: string): void {
  if (COMMANDS.some((one) => one === command)) return
  throw new HarnessError('USAGE', `"${command}" is not a command`, {
    hint: `Commands are ${COMMANDS.join(', ')}.`,
  })
}

export interface Filter {
  readonly command: Exclude<Command, 'insert'>
  readonly relation: string
  readonly where?: Where
  readonly changes?: RowWishes
  /** who sees the rows of a view that asks who is there */
  readonly control?: TestActor
}

/** Whether the command goes through without an error and reaches none of the rows that are there. */
export async function filtered(actor: TestActor, filter: Filter): Promise<Judgement> {
  const { command, relation: name, where, changes, control } = filter
  const { catalog, model } = actor.test.knowledge
  const relation = relationNamed(catalog, name)
  const expectation = `to be kept from rows of ${relation.qualified} on ${command}`
  const condition = conditionSql(relation, model, where)
  const seen = await (command === 'select'
    ? tryRead(actor, relation, condition, where)
    : tryWrite(actor, relation, command, where, changes))
  const broken = cannotTell(seen, expectation)
  if (broken) return broken
  const { touched, counted } = seen
  const there = await existing(actor, relation, condition, Math.max(counted, touched), control)
  if (there === 0) return nothingThere(expectation, relation, seen)
  const { outcome } = seen
  const isKept =
    outcome.kind === 'affected' &&
    touched === 0 &&
    !(await actor.test.wouldReach(actor.session, seen.statement))
  if (isKept) return keptByOthers(expectation, seen)
  const isFiltered = (outcome.kind === 'returned' || outcome.kind === 'affected') && touched === 0
  const observed = isFiltered
    ? `none of ${there} was reached`
    : touched > 0
      ? `${rowsText(touched)} were reached`
      : `it was ${outcomeText(seen)}`
  return {
    holds: seen.unseen ? null : isFiltered,
    expectation,
    observed,
    ...(seen.unseen ? { hint: UNSEEN } : {}),
    evidence: seen,
  }
}

/** A trigger or rule that swallows the write of everybody is no row security. */
const keptByOthers = (expectation: string, evidence: Evidence): Judgement => ({
  holds: null,
  expectation,
  observed: 'the write reaches nothing where row security does not apply, either: it proves nothing',
  hint: 'A trigger or rule keeps everybody out. What happens to the rows is toAffect().',
  evidence,
})

interface Touch {
  /** by a write without a WHERE alone */
  readonly unseen: boolean
  /** rows that were reached */
  readonly touched: number
  /** rows that are there, as far as they could be counted beside */
  readonly counted: number
}

async function tryRead(
  actor: TestActor,
  relation: Relation,
  condition: string,
  where: Where | undefined,
): Promise<Seen & Touch> {
  const statement = selectSql(relation, condition, columnsIn(where))
  const before = countSql(relation, condition)
  const seen = await ask(actor, { relation, command: 'select', statement, before })
  return { ...seen, touched: reached(seen), counted: countIn(seen.before), unseen: false }
}

async function tryWrite(
  actor: TestActor,
  relation: Relation,
  command: Change,
  where: Where | undefined,
  changes: RowWishes | undefined,
): Promise<Seen & Touch> {
  const seen = await tryChange(actor, relation, command, where, changes)
  return { ...seen, touched: Math.max(seen.changed, reached(seen)), counted: seen.there }
}
