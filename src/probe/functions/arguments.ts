import type { Argument, Relation, Routine } from '../../domain/catalog.ts'
import { labelsOf, relationByOid } from '../../domain/catalog.ts'
import { tieOf } from '../../domain/population.ts'
import type { Actor, SeededRow, Values } from '../../domain/population.ts'
import type { Binding, RoutineFacts } from '../../domain/routine-facts.ts'
import type { Scene } from '../scene.ts'
import { OMITTED } from './call.ts'
import type { Given } from './call.ts'

/** One choice of arguments. */
export interface Choice {
  readonly values: readonly Given[]
}

const MOST_CHOICES = 12
const ROWS_TRIED = 4
const LABELS_TRIED = 4

/** Arguments made from the keys and values of one person's rows, as somebody who has come to know them would give them. */
export function choicesFor(
  scene: Scene,
  routine: Routine,
  facts: RoutineFacts,
  person: Actor,
  caller: Actor,
): readonly Choice[] {
  if (routine.arguments.length === 0) return [{ values: [] }]
  const stages = stagesFor(scene, routine, facts, person)
  const made = stages.flatMap((stage) => {
    const values = routine.arguments.map((argument, at) =>
      valueFor({ scene, person, facts, isOwn: person === caller }, stage, argument, at),
    )
    const full = [values, ...asCaller(values, person, caller)]
    return full.flatMap((one) => [...withLabels(routine, facts, one), withDefaults(routine, one)])
  })
  return distinct(made)
    .slice(0, MOST_CHOICES)
    .map((values) => ({ values }))
}

/** Arguments that name nobody: what is answered to them is answered to guesses. */
export function nobodysChoice(choice: Choice, person: Actor, caller: Actor, routine: Routine): Choice {
  const own = new Set([caller.user, ...Object.values(caller.claims)].map(String))
  return {
    values: choice.values.map((value, at) =>
      value === OMITTED || value === null || own.has(String(value))
        ? value
        : strangerTo(value, routine.arguments[at], person),
    ),
  }
}

/** NULL for everything that has no default. */
export const emptyChoice = (routine: Routine): Choice => ({
  values: routine.arguments.map(({ hasDefault }) => (hasDefault ? OMITTED : null)),
})

/** A row from which as many arguments as possible are taken, so that they fit together. */
interface Stage {
  readonly relation: Relation | null
  readonly row: Values | null
}

/** Rows of the person's in the relations that arguments are compared with first, then in those that the body names. */
function stagesFor(
  { catalog, population }: Scene,
  routine: Routine,
  { bindings, relations }: RoutineFacts,
  person: Actor,
): readonly Stage[] {
  const bound = [...bindings.values()].flat().map(({ relation }) => relation)
  const composite = routine.arguments.flatMap(({ relation }) => relation ?? [])
  const ordered = [...new Set([...composite, ...bound, ...relations])]
  const found = ordered.flatMap((oid) => {
    const relation = relationByOid(catalog, oid)
    const rows = theirRows(population.rows.get(oid) ?? [], person)
    return relation ? rows.slice(0, ROWS_TRIED).map(({ values }) => ({ relation, row: values })) : []
  })
  return found.length > 0 ? found : [{ relation: null, row: null }]
}

/** The own rows; where there are none, those of the tenant. */
function theirRows(rows: readonly SeededRow[], person: Actor): readonly SeededRow[] {
  const own = rows.filter((row) => tieOf(row, person) === 'own')
  return own.length > 0 ? own : rows.filter((row) => tieOf(row, person) === 'team')
}

interface Source {
  readonly scene: Scene
  readonly person: Actor
  readonly facts: RoutineFacts
  /** the person asks for the own rows: it knows its secrets */
  readonly isOwn: boolean
}

