import type { Argument, Relation, Routine } from '../../domain/catalog.ts'
import { relationByOid } from '../../domain/catalog.ts'
import { tieOf } from '../../domain/population.ts'
import type { Actor, SeededRow, Values } from '../../domain/population.ts'
import type { Binding, RoutineFacts } from '../../domain/routine-facts.ts'
import type { Scene } from '../scene.ts'
import { byType, changedRow, isSecret, otherThan } from './argument-values.ts'
import { OMITTED } from './call.ts'
import type { Given } from './call.ts'
import { objectOf, withArrays } from './json-values.ts'
import { variantsOf } from './variants.ts'

/** One choice of arguments. */
export interface Choice {
  readonly values: readonly Given[]
}

const ROWS_TRIED = 4

/** Arguments made from the keys and values of one person's rows, as somebody who has come to know them would give them. */
export function choicesFor(
  scene: Scene,
  routine: Routine,
  facts: RoutineFacts,
  person: Actor,
  caller: Actor,
  most: number,
): readonly Choice[] {
  if (routine.arguments.length === 0) return [{ values: [] }]
  const stages = stagesFor(scene, routine, facts, person)
  const source = { scene, routine, person, facts, isOwn: person === caller }
  const made = stages.map((stage) => {
    const values = valuesFor(source, stage)
    if (!stage.first) return [values]
    return variantsOf({
      ...source,
      caller,
      values,
      changed: routine.volatility === 'volatile' ? valuesFor({ ...source, changed: true }, stage) : null,
      row: stage.row,
    })
  })
  return distinct(byTurns(made))
    .slice(0, most)
    .map((values) => ({ values }))
}

/** NULL for everything that has no default. */
export const emptyChoice = (routine: Routine): Choice => ({
  values: routine.arguments.map(({ hasDefault }) => (hasDefault ? OMITTED : null)),
})

/** A row from which as many arguments as possible are taken, so that they fit together. */
interface Stage {
  readonly relation: Relation | null
  readonly row: Values | null
  /** the first row of its relation: what else may be given is tried with it alone */
  readonly first: boolean
}

/** Rows of the person's in the relations that arguments are compared with first, then in those that the body names. */
function stagesFor(
  { catalog, model, population }: Scene,
  routine: Routine,
  { bindings, relations, dynamic }: RoutineFacts,
  person: Actor,
): readonly Stage[] {
  const bound = [...bindings.values()].flat().map(({ relation }) => relation)
  const composite = routine.arguments.flatMap(({ relation }) => relation ?? [])
  const owned = [...model.ownerships].flatMap(([oid, { kind }]) => (kind === 'shared' ? [] : [oid]))
  const named = [...composite, ...bound, ...relations]
  const tested = (oid: number): boolean => catalog.tested.includes(relationByOid(catalog, oid)?.schema ?? '')
  const ordered = [...new Set(dynamic && !named.some(tested) ? [...named, ...owned.filter(tested)] : named)]
  const found = ordered.flatMap((oid, rank) => {
    const relation = relationByOid(catalog, oid)
    const rows = population.rows.get(oid) ?? []
    const theirs = theirRows(rows, person)
    // who may remove a colleague may often not remove himself
    const colleague = rows.find((row) => tieOf(row, person) === 'team' && !theirs.includes(row))
    const tried =
      rank === 0 ? [...theirs.slice(0, ROWS_TRIED - 1), colleague ?? theirs[ROWS_TRIED - 1]] : [theirs[0]]
    return relation
      ? tried
          .filter((row) => row !== undefined)
          .map(({ values }, at) => ({ relation, row: values, first: at === 0 }))
      : []
  })
  return found.length > 0 ? found : [{ relation: null, row: null, first: true }]
}

/** The own rows; where there are none, those of the tenant. */
function theirRows(rows: readonly SeededRow[], person: Actor): readonly SeededRow[] {
  const own = rows.filter((row) => tieOf(row, person) === 'own')
  return own.length > 0 ? own : rows.filter((row) => tieOf(row, person) === 'team')
}

interface Source {
  readonly scene: Scene
  readonly routine: Routine
  readonly person: Actor
  readonly facts: RoutineFacts
  /** the person asks for the own rows: it knows its secrets */
  readonly isOwn: boolean
  /** whole rows are given with other values than they have */
  readonly changed?: boolean
}

const valuesFor = (source: Source, stage: Stage): readonly Given[] =>
  source.routine.arguments.map((argument, at) => valueFor(source, stage, argument, at))

