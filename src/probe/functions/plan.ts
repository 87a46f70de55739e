import type { CallAttempt } from '../../domain/call.ts'
import type { Routine } from '../../domain/catalog.ts'
import type { Actor } from '../../domain/population.ts'
import type { RoutineFacts } from '../../domain/routine-facts.ts'
import type { Scene } from '../scene.ts'
import { choicesFor, emptyChoice, nobodysChoice } from './arguments.ts'
import type { Choice } from './arguments.ts'
import { callSql } from './call.ts'

/** One call that is to be tried. */
export interface Call {
  readonly routine: Routine
  readonly actor: Actor
  readonly attempt: CallAttempt
  readonly of: string | null
  readonly choice: number
  /** texts that the caller gave: what comes back of them is no news */
  readonly given: readonly unknown[]
  readonly statement: string
}

/** People whose rows stand for everybody's. */
const SUBJECTS: readonly string[] = ['alice', 'carol']

/** Every actor with the keys of the people of the cast, with its own, with nobody's, and with nothing. */
export function planCalls(scene: Scene, routine: Routine, facts: RoutineFacts): readonly Call[] {
  const callers = scene.population.actors.filter(
    ({ role, name }) => routine.executableBy.includes(role) && !name.includes(' (as '),
  )
  return callers.flatMap((actor) => [
    ...(routine.arguments.some(({ placeholder }) => !placeholder)
      ? [callOf(routine, actor, 'call without keys', null, 0, emptyChoice(routine))]
      : []),
    ...subjectsFor(scene, actor).flatMap((person) => callsAbout(scene, routine, facts, actor, person)),
  ])
}

/** Whose keys somebody tries: the own ones and those of the people who stand for others. */
function subjectsFor({ population }: Scene, actor: Actor): readonly Actor[] {
  const others = population.actors.filter(({ name, user }) => SUBJECTS.includes(name) && user !== actor.user)
  return actor.user === null ? others : [actor, ...others]
}

function callsAbout(
  scene: Scene,
  routine: Routine,
  facts: RoutineFacts,
  actor: Actor,
  person: Actor,
): readonly Call[] {
  const isOwn = person.user === actor.user
  const choices = choicesFor(scene, routine, facts, person, actor)
  const attempt = isOwn ? 'call with own keys' : 'call with another’s keys'
  return choices.flatMap((choice, index) => [
    callOf(routine, actor, attempt, person.name, index, choice),
    ...(isOwn || routine.returnsSet || routine.volatility === 'volatile' || routine.arguments.length === 0
      ? []
      : [
          callOf(
            routine,
            actor,
            'call with nobody’s keys',
            person.name,
            index,
            nobodysChoice(choice, person, actor, routine),
          ),
        ]),
  ])
}

function callOf(
  routine: Routine,
  actor: Actor,
  attempt: CallAttempt,
  of: string | null,
  choice: number,
  { values }: Choice,
): Call {
  return {
    routine,
    actor,
    attempt,
    of,
    choice,
    given: values.filter((value) => typeof value !== 'symbol'),
    statement: callSql(routine, values),
  }
}
