import { relationByOid } from '../../domain/catalog.ts'
import type { Argument, Routine } from '../../domain/catalog.ts'
import type { Actor, Values } from '../../domain/population.ts'
import type { RoutineFacts } from '../../domain/routine-facts.ts'
import type { Scene } from '../scene.ts'
import { ALL, searchWord } from './argument-values.ts'
import { OMITTED } from './call.ts'
import type { Given } from './call.ts'

type Choices = readonly (readonly Given[])[]

interface Variation {
  readonly scene: Scene
  readonly routine: Routine
  readonly facts: RoutineFacts
  readonly person: Actor
  readonly caller: Actor
  readonly values: readonly Given[]
  /** the same with whole rows changed, where there is anything to change */
  readonly changed: readonly Given[] | null
  readonly row: Values | null
}

/** What else may be given beside the plain values: the most telling first, for there is a limit. */
export function variantsOf(one: Variation): Choices {
  const { routine, values, changed } = one
  const plain = [...(changed ? [changed] : []), values, ...asCaller(one)]
  return [
    ...plain.slice(0, 2),
    withDefaults(routine, values),
    ...withLabels(one),
    ...plain.slice(2),
    ...asStaff(one),
    ...statements(one),
    ...words(one),
    ...amounts(one),
    ...asTwo(one),
  ]
}

/** The same call for oneself: the victim's row with the caller as the user who is to get it, or one of the users. */
function asCaller({ values, person, caller }: Variation): Choices {
  if (caller.user === null || person.user === null || caller === person) return []
  const swaps = new Map<unknown, unknown>([
    [person.user, caller.user],
    [person.claims['email'], caller.claims['email']],
  ])
  const swap = (value: Given): Given => (value !== undefined && swaps.has(value) ? swaps.get(value) : value)
  const users = [...values.keys()].filter((at) => swap(values[at]) !== values[at])
  const single = users.map((at) => replaced(values, at, swap(values[at])))
  return [values.map(swap), ...(users.length > 1 ? single : [])]
}

/** Whoever knows the key of an administrator may give it where the function asks who is calling. */
function asStaff({ scene, values, person }: Variation): Choices {
  if (person.user === null) return []
  const staff = scene.population.actors.find(({ name, user }) => user !== null && name.startsWith('staff-'))
  const users = [...values.keys()].filter((at) => values[at] === person.user)
  return staff ? users.map((at) => replaced(values, at, staff.user)) : []
}

/** Two arguments that are both users: the second is somebody else. */
function asTwo({ scene, values, person }: Variation): Choices {
  const [, second] = [...values.keys()].filter((at) => person.user !== null && values[at] === person.user)
  const other = scene.population.actors.find(
    ({ user, purpose }) => user !== null && user !== person.user && purpose === 'judged',
  )
  return second === undefined || !other ? [] : [replaced(values, second, other.user)]
}

const LABELS_TRIED = 4

/** One choice per label that the body or an enum knows, of the first argument that takes one. */
function withLabels({ routine, facts, values }: Variation): Choices {
  const labelsAt = (at: number): readonly string[] =>
    facts.literals.get(at) ?? routine.arguments[at]?.labels ?? []
  const at = routine.arguments.findIndex((_, index) => labelsAt(index).length > 1)
  return at < 0
    ? []
    : labelsAt(at)
        .slice(0, LABELS_TRIED)
        .map((label) => replaced(values, at, label))
}

const withDefaults = (routine: Routine, values: readonly Given[]): readonly Given[] =>
  values.map((value, at) => (routine.arguments[at]?.hasDefault ? OMITTED : value))

const isText = ({ baseType, array }: Argument): boolean => /^(text|varchar)$/.test(baseType) && !array

/** What a statement that is put together from texts may be given: a column, a condition that ends its own, a statement. */
function statements({ scene, routine, facts, values }: Variation): Choices {
  const at = routine.arguments.findIndex(isText)
  if (!facts.dynamic || at < 0) return []
  const relation = scene.catalog.relations.find(
    ({ oid, schema }) => facts.relations.includes(oid) && scene.catalog.tested.includes(schema),
  )
  const fallback = scene.catalog.relations.find(
    ({ oid, schema }) =>
      scene.catalog.tested.includes(schema) &&
      (scene.population.rows.get(oid)?.length ?? 0) > 0 &&
      (scene.model.ownerships.get(oid)?.kind ?? 'shared') !== 'shared',
  )
  const table = relation ?? fallback
  if (!table) return []
  const column = table.columns.find(
    ({ name, baseType }) => baseType === 'text' && !table.keys.some(({ columns }) => columns.includes(name)),
  )
  const name = `"${table.schema}"."${table.name}"`
  return [
    "zz' or true --",
    routine.returns === 'void' ? `delete from ${name}` : `select * from ${name}`,
    ...(column ? [column.name] : []),
  ].map((text) => replaced(values, at, text))
}

/** A word of the row, and none at all, for a search whose column is not known. */
function words({ routine, facts, values, row }: Variation): Choices {
  const word = searchWord(row)
  const at = routine.arguments.findIndex(
    (argument, index) =>
      isText(argument) &&
      (facts.literals.get(index) ?? []).length === 0 &&
      (values[index] === '' ||
        values[index] === null ||
        /query|search|term|keyword|^p?_?q$/i.test(argument.name ?? '')),
  )
  return at < 0 || word === undefined ? [] : [replaced(values, at, word)]
}

/** Numbers that say how much: little, for where there is not enough for more, and less than nothing. */
function amounts({ scene, routine, facts, values }: Variation): Choices {
  if (routine.volatility !== 'volatile') return []
  const at = routine.arguments.findIndex(
    ({ baseType, name, array }, index) =>
      /^(int[248]|numeric|float[48])$/.test(baseType) &&
      !array &&
      !ALL.test(name ?? '') &&
      (facts.bindings.get(index) ?? []).every(
        ({ written, relation, column }) =>
          written === true ||
          !relationByOid(scene.catalog, relation)?.keys.some(({ columns }) => columns.includes(column)),
      ),
  )
  return at < 0 ? [] : [1, -1].map((amount) => replaced(values, at, amount))
}

const replaced = (values: readonly Given[], at: number, value: Given): readonly Given[] =>
  values.map((one, index) => (index === at ? value : one))

const NOBODY = '00000000-0000-4000-a000-000000000000'

/** Arguments that name nobody: what is answered to them is answered to guesses. */
export function nobodysValues(
  values: readonly Given[],
  person: Actor,
  caller: Actor,
  routine: Routine,
): readonly Given[] {
  const own = new Set([caller.user, ...Object.values(caller.claims)].map(String))
  return values.map((value, at) =>
    value === OMITTED || value === null || own.has(String(value))
      ? value
      : strangerTo(value, routine.arguments[at], person),
  )
}

function strangerTo(value: unknown, argument: Argument | undefined, person: Actor): unknown {
  if (Array.isArray(value)) return value.map((item) => strangerTo(item, argument, person))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, strangerTo(inner, argument, person)]),
    )
  if (typeof value === 'number') return argument && ALL.test(argument.name ?? '') ? value : 1_999_999_999
  if (typeof value !== 'string') return value
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-/.test(value)) return NOBODY
  if (value.includes('@')) return 'nobody@example.net'
  return value === person.name || value.length >= 6 ? 'nobody-at-all' : value
}