function valueFor(source: Source, stage: Stage, argument: Argument, at: number): Given {
  if (argument.placeholder) return null
  if (argument.relation !== null)
    return stage.relation?.oid === argument.relation ? stage.row : plainValue(argument, at, source)
  const bindings = preferred(source.facts.bindings.get(at) ?? [], stage)
  if (/^jsonb?$/.test(argument.baseType) && !argument.array) return objectFrom(source, stage, bindings)
  for (const binding of bindings) {
    const value = boundValue(source, stage, binding)
    if (value !== undefined && value !== null)
      return argument.array && !Array.isArray(value) ? [value] : value
  }
  return plainValue(argument, at, source)
}

/** What a body takes from its JSON argument, and whatever else the row has. */
function objectFrom(source: Source, stage: Stage, bindings: readonly Binding[]): Values {
  const taken = [...bindings].reverse().flatMap((binding) => {
    const value = binding.key === undefined ? undefined : boundValue(source, stage, binding)
    return binding.key === undefined || value === undefined ? [] : [[binding.key, value] as const]
  })
  return { ...stage.row, ...Object.fromEntries(taken) }
}

const preferred = (bindings: readonly Binding[], { relation }: Stage): readonly Binding[] => [
  ...bindings.filter((one) => one.relation === relation?.oid),
  ...bindings.filter((one) => one.relation !== relation?.oid),
]

function boundValue(
  { scene, person, facts, isOwn }: Source,
  { relation, row }: Stage,
  binding: Binding,
): unknown {
  const bound = relationByOid(scene.catalog, binding.relation)
  if (!bound) return undefined
  if (binding.written) {
    const value = boundValue(
      { scene, person, facts, isOwn },
      { relation, row },
      { ...binding, written: false },
    )
    return otherThan(value, bound, binding.column)
  }
  // knowing a secret is the authorization: a stranger does not
  if (!isOwn && isSecret(bound, binding.column)) return undefined
  if (relation?.oid === binding.relation) return row?.[binding.column]
  const key = relation?.foreignKeys.find(
    ({ target, targetColumns }) => target === binding.relation && targetColumns.includes(binding.column),
  )
  if (key) return row?.[key.columns[key.targetColumns.indexOf(binding.column)] ?? '']
  const rows = scene.population.rows.get(binding.relation) ?? []
  const theirs = theirRows(rows, person)[0] ?? rows.find((one) => tieOf(one, person) === 'unowned')
  if (theirs) return theirs.values[binding.column]
  const isRoot = scene.model.userRoots.some((root) => root.relation === binding.relation)
  if (!isRoot) return undefined
  return binding.column === 'email' ? person.claims['email'] : person.user
}

/** A value that a write can be seen by: one that the row does not have yet. Keys to other rows stay as they are. */
function otherThan(value: unknown, relation: Relation, name: string): unknown {
  const column = relation.columns.find((one) => one.name === name)
  const isKey = relation.foreignKeys.some(({ columns }) => columns.includes(name))
  if (!column || isKey || column.array) return value
  const labels = labelsOf(relation, column)
  if (labels.length > 0) return labels.find((label) => label !== value) ?? value
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value + 7
  if (/^(text|varchar|citext)$/.test(column.baseType) && !String(value).includes('@')) {
    const text = `${String(value ?? '')}x`
    return text.slice(-(column.maxLength ?? text.length))
  }
  return value
}

/** A unique text that is no name of anything: whoever has it was given it. */
function isSecret(relation: Relation, column: string): boolean {
  const isKey = relation.foreignKeys.some(({ columns }) => columns.includes(column))
  return (
    !isKey &&
    /token|secret|magic|passw|nonce|otp|pin$|hash|invite_?code|join_?code|access_?code|api_?key|signature/i.test(
      column,
    )
  )
}

const ALL = /limit|count|size|take|rows|max|top|num|days|hours/i
const FROM = /start|from|since|after|begin|lower/i

