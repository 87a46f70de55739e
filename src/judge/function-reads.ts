import type { CallObservation, CallProof } from '../domain/call.ts'
import type { Routine } from '../domain/catalog.ts'
import type { FindingCode } from '../domain/finding.ts'
import { standingOf, tieOf } from '../domain/population.ts'
import type { Actor, SeededRow } from '../domain/population.ts'
import { includes, widest } from '../domain/vocabulary.ts'
import type { Audience, Command, Severity, Tie } from '../domain/vocabulary.ts'
import type { JudgeInput } from './input.ts'

/** Rows of one tie that a call reached and should not have. */
export interface Reached {
  readonly code: FindingCode
  readonly tie: Tie
  readonly severity?: Severity
  /** the caller raised its own rights */
  readonly raised?: boolean
  /** "returned 2 rows of public.orders" */
  readonly what: string
  readonly proof?: CallProof
}

interface Place {
  readonly relation: number
  readonly row: SeededRow
}

/** What a call showed of rows that the caller may not see and does not see in the tables either. */
export function tiesShown(
  input: JudgeInput,
  routine: Routine,
  call: CallObservation,
  calls: readonly CallObservation[],
  actor: Actor,
): readonly Reached[] {
  const isWord = wordsOf(routine, call, calls)
  const hidden = call.shown.flatMap(({ value, rows }) => {
    if (isWord(value) || rows.some((place) => maySee(input, place, actor))) return []
    const tie = closest(rows, actor)
    return [{ tie, rows, value }]
  })
  const ties = [...new Set(hidden.map(({ tie }) => tie))]
  if (ties.length > 0)
    return ties.map((tie) => ({
      code: 'function-read-leak',
      tie,
      ...(isLookupOfPolicies(input, routine, call) ? { severity: 'note' as const } : {}),
      what: `returned what stands in rows of ${namesOf(
        input,
        routine,
        hidden.filter((one) => one.tie === tie).flatMap(({ rows }) => rows),
      )}`,
      ...proofOf(hidden.filter((one) => one.tie === tie)),
    }))
  return answerAbout(input, routine, call, calls, actor)
}

/** The longest value that stands in a row by itself: it is known again where it comes back. */
function proofOf(
  shown: readonly { readonly value: unknown; readonly rows: readonly Place[] }[],
): Pick<Reached, 'proof'> {
  const weight = ({ value, rows }: (typeof shown)[number]): number =>
    (rows.some(({ row }) => Object.values(row.values).includes(value)) ? 1_000 : 0) + String(value).length
  const [first] = [...shown].sort((a, b) => weight(b) - weight(a))
  return first ? { proof: { kind: 'shown', value: first.value, rows: first.rows } } : {}
}

/** What policies ask about a row's owner, asked by a caller who has the row's key: no more than a user's key comes back. */
function isLookupOfPolicies(
  { catalog, population }: JudgeInput,
  { name }: Routine,
  call: CallObservation,
): boolean {
  const isKey = population.actors.some(({ user }) => user !== null && user === call.scalar)
  return (
    isKey &&
    catalog.relations.some(({ policies }) =>
      policies.some(({ using, withCheck }) => `${using ?? ''} ${withCheck ?? ''}`.includes(`${name}(`)),
    )
  )
}

/** What the function's own text says is no news of anybody's row, unless it is not said about keys that do not exist. */
function wordsOf(
  { body }: Routine,
  call: CallObservation,
  calls: readonly CallObservation[],
): (value: unknown) => boolean {
  const guess = guessBeside(call, calls)
  return (value) =>
    body.includes(String(value)) &&
    (guess === undefined || guess.shown.some((one) => String(one.value) === String(value)))
}

/** The same call with keys that are nobody's. */
const guessBeside = (call: CallObservation, calls: readonly CallObservation[]): CallObservation | undefined =>
  calls.find(
    (one) =>
      one.attempt === 'call with nobody’s keys' &&
      one.actor === call.actor &&
      one.of === call.of &&
      one.choice === call.choice,
  )

/** Whether a value that stands in this row is no news to the actor, or is meant to be seen. */
export function maySee(input: JudgeInput, { relation, row }: Place, actor: Actor): boolean {
  const tie = tieOf(row, actor)
  if (tie === 'own' || tie === 'unowned') return true
  if (input.sees(actor.name, relation, row.place)) return true
  const standing = standingOf(tie, actor)
  if (includes(upperOf(input, relation, row, 'select'), standing)) return true
  // whether colleagues see each other's people is a matter of taste until somebody says so
  return standing === 'team' && isTaste(input, relation)
}

const isTaste = ({ expectations }: JudgeInput, relation: number): boolean =>
  expectations.some((one) => one.relation === relation && !one.declared && (one.people || one.ownerInside))

