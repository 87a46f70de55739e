import type { Actor } from '../domain/population.ts'
import type { Relation } from '../domain/catalog.ts'
import type { Outcome } from '../domain/probe.ts'
import type { ServerError } from '../domain/server-error.ts'
import type { Command } from '../domain/vocabulary.ts'
import type { TestSession } from './session.ts'

/**
 * What an assertion found. `holds` is null where the test proves neither: a statement that failed for another reason, or
 * rows that nobody could have seen. Such an assertion fails, negated or not.
 */
export interface Judgement {
  readonly holds: boolean | null
  /** what was expected, after the actor's name: `to see rows of public.chats` */
  readonly expectation: string
  /** what happened instead, a sentence */
  readonly observed: string
  /** what to do about it, where that is not plain */
  readonly hint?: string
  readonly evidence: Evidence
}

/** What the server was asked, and what it said. */
export interface Evidence {
  readonly session: TestSession
  readonly actor: Actor
  readonly statement: string
  readonly values: readonly unknown[]
  readonly outcome: Outcome
  readonly error?: ServerError
  /** what it was about, as far as it was about one relation */
  readonly relation?: Relation
  readonly command?: Command
  readonly reproduction: string
}

/** The outcome in words. */
export function outcomeText({ outcome, error }: Pick<Evidence, 'outcome' | 'error'>): string {
  switch (outcome.kind) {
    case 'returned':
      return outcome.rows === 0 ? 'filtered: no row came back' : `returned ${rows(outcome.rows)}`
    case 'affected':
      return outcome.rows === 0 ? 'filtered: no row was written' : `affected ${rows(outcome.rows)}`
    case 'denied':
      return `denied by ${BY[outcome.by]}${error ? `: ${error.sqlstate} ${error.message}` : ''}`
    case 'admitted':
      return `admitted by row security, then refused by a constraint${error ? `: ${error.sqlstate} ${error.message}` : ''}`
    case 'broken':
      return `failed for another reason: ${outcome.sqlstate} ${outcome.message}`
  }
}

const BY = {
  privilege: 'privilege',
  policy: 'policy',
  code: 'code (RAISE)',
  'check option': 'the view’s CHECK OPTION',
} as const

export const rows = (count: number): string => `${count} ${count === 1 ? 'row' : 'rows'}`

export const CANNOT_TELL =
  'A statement that fails for another reason than row security or privileges says nothing about who may.'
