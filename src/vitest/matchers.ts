import { expect } from 'vitest'
import type { Command } from '../domain/vocabulary.ts'
import type { KnownFunction, KnownRelation, ValuesOf } from '../domain/generated-schema.ts'
import { HarnessError } from '../errors.ts'
import { attemptDenied, attemptFiltered, attemptReached, isAttempt } from '../testing/assertions/attempts.ts'
import { executing } from '../testing/assertions/calls.ts'
import type { CallArguments } from '../testing/assertions/calls.ts'
import { denied, filtered } from '../testing/assertions/denials.ts'
import type { DenialOptions } from '../testing/assertions/denials.ts'
import { seeing, seeingOnly } from '../testing/assertions/reads.ts'
import type { ReadOptions } from '../testing/assertions/reads.ts'
import { affecting, inserting } from '../testing/assertions/writes.ts'
import type { Change } from '../testing/assertions/change.ts'
import type { Attempt } from '../testing/attempt.ts'
import type { Where } from '../testing/clauses.ts'
import { explain } from '../testing/explain.ts'
import type { Judgement } from '../testing/judgement.ts'
import { telling } from './tell.ts'
import { TestActor } from '../testing/people.ts'
import type { TestTenant } from '../testing/people.ts'
import type { RowWishes } from '../testing/seeding.ts'

/** Rows by the values of columns, or by an SQL condition. Users and tenants may stand where their keys would. */
export type RowsOf<Relation extends KnownRelation> =
  | { readonly [Column in keyof ValuesOf<Relation>]?: ValuesOf<Relation>[Column] | TestActor | TestTenant }
  | string

/** Values to write. */
export type ChangesOf<Relation extends KnownRelation> = Exclude<RowsOf<Relation>, string>

type Whose = { readonly owner?: TestActor; readonly tenant?: TestTenant }

/**
 * What can be asserted of an actor, or of an attempt. Every one fails, negated or not, where the test proves neither: a
 * statement that fails for another reason, a row that does not exist.
 */
export interface RlsMatchers {
  /** an actor sees all of these rows; negated: none of them */
  toSee<Relation extends KnownRelation>(
    relation: Relation,
    where?: RowsOf<Relation>,
    options?: ReadOptions,
  ): Promise<void>
  /** an actor sees just these rows of the relation, while there are others */
  toSeeOnly<Relation extends KnownRelation>(
    relation: Relation,
    rows: readonly ChangesOf<Relation>[],
    options?: Pick<ReadOptions, 'control'>,
  ): Promise<void>
  /** the server refuses it with an error: of an insert `where` is the row. Nothing reached is not denied but filtered */
  toBeDenied<Relation extends KnownRelation>(
    command: Command,
    relation: Relation,
    where?: RowsOf<Relation> | (ChangesOf<Relation> & Whose),
    changes?: ChangesOf<Relation>,
    options?: DenialOptions,
  ): Promise<void>
  /** the attempt was refused with an error */
  toBeDenied(options?: DenialOptions): Promise<void>
  /** the command goes through and reaches none of the rows that are there */
  toBeFiltered<Relation extends KnownRelation>(
    command: Exclude<Command, 'insert'>,
    relation: Relation,
    where?: RowsOf<Relation>,
    changes?: ChangesOf<Relation>,
    options?: Pick<ReadOptions, 'control'>,
  ): Promise<void>
  /** the attempt went through and reached nothing of what it would reach without row security */
  toBeFiltered(): Promise<void>
  /** a write reaches all of these rows; negated: none of them */
  toAffect<Relation extends KnownRelation>(
    command: Change,
    relation: Relation,
    where?: RowsOf<Relation>,
    changes?: ChangesOf<Relation>,
  ): Promise<void>
  /** the attempt wrote rows; just so many where a number is given */
  toAffect(rows?: number): Promise<void>
  /** the attempt returned rows; just so many where a number is given */
  toReturnRows(rows?: number): Promise<void>
  /** a row with these values, completed by what the relation cannot be without, goes in */
  toInsert<Relation extends KnownRelation>(
    relation: Relation,
    values?: ChangesOf<Relation> & Whose,
  ): Promise<void>
  /** the function runs; negated: it is refused */
  toExecute(
    routine: KnownFunction | (string & {}),
    given?: CallArguments,
    options?: DenialOptions,
  ): Promise<void>
}

