import type { CallAttempt } from '../../domain/call.ts'
import type { Routine } from '../../domain/catalog.ts'
import type { Actor } from '../../domain/population.ts'
import type { RoutineFacts } from '../../domain/routine-facts.ts'
import type { Scene } from '../scene.ts'
import { choicesFor, emptyChoice } from './arguments.ts'
import { callSql } from './call.ts'
import type { Given } from './call.ts'
import { nobodysValues } from './variants.ts'

/** One call that is to be tried. */
export interface Call {
  readonly routine: Routine
  readonly actor: Actor
  readonly attempt: CallAttempt
  readonly of: string | null
  readonly choice: number
  /** what the caller gave: what comes back of it is no news */
  readonly given: readonly unknown[]
  readonly values: readonly Given[]
  readonly statement: string
}

/** Choices of arguments per caller and person: all that are made for those who stand for many, the first for others. */
const MANY = 12
const SOME = 6
const FEW = 3

/** Everybody who tells something new, with the own keys and with those of the people who stand for others. */
export function planCalls(scene: Scene, routine: Routine, facts: RoutineFacts): readonly Call[] {
  const callers = scene.population.actors.filter(
    (actor) =>
      routine.executableBy.includes(actor.role) &&
      !actor.name.includes(' (as ') &&
      (facts.asksWho || isPlain(actor) || actor.name === 'bob'),
  )
  const hasArguments = routine.arguments.some(({ placeholder }) => !placeholder)
  if (!hasArguments)
    return callers.map((actor) =>
      callOf(routine, actor, 'call without keys', null, 0, emptyChoice(routine).values),
    )
  return callers.flatMap((actor) => [
    ...(isPlain(actor)
      ? [callOf(routine, actor, 'call without keys', null, 0, emptyChoice(routine).values)]
      : []),
    ...pairsFor(scene, actor).flatMap(({ person, most }) =>
      callsAbout(scene, routine, facts, actor, person, facts.elevated ? most : FEW),
    ),
  ])
}

/** Those whose session is not told apart from others' by what it may do. */
const isPlain = ({ name }: Actor): boolean => ['anon', 'alice', 'carol'].includes(name)

interface Pair {
  readonly person: Actor
  readonly most: number
}

/** Whose keys somebody tries: one who shares the tenant, one who shares nothing, and the own ones. */
function pairsFor({ population, model }: Scene, actor: Actor): readonly Pair[] {
  const find = (name: string, most: number): readonly Pair[] =>
    population.actors
      .filter((one) => one.name === name && one.user !== actor.user)
      .map((person) => ({ person, most }))
  const own = (most: number): readonly Pair[] => (actor.user === null ? [] : [{ person: actor, most }])
  switch (actor.name) {
    case 'alice':
      return [...own(MANY), ...find('carol', SOME)]
    case 'bob':
      return [...own(MANY), ...(model.tenants.length > 0 ? find('alice', MANY) : [])]
    case 'carol':
      return [...own(FEW), ...find('alice', MANY)]
    case 'anon':
      return [...find('alice', MANY), ...find('carol', FEW)]
    case 'frank':
      return own(1)
    default:
      return find('alice', actor.purpose === 'control' || actor.name.includes('(') ? SOME : FEW)
  }
}

function callsAbout(
  scene: Scene,
  routine: Routine,
  facts: RoutineFacts,
  actor: Actor,
  person: Actor,
  most: number,
): readonly Call[] {
  const attempt = person.user === actor.user ? 'call with own keys' : 'call with another’s keys'
  return choicesFor(scene, routine, facts, person, actor, most).map(({ values }, index) =>
    callOf(routine, actor, attempt, person.name, index, values),
  )
}

/** The same call with keys that nobody has: what is answered to it says nothing about anybody. */
export function nobodysCall(
  { routine, actor, of, choice, values }: Call,
  { population }: Scene,
): Call | null {
  const person = population.actors.find(({ name }) => name === of)
  if (!person || routine.arguments.length === 0) return null
  return callOf(
    routine,
    actor,
    'call with nobody’s keys',
    of,
    choice,
    nobodysValues(values, person, actor, routine),
  )
}

/**
 * Where nobody got an answer: the function's owner, which shows that the function works where it refuses everybody else,
 * and the keys of the rest of the cast, whose rows may be in another state.
 */
export function furtherCalls(scene: Scene, routine: Routine, facts: RoutineFacts): readonly Call[] {
  const owner: Actor = {
    name: `${routine.owner} (owner)`,
    role: routine.owner,
    login: routine.owner,
    user: null,
    tenants: [],
    claims: {},
    settings: {},
    purpose: 'control',
  }
  const people = scene.population.actors.filter(
    ({ user, name }) => user !== null && name !== 'carol' && !name.includes('('),
  )
  const strangers = scene.population.actors.filter(
    ({ name, role }) => ['anon', 'carol'].includes(name) && routine.executableBy.includes(role),
  )
  return people.flatMap((person) => [
    ...callsAbout(scene, routine, facts, owner, person, FEW),
    ...(person.name === 'alice'
      ? []
      : strangers.flatMap((actor) => callsAbout(scene, routine, facts, actor, person, FEW))),
  ])
}

function callOf(
  routine: Routine,
  actor: Actor,
  attempt: CallAttempt,
  of: string | null,
  choice: number,
  values: readonly Given[],
): Call {
  return {
    routine,
    actor,
    attempt,
    of,
    choice,
    given: values.filter((value) => typeof value !== 'symbol'),
    values,
    statement: callSql(routine, values),
  }
}
