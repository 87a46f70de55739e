import type { Relation } from '../../domain/catalog.ts'
import type { Actor } from '../../domain/population.ts'
import type { Command } from '../../domain/vocabulary.ts'
import { resultOutcome } from '../attempt.ts'
import type { Row } from '../attempt.ts'
import { countSql } from '../clauses.ts'
import { CANNOT_TELL, outcomeText } from '../judgement.ts'
import type { Evidence, Judgement } from '../judgement.ts'
import type { TestActor } from '../people.ts'
import { describeStatement, readRefusal } from '../statement.ts'
import { settingsSql } from '../../database/impersonate.ts'

export interface Question {
  readonly relation: Relation
  readonly command: Command
  readonly statement: string
  /** looks of the superuser before and after it */
  readonly before?: string
  readonly after?: string
}

/** What a generated statement showed. */
export interface Seen extends Evidence {
  /** rows that came back */
  readonly rows: readonly Row[]
  readonly before: readonly Row[]
  readonly after: readonly Row[]
}

/** Tries a statement on one relation, and takes it back. */
export async function ask(actor: TestActor, question: Question): Promise<Seen> {
  const { relation, command, statement, before, after } = question
  const { test, session } = actor
  const { catalog, model } = test.knowledge
  const tried = await test.try({
    actor: session,
    statement,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  })
  const { error } = tried
  const outcome = error
    ? readRefusal(error, describeStatement(catalog, statement), { catalog, model, role: session.role })
    : resultOutcome(tried.result, command === 'select')
  return {
    session: test,
    actor: session,
    statement,
    values: [],
    outcome,
    ...(error ? { error } : {}),
    relation,
    command,
    rows: tried.result.at(-1)?.rows ?? [],
    before: tried.before,
    after: tried.after,
    reproduction: test.reproductionOf(session, statement),
  }
}

/** Rows that the statement reached. */
export function reached({ outcome }: Evidence): number {
  return outcome.kind === 'returned' || outcome.kind === 'affected' ? outcome.rows : 0
}

/** An outcome that says nothing about who may. */
export function cannotTell(evidence: Evidence, expectation: string): Judgement | null {
  const { outcome } = evidence
  if (outcome.kind === 'broken')
    return {
      holds: null,
      expectation,
      observed: `the statement ${outcomeText(evidence)}`,
      hint: CANNOT_TELL,
      evidence,
    }
  return null
}

/** Rows that are not among the others; each of those stands for one alone. */
export function without(list: readonly Row[], others: readonly Row[]): readonly Row[] {
  const left = new Map<unknown, number>()
  for (const { row } of others) left.set(row, (left.get(row) ?? 0) + 1)
  return list.filter(({ row }) => {
    const count = left.get(row) ?? 0
    left.set(row, count - 1)
    return count <= 0
  })
}

export const countIn = (rows: readonly Row[]): number => Number(rows.at(-1)?.['rows'] ?? 0)

/**
 * How many of the rows there are: as the superuser counts them, and through a view that asks who is there as the
 * somebody of the cast who sees most.
 */
export async function existing(
  actor: TestActor,
  relation: Relation,
  condition: string,
  counted: number,
  control?: TestActor,
): Promise<number> {
  if (counted > 0 || (relation.view === null && control === undefined)) return counted
  const { test } = actor
  const others: readonly Actor[] = control ? [control.session] : test.knowledge.actors
  let most = 0
  for (const other of others) {
    const bypass = control === undefined
    const rows = await test.look(
      bypass ? `${settingsSql(other)};\n${countSql(relation, condition)}` : countSql(relation, condition),
      bypass ? null : other,
    )
    most = Math.max(most, countIn(rows))
  }
  return most
}

/** Whether code of the project stands for the write: how many rows it says it reached is its own word. */
export const isWrittenByTrigger = ({ triggers }: Relation, command: Command): boolean =>
  triggers.some(({ timing, events }) => timing === 'instead of' && events.some((event) => event === command))

/** Everybody would have passed: there was nothing that could have been reached. */
export function nothingThere(expectation: string, relation: Relation, evidence: Evidence): Judgement {
  const isView = relation.view !== null
  return {
    holds: null,
    expectation,
    observed: `there is no such row in ${relation.qualified}, so that the test proves nothing`,
    hint: isView
      ? 'Nobody of the cast sees one through the view. Seed it, or name who sees it: { control: alice }.'
      : `Seed it first: await seed('${relation.qualified}', { … }).`,
    evidence,
  }
}

/** Code said no: whether to the actor or to everybody is not known. */
export const byCode = (expectation: string, evidence: Seen): Judgement => ({
  holds: null,
  expectation,
  observed: `code raised an exception: ${evidence.error?.message ?? ''}`,
  hint: 'Whether that keeps the actor out or everybody is not known. Name who may do the same: { control: alice }.',
  evidence,
})