interface MatcherContext {
  readonly isNot?: boolean
}

interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
}

/** Vitest turns `pass` round where `.not` stands: what proves neither must fail both ways. */
function resultOf(judgement: Judgement, isNot: boolean): MatcherResult {
  return { pass: judgement.holds ?? isNot, message: () => explain(judgement, isNot) }
}

async function actorIn(received: unknown, matcher: string): Promise<TestActor> {
  if (received instanceof TestActor) return received
  // nothing may be under way when the test ends
  await received
  throw new HarnessError('USAGE', `${matcher}() is about an actor: expect(alice).${matcher}(…)`)
}

async function attemptIn(received: unknown, matcher: string): Promise<Attempt> {
  const attempt: unknown = await received
  if (isAttempt(attempt)) return attempt
  throw new HarnessError(
    'USAGE',
    `${matcher}() without a relation is about an attempt: expect(alice.attempt('…')).${matcher}()`,
  )
}

type Judge = (received: unknown, ...given: never[]) => Promise<Judgement>

function matcher(judge: Judge) {
  return async function (
    this: MatcherContext,
    received: unknown,
    ...given: unknown[]
  ): Promise<MatcherResult> {
    const judged = telling(judge as (received: unknown, ...given: unknown[]) => Promise<Judgement>)(
      received,
      ...given,
    )
    return resultOf(await judged, this.isNot === true)
  }
}

const isOptions = (value: unknown): value is DenialOptions | undefined =>
  value === undefined || (typeof value === 'object' && value !== null)

expect.extend({
  toSee: matcher(async (received, relation: string, where?: Where, options?: ReadOptions) =>
    seeing(await actorIn(received, 'toSee'), relation, where, options),
  ),
  toSeeOnly: matcher(
    async (received, relation: string, rows: readonly RowWishes[], options?: Pick<ReadOptions, 'control'>) =>
      seeingOnly(await actorIn(received, 'toSeeOnly'), relation, rows, options),
  ),
  toBeDenied: matcher(
    async (
      received,
      command?: Command | DenialOptions,
      relation?: string,
      where?: Where,
      changes?: RowWishes,
      options: DenialOptions = {},
    ) =>
      isOptions(command) || relation === undefined
        ? attemptDenied(await attemptIn(received, 'toBeDenied'), isOptions(command) ? command : {})
        : denied(await actorIn(received, 'toBeDenied'), {
            command,
            relation,
            ...(where === undefined ? {} : { where }),
            ...(changes === undefined ? {} : { changes }),
            ...options,
          }),
  ),
  toBeFiltered: matcher(
    async (
      received,
      command?: Exclude<Command, 'insert'>,
      relation?: string,
      where?: Where,
      changes?: RowWishes,
      options: Pick<ReadOptions, 'control'> = {},
    ) =>
      command === undefined || relation === undefined
        ? attemptFiltered(await attemptIn(received, 'toBeFiltered'))
        : filtered(await actorIn(received, 'toBeFiltered'), {
            command,
            relation,
            ...(where === undefined ? {} : { where }),
            ...(changes === undefined ? {} : { changes }),
            ...options,
          }),
  ),
  toAffect: matcher(
    async (received, command?: Change | number, relation?: string, where?: Where, changes?: RowWishes) =>
      typeof command !== 'string' || relation === undefined
        ? attemptReached(
            await attemptIn(received, 'toAffect'),
            'affected',
            typeof command === 'string' ? undefined : command,
          )
        : affecting(await actorIn(received, 'toAffect'), command, relation, where, changes),
  ),
  toReturnRows: matcher(async (received, count?: number) =>
    attemptReached(await attemptIn(received, 'toReturnRows'), 'returned', count),
  ),
  toInsert: matcher(async (received, relation: string, values?: RowWishes) =>
    inserting(await actorIn(received, 'toInsert'), relation, values),
  ),
  toExecute: matcher(async (received, routine: string, given?: CallArguments, options?: DenialOptions) =>
    executing(await actorIn(received, 'toExecute'), routine, given, options),
  ),
})

export { expect }
