import type { CallObservation } from '../domain/call.ts'
import type { Relation, Routine } from '../domain/catalog.ts'
import { standingOf } from '../domain/population.ts'
import type { Actor } from '../domain/population.ts'
import type { Blame, Untested } from '../domain/report.ts'
import type { RoutineFacts } from '../domain/routine-facts.ts'
import { includes } from '../domain/vocabulary.ts'
import type { Standing } from '../domain/vocabulary.ts'
import { groupBy } from '../group-by.ts'
import { placeOf } from './blame.ts'
import type { Fact } from './collect.ts'
import { bodyStatement, checksOfCall, relationsOf } from './function-checks.ts'
import { scriptIn } from './collect.ts'
import { tiesChanged } from './function-writes.ts'
import { tiesShown } from './function-reads.ts'
import type { Reached } from './function-reads.ts'
import type { JudgeInput } from './input.ts'

/** What calls of functions showed and changed, held against whose rows they are. */
export function judgeFunctions(input: JudgeInput): {
  readonly facts: readonly Fact[]
  readonly untested: readonly Untested[]
} {
  const callsOf = groupBy(input.calls, ({ routine }) => routine)
  const actors = new Map(input.population.actors.map((actor) => [actor.name, actor]))
  const parts = input.routines.map((routine) => {
    const calls = callsOf(routine.oid)
    const known = input.routineFacts.get(routine.oid)
    const facts = calls.flatMap((call) => {
      const actor = actors.get(call.actor)
      return actor?.purpose === 'judged' ? factsOf(input, routine, call, calls, actor) : []
    })
    return {
      facts,
      untested:
        known && facts.every(({ permitted }) => permitted) ? untestedIn(input, routine, known, calls) : [],
    }
  })
  return {
    facts: withoutLesser(parts.flatMap(({ facts }) => facts)),
    untested: parts.flatMap(({ untested }) => untested),
  }
}

/** What is returned outright need not be guessed at. */
function withoutLesser(facts: readonly Fact[]): readonly Fact[] {
  const read = new Set(
    facts
      .filter(({ code, permitted }) => code === 'function-read-leak' && !permitted)
      .map(({ subject }) => subject.qualified),
  )
  return facts.filter(({ code, subject }) => code !== 'existence-oracle' || !read.has(subject.qualified))
}

function factsOf(
  input: JudgeInput,
  routine: Routine,
  call: CallObservation,
  calls: readonly CallObservation[],
  actor: Actor,
): readonly Fact[] {
  const declared = input.functionAudience(routine)
  const reached = [
    ...tiesShown(input, routine, call, calls, actor),
    ...tiesChanged(input, routine, call, actor),
  ]
  return reached.flatMap((one) => {
    const standing = one.code === 'function-write-leak' && one.raised ? 'own' : standingOf(one.tie, actor)
    const fact = factFrom(input, routine, call, actor, one, standing)
    return [declared && includes(declared, standing) ? { ...fact, permitted: true as const } : fact]
  })
}

function factFrom(
  input: JudgeInput,
  routine: Routine,
  call: CallObservation,
  actor: Actor,
  one: Reached,
  standing: Standing,
): Fact {
  const relations = relationsOf(input, call)
  return {
    code: one.code,
    subject: { schema: routine.schema, qualified: routine.signature },
    command: 'execute',
    actor: standing,
    evidence: `${call.actor}: ${call.attempt}${call.of === null || call.of === call.actor ? '' : ` (${call.of})`} ${one.what}`,
    blame: blameOf(routine, input, relations),
    checks: checksOfCall(input, routine, actor.role, relations),
    declared: false,
    by: call.actor,
    ...(one.severity ? { severity: one.severity } : {}),
    ...scriptIn(input.reproductionOfCall(call, one.proof)),
  }
}

/** Definer rights and, where they leave it open, the search path; else what the function is allowed to call. */
function blameOf(
  routine: Routine,
  { definitions }: JudgeInput,
  relations: readonly Relation[],
): readonly Blame[] {
  const through = bodyStatement(routine, relations)
  const statement = routine.securityDefiner
    ? `SECURITY DEFINER: it runs with the rights of ${routine.owner}, whom row security does not bind`
    : 'what it calls runs with other rights than the caller’s'
  return [
    {
      statement,
      ...(through === null ? {} : { through }),
      ...placeOf(definitions, 'function', routine.signature),
    },
  ]
}

