import type { Relation } from '../../domain/catalog.ts'
import { HarnessError } from '../../errors.ts'
import {
  conditionSql,
  countSql,
  deleteSql,
  insertSql,
  textsSql,
  touchable,
  touchSql,
  updateSql,
} from '../clauses.ts'
import type { Where } from '../clauses.ts'
import { outcomeText, rows as rowsText } from '../judgement.ts'
import type { Judgement } from '../judgement.ts'
import type { TestActor } from '../people.ts'
import { columnValues, relationNamed } from '../seeding.ts'
import type { RowWishes } from '../seeding.ts'
import { ask, cannotTell, countIn, existing, nothingThere, reached } from './trial.ts'
import type { Seen } from './trial.ts'

export type Change = 'update' | 'delete'

/** The statement that a client would send. @throws HarnessError for unknown columns */
export function changeSql(
  actor: TestActor,
  relation: Relation,
  command: Change,
  condition: string,
  changes?: RowWishes,
): string {
  if (command === 'delete') return deleteSql(relation, condition)
  const { model } = actor.test.knowledge
  if (changes !== undefined) return updateSql(relation, condition, columnValues(relation, model, changes))
  const column = touchable(relation, actor.role)
  if (column !== undefined) return touchSql(relation, condition, column)
  throw new HarnessError('USAGE', `no column of ${relation.qualified} can be updated`, {
    hint: 'Give the changes: toAffect(’update’, relation, where, { column: value }).',
  })
}

/** A tried change, and what it did to the rows in question. */
interface Changed extends Seen {
  readonly condition: string
  /** rows that are there */
  readonly there: number
  /** rows that are gone or different after it */
  readonly changed: number
  /** it reached them where the same with a WHERE did not: the SELECT policies apply to that one alone */
  readonly unseen: boolean
}

/** Tries to change rows, and compares them before and after as the superuser: a trigger may have done something else. */
export async function tryChange(
  actor: TestActor,
  relation: Relation,
  command: Change,
  where: Where | undefined,
  changes?: RowWishes,
): Promise<Changed> {
  const condition = conditionSql(relation, actor.test.knowledge.model, where)
  const attempt = { relation, command, condition, ...(changes === undefined ? {} : { changes }) }
  const seen = await changeWhere(actor, attempt, condition)
  const isKept =
    (seen.outcome.kind === 'affected' && seen.outcome.rows + seen.changed === 0) ||
    (seen.outcome.kind === 'denied' && seen.outcome.by === 'policy')
  const isOver = condition === 'true' || relation.view !== null || (command === 'update' && !changes)
  if (!isKept || isOver || seen.there === 0) return seen
  const unseen = await changeWhere(actor, attempt, 'true')
  return unseen.changed > 0 ? { ...unseen, unseen: true } : seen
}

interface ChangeAttempt {
  readonly relation: Relation
  readonly command: Change
  /** the rows in question */
  readonly condition: string
  readonly changes?: RowWishes
}

/** Sends the change with a WHERE of its own, and looks at the rows in question. */
async function changeWhere(
  actor: TestActor,
  { relation, command, condition, changes }: ChangeAttempt,
  where: string,
): Promise<Changed> {
  const isTable = relation.view === null
  const seen = await ask(actor, {
    relation,
    command,
    statement: changeSql(actor, relation, command, where, changes),
    ...(isTable ? { before: textsSql(relation, condition), after: textsSql(relation, 'true') } : {}),
  })
  const left = new Map<unknown, number>()
  for (const { row } of seen.after) left.set(row, (left.get(row) ?? 0) + 1)
  const gone = seen.before.filter(({ row }) => {
    const count = left.get(row) ?? 0
    left.set(row, count - 1)
    return count <= 0
  })
  const there = isTable ? seen.before.length : await existing(actor, relation, condition, reached(seen))
  const changed = seen.outcome.kind === 'affected' && isTable ? gone.length : 0
  return { ...seen, condition, there, changed, unseen: false }
}

/** What a failure says beside the statement. */
export const UNSEEN =
  'It was reached without a WHERE: the SELECT policies do not apply to that, and hide what the policies for the command let through.'