/** Of judged relations what is expected; of others, which no caller reaches itself, what their owners are. */
export function upperOf(input: JudgeInput, relation: number, row: SeededRow, command: Command): Audience {
  const expectation = input.expectations.find((one) => one.relation === relation && one.command === command)
  const exempt = input.exemptionsOf(relation, command).get(row.place) ?? 'nobody'
  if (expectation) return widest(expectation.upper, exempt)
  return row.tenants.length > 0 ? 'tenant' : 'owner'
}

function closest(rows: readonly Place[], actor: Actor): Tie {
  const ties = rows.map(({ row }) => tieOf(row, actor))
  return ties.includes('team') ? 'team' : 'foreign'
}

/** The tables that the value stands in; those that the function itself reads, where it names any. */
function namesOf({ catalog, routineFacts }: JudgeInput, routine: Routine, rows: readonly Place[]): string {
  const read = routineFacts.get(routine.oid)?.relations ?? []
  const all = [...new Set(rows.map(({ relation }) => relation))]
  const named = all.filter((relation) => read.includes(relation))
  return (named.length > 0 ? named : all)
    .flatMap((relation) => catalog.relations.find(({ oid }) => oid === relation)?.qualified ?? [])
    .slice(0, 3)
    .join(', ')
}

/** A single value that differs from what is answered to a guess: it tells about the person whose keys were given. */
function answerAbout(
  input: JudgeInput,
  routine: Routine,
  call: CallObservation,
  calls: readonly CallObservation[],
  actor: Actor,
): readonly Reached[] {
  if (call.attempt !== 'call with another’s keys' || !call.answered) return []
  const guess = guessBeside(call, calls)
  const facts = input.routineFacts.get(routine.oid)
  if (!guess || !facts?.elevated || guess.outcome.kind === 'broken') return []
  if (guess.digest === call.digest) return []
  const theirs = rowsOf(input, facts.relations, call.of)
  if (theirs.length === 0 || theirs.some((place) => maySee(input, place, actor))) return []
  const exact =
    isTelling(call.scalar) || isFollowed(input, facts.relations, calls)
      ? followedFrom(theirs, call.scalar)
      : []
  const tie = closest(theirs, actor)
  if (exact.length > 0)
    return [
      {
        code: 'function-read-leak',
        tie,
        what: `returned ${JSON.stringify(call.scalar)}, which stands in ${namesOf(input, routine, exact)}`,
        proof: { kind: 'shown', value: call.scalar, rows: exact },
      },
    ]
  return [
    {
      code: 'existence-oracle',
      tie,
      what: `answered ${shortened(call.digest)}, and ${shortened(guess.digest)} about keys that do not exist: it tells what stands in ${namesOf(input, routine, theirs)}`,
      proof: { kind: 'differs', guess: guess.statement },
    },
  ]
}

const MOST_SHOWN = 80

/** An answer without the list around its only item. */
const shortened = (digest: string): string => {
  const text = digest.replace(/^\[|\]$/g, '') || 'nothing'
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text
}

/** Rows that a value stands in, or whose numbers it is the sum of. */
function followedFrom(places: readonly Place[], value: unknown): readonly Place[] {
  if (value === undefined || value === null || typeof value === 'boolean') return []
  const same = places.filter(({ row }) => Object.values(row.values).includes(value))
  if (same.length > 0 || typeof value !== 'number') return same
  const relations = [...new Set(places.map(({ relation }) => relation))]
  return relations.flatMap((relation) => {
    const rows = places.filter((place) => place.relation === relation)
    const names = Object.keys(rows[0]?.row.values ?? {})
    const isSum = (name: string): boolean =>
      rows.reduce((sum, { row }) => sum + Number(row.values[name] ?? 0), 0) === value
    return rows.length > 1 && names.some(isSum) ? rows : []
  })
}

/** Small values say something where calls about two people return what stands in the rows of each alone. */
function isFollowed(
  input: JudgeInput,
  relations: readonly number[],
  calls: readonly CallObservation[],
): boolean {
  const hits = calls.filter(
    ({ attempt, scalar, of }) =>
      attempt === 'call with another’s keys' && followedFrom(rowsOf(input, relations, of), scalar).length > 0,
  )
  const isAlone = (one: CallObservation, other: CallObservation): boolean =>
    one.of !== other.of && followedFrom(rowsOf(input, relations, other.of), one.scalar).length === 0
  return hits.some((one) => hits.some((other) => isAlone(one, other) && isAlone(other, one)))
}

/** Long enough not to be met by chance. */
const isTelling = (value: unknown): boolean =>
  typeof value === 'number'
    ? Math.abs(value) >= 100 || !Number.isInteger(value)
    : typeof value === 'string' && value.length >= 6

/** Rows of these relations that are a person's. */
function rowsOf(
  { population }: JudgeInput,
  relations: readonly number[],
  name: string | null,
): readonly Place[] {
  const person = population.actors.find((one) => one.name === name)
  if (!person) return []
  return relations.flatMap((relation) =>
    (population.rows.get(relation) ?? [])
      .filter((row) => ['own', 'team'].includes(tieOf(row, person)))
      .map((row) => ({ relation, row })),
  )
}