/** Calls that prove nothing: nobody got an answer, so that what was refused may have been refused for any reason. */
function untestedIn(
  input: JudgeInput,
  routine: Routine,
  { elevated, writes, reachesOut }: RoutineFacts,
  calls: readonly CallObservation[],
): readonly Untested[] {
  const untested = (reason: string): readonly Untested[] => [
    { relation: routine.signature, command: 'execute', actor: 'all', reason },
  ]
  if (reachesOut !== null)
    return untested(`it calls ${reachesOut}, whose effect no rollback takes back: it was not executed`)
  const late = calls.find(({ error }) => error?.sqlstate === '57014')
  if (late) return untested('a call did not come back in time')
  // with the caller's rights alone it reaches nothing that the tables themselves do not give
  if (!elevated) return []
  const stub = input.stubs.functions.get(routine.oid)
  if (stub !== undefined) return untested(`it may do otherwise with the extension: ${stub}`)
  // what is answered to nobody's keys says nothing about somebody's
  const telling = calls.filter(
    ({ attempt }) =>
      attempt !== 'call with nobody’s keys' &&
      (attempt !== 'call without keys' || routine.arguments.length === 0),
  )
  const stopped = stoppedByConstraint(telling, input.population.actors)
  if (stopped) return untested(`a call with another’s keys came as far as a constraint: ${stopped}`)
  if (telling.some(({ outcome, answered }) => outcome.kind === 'affected' || answered)) return []
  const [first] = telling.filter(({ outcome }) => outcome.kind === 'broken')
  const returned = telling.some(({ outcome }) => outcome.kind === 'returned')
  if (returned)
    return !returnsNothing(routine)
      ? untested('it returned nothing to anybody: what it might show was not seen')
      : writes
        ? untested('it changed nothing for anybody: what it might change was not seen')
        : []
  return first?.outcome.kind === 'broken'
    ? untested(`every call failed: ${first.outcome.message} (${first.outcome.sqlstate})`)
    : untested('nobody of the cast could call it')
}

/** Where all that somebody tries on another's row ends at a constraint, nothing had refused it before. */
function stoppedByConstraint(
  calls: readonly CallObservation[],
  actors: readonly Actor[],
): string | undefined {
  const judged = new Map(
    actors.flatMap((actor) => (actor.purpose === 'judged' ? [[actor.name, actor] as const] : [])),
  )
  const others = calls.filter(
    ({ attempt, actor, error }) =>
      attempt === 'call with another’s keys' &&
      judged.has(actor) &&
      // without a session there is no user to write down, and a column that wants one refuses
      (error?.sqlstate !== '23502' || judged.get(actor)?.user !== null),
  )
  const byActor = groupBy(others, ({ actor, of }) => `${actor} ${of}`)
  const roleOf = ({ actor, of }: CallObservation): string => `${judged.get(actor)?.role} ${of}`
  // of those who stand alike it counts what the one was refused who tried most
  const most = groupBy(others, roleOf)
  const lists = [...new Set(others.map(({ actor, of }) => `${actor} ${of}`))].map((key) => byActor(key))
  return lists
    .filter(([first, ...rest]) => {
      const alike = first ? most(roleOf(first)) : []
      const longest = Math.max(...alike.map(({ actor, of }) => byActor(`${actor} ${of}`).length))
      return rest.length + 1 === longest
    })
    .find((list) => list.every(({ error }) => CONSTRAINTS.has(error?.sqlstate ?? '')))?.[0]?.error?.message
}

/** not null, foreign key, restrict, check: what a guard in the function would have forestalled */
const CONSTRAINTS: ReadonlySet<string> = new Set(['23001', '23502', '23503', '23514'])

/** There is nothing to see in what it returns. */
const returnsNothing = ({ returns, kind }: Routine): boolean => returns === 'void' || kind === 'procedure'