function valueFor(source: Source, stage: Stage, argument: Argument, at: number): Given {
  if (argument.placeholder) return null
  if (argument.composite) return recordFor(source, stage, argument)
  const bindings = preferred(source.facts.bindings.get(at) ?? [], stage)
  if (/^jsonb?$/.test(argument.baseType) && !argument.array) return jsonFor(source, stage, bindings, at)
  for (const binding of bindings) {
    const value = boundValue(source, stage, binding)
    if (value !== undefined && value !== null)
      return argument.array && !Array.isArray(value) ? [value] : value
  }
  return plainValue(argument, at, source, stage)
}

/** A row of the relation whose type it is; of a type of its own, whatever a row has that is called like it. */
function recordFor(source: Source, stage: Stage, argument: Argument): Given {
  if (argument.relation !== null && stage.relation?.oid !== argument.relation && isRowType(source, argument))
    return null
  const record = rowOf(source, stage)
  return argument.array && record ? [record] : record
}

const isRowType = ({ scene }: Source, { relation }: Argument): boolean =>
  relation !== null && scene.population.rows.has(relation)

const rowOf = ({ changed }: Source, { relation, row }: Stage): Values | null =>
  changed && relation && row ? changedRow(relation, row) : row

/** What a body takes from its JSON argument, and whatever else the row has; the value of a column that it is compared with. */
function jsonFor(source: Source, stage: Stage, bindings: readonly Binding[], at: number): unknown {
  const arrays = source.facts.jsonArrays.filter(({ position }) => position === at)
  const [whole] = bindings.filter(({ key }) => key === undefined)
  const value = whole && boundValue(source, stage, { ...whole, written: false })
  if (arrays.length === 0 && whole && value !== undefined) return value
  const taken = [...bindings].reverse().flatMap((binding) => {
    const inner = binding.key === undefined ? undefined : boundValue(source, stage, binding)
    return binding.key === undefined || inner === undefined ? [] : [[binding.key, inner] as const]
  })
  const key = stage.relation?.keys.find(({ primary }) => primary)?.columns[0] ?? ''
  // what is given cannot be told from what comes back: where only keys are asked for, only they are given
  const base = taken.length > 0 && source.routine.volatility !== 'volatile' ? {} : rowOf(source, stage)
  return withArrays(objectOf(base ?? {}, taken), arrays, stage.row?.[key])
}

const preferred = (bindings: readonly Binding[], { relation }: Stage): readonly Binding[] => [
  ...bindings.filter((one) => one.relation === relation?.oid),
  ...bindings.filter((one) => one.relation !== relation?.oid),
]

function boundValue(source: Source, stage: Stage, binding: Binding): unknown {
  const { scene, person, isOwn } = source
  const { relation, row } = stage
  const bound = relationByOid(scene.catalog, binding.relation)
  if (!bound) return undefined
  if (binding.written)
    return otherThan(boundValue(source, stage, { ...binding, written: false }), bound, binding.column)
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

/** A constant that the body knows, the name of a table for a statement that is put together, or what the type allows. */
function plainValue(argument: Argument, at: number, { facts, person }: Source, stage: Stage): unknown {
  const [label] = facts.literals.get(at) ?? argument.labels ?? []
  const table = facts.dynamic && isText(argument) ? stage.relation?.name : undefined
  const key = facts.dynamic && !isText(argument) ? keyOfType(argument, stage) : undefined
  const value = table ?? label ?? key ?? byType(argument, person)
  return argument.array && value !== null ? [value] : value
}

const isText = ({ baseType }: Argument): boolean => /^(text|varchar|name|regclass)$/.test(baseType)

function keyOfType({ baseType }: Argument, { relation, row }: Stage): unknown {
  const [name] = relation?.keys.find(({ primary }) => primary)?.columns ?? []
  return relation?.columns.some((column) => column.name === name && column.baseType === baseType)
    ? row?.[name ?? '']
    : undefined
}

/** One of each list, then the next of each. */
function byTurns<Item>(lists: readonly (readonly Item[])[]): readonly Item[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat()
}

function distinct(choices: readonly (readonly Given[])[]): readonly (readonly Given[])[] {
  const key = (values: readonly Given[]): string =>
    JSON.stringify(values.map((value) => (value === OMITTED ? ['omitted'] : value)))
  return [...new Map(choices.map((values) => [key(values), values])).values()]
}