/** Whether a write of the actor reaches the rows: all of them, or none. */
export async function affecting(
  actor: TestActor,
  command: Change,
  name: string,
  where?: Where,
  changes?: RowWishes,
): Promise<Judgement> {
  const relation = relationNamed(actor.test.knowledge.catalog, name)
  const seen = await tryChange(actor, relation, command, where, changes)
  const expectation = `to affect rows of ${relation.qualified} by ${command}`
  const broken = cannotTell(seen, expectation)
  if (broken) return broken
  const { outcome, there, changed } = seen
  const written = Math.max(reached(seen), changed)
  // privileges are asked before any row is looked at
  if (outcome.kind === 'denied' && outcome.by === 'privilege')
    return { holds: false, expectation, observed: `it was ${outcomeText(seen)}`, evidence: seen }
  if (there === 0 && written === 0) return nothingThere(expectation, relation, seen)
  if (outcome.kind === 'denied' && outcome.by === 'code') return byCode(expectation, seen)
  if (outcome.kind === 'admitted')
    return {
      holds: null,
      expectation,
      observed: 'row security let the write through, and a constraint stopped it',
      hint: 'Choose changes that the constraints accept.',
      evidence: seen,
    }
  if (seen.unseen)
    return {
      holds: null,
      expectation,
      observed: `${rowsText(changed)} were reached, and none with a WHERE`,
      hint: UNSEEN,
      evidence: seen,
    }
  if (written === 0)
    return {
      holds: false,
      expectation,
      observed: `it was ${outcomeText(seen)} (${rowsText(there)} there)`,
      evidence: seen,
    }
  if (written < there)
    return {
      holds: null,
      expectation,
      observed: `${written} of ${there} were reached: neither all nor none`,
      hint: 'Say which of them: give the columns that tell them apart.',
      evidence: seen,
    }
  return { holds: true, expectation, observed: `${rowsText(written)} were reached`, evidence: seen }
}

export const byCode = (expectation: string, evidence: Seen): Judgement => ({
  holds: null,
  expectation,
  observed: `code raised an exception: ${evidence.error?.message ?? ''}`,
  hint: 'Whether that keeps the actor out or everybody is not known. Name who may do the same: { control: alice }.',
  evidence,
})

/** Tries to insert a row: the given values, completed by what the relation cannot be without. */
export function tryInsert(actor: TestActor, relation: Relation, wishes: RowWishes): Promise<Seen> {
  const { test } = actor
  // rows that it has to refer to are made for this attempt alone
  return test.passing(async () => {
    const { given, values } = await test.complete(actor.session, relation, wishes)
    const condition = conditionSql(relation, test.knowledge.model, given)
    const isTable = relation.view === null
    return ask(actor, {
      relation,
      command: 'insert',
      statement: insertSql(relation, values),
      ...(isTable ? { before: countSql(relation, condition), after: countSql(relation, condition) } : {}),
    })
  })
}

export async function inserting(actor: TestActor, name: string, wishes: RowWishes = {}): Promise<Judgement> {
  const relation = relationNamed(actor.test.knowledge.catalog, name)
  const seen = await tryInsert(actor, relation, wishes)
  const expectation = `to insert into ${relation.qualified}`
  const broken = cannotTell(seen, expectation)
  if (broken) return broken
  const { outcome } = seen
  if (outcome.kind === 'denied' && outcome.by === 'code') return byCode(expectation, seen)
  if (outcome.kind === 'denied')
    return { holds: false, expectation, observed: `it was ${outcomeText(seen)}`, evidence: seen }
  if (outcome.kind === 'admitted')
    return {
      holds: null,
      expectation,
      observed: 'row security let the row in, and a constraint stopped it',
      hint: 'Give values that the constraints accept.',
      evidence: seen,
    }
  if (reached(seen) === 0)
    return {
      holds: null,
      expectation,
      observed: 'a trigger or rule swallowed the row (INSERT 0 0), which is no denial',
      evidence: seen,
    }
  if (relation.view === null && countIn(seen.after) <= countIn(seen.before))
    return {
      holds: false,
      expectation,
      observed: 'a row went in, but not as it was sent: a trigger has changed it',
      evidence: seen,
    }
  return { holds: true, expectation, observed: 'the row went in', evidence: seen }
}
