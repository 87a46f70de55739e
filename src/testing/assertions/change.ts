import { settingsSql } from '../../database/impersonate.ts'
import type { Relation } from '../../domain/catalog.ts'
import type { Outcome } from '../../domain/probe.ts'
import { HarnessError } from '../../errors.ts'
import { quoteLiteral, quoteName } from '../../sql/quote.ts'
import {
  conditionSql,
  deleteSql,
  placesSql,
  rowsSql,
  tableSql,
  touchable,
  touchSql,
  updateSql,
} from '../clauses.ts'
import type { Where } from '../clauses.ts'
import type { TestActor } from '../people.ts'
import { columnValues } from '../seeding.ts'
import type { RowWishes } from '../seeding.ts'
import { ask, existing, reached, without } from './trial.ts'
import type { Seen } from './trial.ts'

export type Change = 'update' | 'delete'

interface ChangeAttempt {
  readonly relation: Relation
  readonly command: Change
  /** the rows in question */
  readonly condition: string
  readonly changes?: RowWishes
}

/** A tried change, and what it did to the rows in question. */
export interface Changed extends Seen {
  readonly condition: string
  /** rows that are there */
  readonly there: number
  /** rows that are gone or different after it */
  readonly changed: number
  /** rows that are new after it and hold what was sent */
  readonly sent: number
  /** it reached them where the same with a WHERE did not: the SELECT policies apply to that one alone */
  readonly unseen: boolean
  /** what was refused is reading a column of the condition: the same without a WHERE is not */
  readonly isUnread: boolean
}

/** What a failure says beside the statement. */
export const UNSEEN =
  'It was reached without a WHERE: SELECT policies and privileges do not apply to that, and hide what the policies for the command let through.'

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
  const seen = await changeWhere(actor, attempt, changeSql(actor, attempt, condition))
  const { outcome } = seen
  const isForbidden = isByPrivilege(outcome)
  const isKept =
    (outcome.kind === 'affected' && outcome.rows + seen.changed === 0) ||
    (outcome.kind === 'denied' && outcome.by === 'policy')
  if (relation.view !== null || !(isForbidden || (isKept && seen.there > 0))) return seen
  const unseen = await withoutWhere(actor, attempt)
  if (unseen && unseen.changed > 0) return { ...unseen, unseen: true }
  return { ...seen, isUnread: isForbidden && unseen !== null && !isByPrivilege(unseen.outcome) }
}

const isByPrivilege = (outcome: Outcome): boolean => outcome.kind === 'denied' && outcome.by === 'privilege'

/** The statement that a client would send. @throws HarnessError for unknown columns */
function changeSql(
  actor: TestActor,
  { relation, command, changes }: ChangeAttempt,
  condition: string,
): string {
  if (command === 'delete') return deleteSql(relation, condition)
  const { model } = actor.test.knowledge
  if (changes !== undefined) return updateSql(relation, condition, columnValues(relation, model, changes))
  return touchSql(relation, condition, columnToTouch(actor, relation))
}

function columnToTouch(actor: TestActor, relation: Relation): string {
  const column = touchable(relation, actor.role)
  if (column !== undefined) return column
  throw new HarnessError('USAGE', `no column of ${relation.qualified} can be updated`, {
    hint: 'Give the changes: toAffect(’update’, relation, where, { column: value }).',
  })
}

/** The same change of every row: it reads none. Null where the one that was tried read nothing, either. */
async function withoutWhere(actor: TestActor, attempt: ChangeAttempt): Promise<Changed | null> {
  const { command, condition, changes } = attempt
  if (command === 'update' && changes === undefined) return writeOver(actor, attempt)
  return condition === 'true' ? null : changeWhere(actor, attempt, changeSql(actor, attempt, 'true'))
}

/** Writing a column back reads it; a value that one of the rows holds does not. Reached rows are told by their places. */
async function writeOver(actor: TestActor, attempt: ChangeAttempt): Promise<Changed> {
  const { relation, condition } = attempt
  const column = quoteName(columnToTouch(actor, relation))
  const [row] = await actor.test.look(
    `select ${column}::text as value from ${tableSql(relation)} where ${condition} limit 1`,
  )
  const value = typeof row?.['value'] === 'string' ? quoteLiteral(row['value']) : 'null'
  const statement = `update ${tableSql(relation)} set ${column} = ${value}`
  return changeWhere(actor, attempt, statement, placesSql(relation, condition))
}

/** Sends the change, and looks at the rows in question before and after it. */
async function changeWhere(
  actor: TestActor,
  { relation, command, condition, changes }: ChangeAttempt,
  statement: string,
  rows?: string,
): Promise<Changed> {
  const { model } = actor.test.knowledge
  const values = changes === undefined ? {} : columnValues(relation, model, changes)
  const look = rows ?? rowsSql(relation, condition, values)
  // a condition, or a view, may ask who is there
  const before = `${settingsSql(actor.session)};\n${look}`
  const seen = await ask(actor, { relation, command, statement, before, after: look })
  const meant = seen.before.filter((row) => row['meant'] === true)
  const there =
    meant.length > 0 || relation.view === null
      ? meant.length
      : await existing(actor, relation, condition, reached(seen))
  const isDone = seen.outcome.kind === 'affected'
  const changed = isDone ? without(meant, seen.after).length : 0
  const sent = isDone ? without(seen.after, seen.before).filter((row) => row['sent'] === true).length : 0
  return { ...seen, condition, there, changed, sent, unseen: false, isUnread: false }
}