/** A value of the type that asks for as much as possible. */
function plainValue(argument: Argument, at: number, { facts, person, scene }: Source): unknown {
  const name = argument.name ?? ''
  const [label] = facts.literals.get(at) ?? argument.labels ?? []
  const table = facts.dynamic && isText(argument) ? somebodysTable(scene) : undefined
  const value = label ?? table ?? byType(argument.baseType, name, person)
  return argument.array && value !== null ? [value] : value
}

const isText = ({ baseType }: Argument): boolean => /^(text|varchar|name|regclass)$/.test(baseType)

/** A statement that is put together may take the name of any table: here one whose rows have owners. */
function somebodysTable({ catalog, model, population }: Scene): string | undefined {
  return catalog.relations.find(
    ({ oid, schema }) =>
      catalog.tested.includes(schema) &&
      (population.rows.get(oid)?.length ?? 0) > 0 &&
      (model.ownerships.get(oid)?.kind ?? 'shared') !== 'shared',
  )?.name
}

function byType(baseType: string, name: string, person: Actor): unknown {
  switch (baseType) {
    case 'uuid':
      return person.user
    case 'bool':
      return true
    case 'int2':
    case 'int4':
    case 'int8':
    case 'numeric':
    case 'float4':
    case 'float8':
      return ALL.test(name) ? 1_000 : /page/i.test(name) ? 1 : /offset|skip|cursor/i.test(name) ? 0 : 10
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'citext':
      return /e-?mail/i.test(name) ? (person.claims['email'] ?? '') : ''
    case 'json':
    case 'jsonb':
      return {}
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return FROM.test(name) ? '1970-01-01' : '2100-01-01'
    case 'interval':
      return '100 years'
    default:
      return null
  }
}

/** The same call for oneself: the victim's row with the caller as the user who is to get it, or one of the users. */
function asCaller(values: readonly Given[], person: Actor, caller: Actor): readonly (readonly Given[])[] {
  if (caller.user === null || person.user === null || caller === person) return []
  const swaps = new Map<unknown, unknown>([
    [person.user, caller.user],
    [person.claims['email'], caller.claims['email']],
  ])
  const swap = (value: Given): Given => (value !== undefined && swaps.has(value) ? swaps.get(value) : value)
  const users = [...values.keys()].filter((at) => swap(values[at]) !== values[at])
  const single = users.map((at) => values.map((value, index) => (index === at ? swap(value) : value)))
  return [values.map(swap), ...(users.length > 1 ? single : [])]
}

/** One choice per label that the body or an enum knows, of the first argument that takes one. */
function withLabels(
  routine: Routine,
  facts: RoutineFacts,
  values: readonly Given[],
): readonly (readonly Given[])[] {
  const at = routine.arguments.findIndex(
    (argument, index) => (facts.literals.get(index) ?? argument.labels ?? []).length > 1,
  )
  if (at < 0) return [values]
  const labels = facts.literals.get(at) ?? routine.arguments[at]?.labels ?? []
  return labels
    .slice(0, LABELS_TRIED)
    .map((label) => values.map((value, index) => (index === at ? label : value)))
}

const withDefaults = (routine: Routine, values: readonly Given[]): readonly Given[] =>
  values.map((value, at) => (routine.arguments[at]?.hasDefault ? OMITTED : value))

function strangerTo(value: unknown, argument: Argument | undefined, person: Actor): unknown {
  if (typeof value === 'string' && /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(value))
    return '00000000-0000-4000-a000-000000000000'
  if (typeof value === 'number') return argument && ALL.test(argument.name ?? '') ? value : 1_999_999_999
  if (typeof value === 'string' && value.includes('@')) return 'nobody@example.net'
  if (typeof value === 'string') return value === person.name || value.length >= 6 ? 'nobody-at-all' : value
  return value
}

function distinct(choices: readonly (readonly Given[])[]): readonly (readonly Given[])[] {
  const key = (values: readonly Given[]): string =>
    JSON.stringify(values.map((value) => (value === OMITTED ? ['omitted'] : value)))
  return [...new Map(choices.map((values) => [key(values), values])).values()]
}
