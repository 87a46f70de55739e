import { settingsSql } from '../../database/impersonate.ts'
import type { Relation } from '../../domain/catalog.ts'
import type { Row } from '../attempt.ts'
import { countSql, holdsSql, insertSql, rowsSql } from '../clauses.ts'
import type { Where } from '../clauses.ts'
import { outcomeText, rows as rowsText } from '../judgement.ts'
import type { Judgement } from '../judgement.ts'
import type { TestActor } from '../people.ts'
import { columnValues, relationNamed } from '../seeding.ts'
import type { RowWishes } from '../seeding.ts'
import { tryChange, UNSEEN } from './change.ts'
import type { Change, Changed } from './change.ts'
import {
  ask,
  byCode,
  cannotTell,
  countIn,
  isWrittenByTrigger,
  nothingThere,
  reached,
  without,
} from './trial.ts'
import type { Seen } from './trial.ts'

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
  const short = fallsShort(expectation, relation, seen)
  if (short) return short
  const doubt = await undone(actor, relation, seen, changes)
  return doubt
    ? { holds: null, expectation, evidence: seen, ...doubt }
    : { holds: true, expectation, observed: `${rowsText(writtenBy(seen))} were reached`, evidence: seen }
}

const writtenBy = (seen: Changed): number => Math.max(reached(seen), seen.changed)

/** Why not every row was reached, or nobody knows; null where all were. */
function fallsShort(expectation: string, relation: Relation, seen: Changed): Judgement | null {
  const { outcome, there, changed } = seen
  const written = writtenBy(seen)
  // privileges are asked before any row is looked at
  if (outcome.kind === 'denied' && outcome.by === 'privilege' && !(seen.isUnread && there === 0))
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
  return null
}

/** What speaks against a write that the server says has reached its rows. */
async function undone(
  actor: TestActor,
  relation: Relation,
  { command, condition, changed, sent, there }: Changed,
  changes: RowWishes | undefined,
): Promise<Pick<Judgement, 'observed' | 'hint'> | null> {
  if (changes === undefined && command === 'update')
    return isWrittenByTrigger(relation, 'update')
      ? {
          observed: 'a trigger stands for the write, and there was nothing for it to change',
          hint: 'Give the changes: toAffect(’update’, view, where, { column: value }).',
        }
      : null
  if (changed > 0)
    return changes === undefined || sent >= changed
      ? null
      : {
          observed: `${rowsText(changed)} changed, but not to what was sent: a trigger has other values`,
          hint: 'Assert changes that no trigger alters; of those that one keeps back, assert the row afterwards.',
        }
  if (changes !== undefined && (await hold(actor, relation, condition, changes)) >= there) return null
  return {
    observed:
      'the server says that rows were reached, and nothing has changed: a trigger keeps them as they were',
    hint: 'Where a trigger protects the column, assert the row: await alice.sql`update …`, then what it holds.',
  }
}

/** How many of the rows hold these values already. */
async function hold(
  { test, session }: TestActor,
  relation: Relation,
  condition: string,
  changes: RowWishes,
): Promise<number> {
  const holds = holdsSql(relation, columnValues(relation, test.knowledge.model, changes))
  const rows = await test.look(
    `${settingsSql(session)};\n${countSql(relation, `(${condition}) and ${holds}`)}`,
  )
  return countIn(rows)
}

/** A tried insert, and whether a row came of it. */
interface Inserted extends Seen {
  /** null where nobody looked: a view need not show what goes in through it */
  readonly row: 'as sent' | 'changed' | 'in another name' | 'none' | null
}

/** Tries to insert a row: the given values, completed by what the relation cannot be without. */
export function tryInsert(actor: TestActor, relation: Relation, wishes: RowWishes): Promise<Inserted> {
  const { test } = actor
  // rows that it has to refer to are made for this attempt alone
  return test.passing(async () => {
    const { given, name, values } = await test.complete(actor.session, relation, wishes)
    const isSeen = relation.view === null || isWrittenByTrigger(relation, 'insert')
    const look = rowsSql(relation, holdsSql(relation, name), given)
    const seen = await ask(actor, {
      relation,
      command: 'insert',
      statement: insertSql(relation, values),
      ...(isSeen ? { before: `${settingsSql(actor.session)};\n${look}`, after: look } : {}),
    })
    return { ...seen, row: isSeen ? rowOf(without(seen.after, seen.before)) : null }
  })
}

function rowOf(rows: readonly Row[]): Exclude<Inserted['row'], null> {
  if (rows.length === 0) return 'none'
  if (rows.some(({ sent, meant }) => sent === true && meant === true)) return 'as sent'
  return rows.some(({ meant }) => meant === true) ? 'changed' : 'in another name'
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
  if (reached(seen) === 0 || seen.row === 'none')
    return {
      holds: null,
      expectation,
      observed: 'a trigger or rule swallowed the row, which is no denial',
      evidence: seen,
    }
  return wentIn(expectation, seen)
}

function wentIn(expectation: string, seen: Inserted): Judgement {
  switch (seen.row) {
    case 'in another name':
      return {
        holds: false,
        expectation,
        observed: 'a row went in, but in another name than was sent: a trigger has changed it',
        evidence: seen,
      }
    case 'changed':
      return {
        holds: null,
        expectation,
        observed: 'a row went in, but a trigger has changed what was sent',
        hint: 'Leave out what the trigger sets, or give it as the trigger leaves it.',
        evidence: seen,
      }
    case 'as sent':
    case 'none':
    case null:
      return { holds: true, expectation, observed: 'the row went in', evidence: seen }
  }
}
