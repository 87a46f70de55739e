import type { Difference, FacetChange, ObjectKind, SchemaObject } from '../domain/drift.ts'
import { OBJECT_KINDS, SELF } from '../domain/drift.ts'
import type { Place } from '../domain/place.ts'
import { groupBy } from '../group-by.ts'
import { sameExpression } from './canonical.ts'
import { nameOf } from './names.ts'
import { weightOf } from './weight.ts'

/** An object that two snapshots do not agree on; at least one of the two is there. */
export type Change =
  | { readonly state: 'missing'; readonly before: SchemaObject; readonly after: null }
  | { readonly state: 'extra'; readonly before: null; readonly after: SchemaObject }
  | { readonly state: 'different'; readonly before: SchemaObject; readonly after: SchemaObject }

export const keyOf = ({ kind, path }: SchemaObject): string => JSON.stringify([kind, ...path])

export interface Reading {
  /** everything on both sides */
  readonly objects: readonly SchemaObject[]
  /** where an object is defined: filled in by whoever knows the migrations */
  readonly placeOf: (object: SchemaObject) => Place
}

/** Everything that differs between two lists of objects, in the order of the first, then of the second. */
export function changesBetween(
  before: readonly SchemaObject[],
  after: readonly SchemaObject[],
): readonly Change[] {
  const others = new Map(after.map((object) => [keyOf(object), object]))
  const known = new Set(before.map(keyOf))
  const changed = before.flatMap((object): readonly Change[] => {
    const other = others.get(keyOf(object))
    if (!other) return [{ state: 'missing', before: object, after: null }]
    return facetChanges(object, other).length > 0
      ? [{ state: 'different', before: object, after: other }]
      : []
  })
  const extra = after
    .filter((object) => !known.has(keyOf(object)))
    .map((object): Change => ({ state: 'extra', before: null, after: object }))
  return [...changed, ...extra]
}

/** Properties that are stated differently, in the order in which they are stated. */
export function facetChanges(before: SchemaObject, after: SchemaObject): readonly FacetChange[] {
  const names = [...new Set([...Object.keys(before.facets), ...Object.keys(after.facets)])]
  return names.flatMap((name) => {
    const change = { name, before: before.facets[name] ?? null, after: after.facets[name] ?? null }
    return sameExpression(change.before, change.after) ? [] : [change]
  })
}

/**
 * The differences as people read them: what comes and goes with a relation or function is counted there, unless it
 * touches access; access comes first, then names.
 */
export function describeChanges(
  changes: readonly Change[],
  { objects, placeOf }: Reading,
): readonly Difference[] {
  const mentions = textsThatDecide(objects)
  const wholes = wholesIn(changes)
  const wholeOf = (change: Change): Change | undefined => {
    const { kind, relation } = objectOf(change)
    return WHOLE.has(kind) ? undefined : wholes.get(`${change.state} ${relation ?? ''}`)
  }
  const parts = groupBy(changes, wholeOf)
  const described = changes.flatMap((change): readonly Difference[] => {
    const object = objectOf(change)
    if (isImplied(object) && change.state !== 'different') return []
    const weight = weightOf(change, mentions)
    if (wholeOf(change) && (weight === 'structure' || change.state === 'missing')) return []
    const counted = parts(change).filter(
      (part) =>
        !isImplied(objectOf(part)) && (part.state === 'missing' || weightOf(part, mentions) === 'structure'),
    )
    return [
      {
        kind: object.kind,
        name: nameOf(object),
        relation: object.relation,
        state: change.state,
        weight,
        changes:
          change.state === 'different' ? facetChanges(change.before, change.after) : statementsOf(change),
        with: countKinds(counted.map(objectOf)),
        ...placeOf(object),
      },
    ]
  })
  return described.sort(byImportance)
}

/** Relations that are on one side alone: what belongs to them comes and goes with them. */
function wholesIn(changes: readonly Change[]): ReadonlyMap<string, Change> {
  return new Map(
    changes.flatMap((change) => {
      const { kind, relation } = objectOf(change)
      const isWhole = change.state !== 'different' && relation !== null && WHOLE.has(kind)
      return isWhole ? [[`${change.state} ${relation}`, change] as const] : []
    }),
  )
}

const WHOLE: ReadonlySet<ObjectKind> = new Set(['table', 'view', 'materialized view'])

const objectOf = (change: Change): SchemaObject => change.before ?? change.after

/** That owners may do everything with what is theirs needs no line where it comes and goes with the object. */
const isImplied = ({ kind, path }: SchemaObject): boolean => kind === 'privilege' && path.at(-1) === SELF

/** Texts of policies and views on either side: functions that they call decide who sees what. */
function textsThatDecide(objects: readonly SchemaObject[]): (name: string) => boolean {
  const texts = objects.flatMap(({ kind, facets }) => (DECIDING.has(kind) ? Object.values(facets) : []))
  const text = texts.join('\n').replaceAll('"', '')
  const calls = new Set(text.match(/[\w$]+\.[\w$]+\(/g))
  return (name) => calls.has(name) || (!/^[\w$]+\.[\w$]+\($/.test(name) && text.includes(name))
}

const DECIDING: ReadonlySet<ObjectKind> = new Set(['policy', 'view', 'materialized view', 'rule'])

/** What an object on one side alone says: a column's type is in the way of seeing what a policy lets through. */
function statementsOf({ state, before, after }: Change): readonly FacetChange[] {
  const object = before ?? after
  return Object.entries(object.facets)
    .filter(([name]) => TELLING[object.kind]?.includes(name))
    .map(([name, text]) => ({
      name,
      before: state === 'missing' ? text : null,
      after: state === 'extra' ? text : null,
    }))
}

const TELLING: Readonly<Partial<Record<ObjectKind, readonly string[]>>> = {
  policy: ['command', 'kind', 'roles', 'using', 'with check'],
  privilege: ['privileges'],
  'default privilege': ['privileges'],
  column: ['type', 'not null', 'default', 'identity', 'generated'],
  constraint: ['definition'],
  'unique index': ['definition'],
  trigger: ['definition'],
  rule: ['definition'],
  view: ['definition', 'security_invoker'],
  'materialized view': ['definition'],
  function: ['security', 'settings', 'body'],
  'row security': ['enabled', 'forced'],
  role: ['superuser', 'bypasses row security'],
  membership: ['inherits', 'becomes'],
  enum: ['labels'],
  bucket: ['public'],
}

function countKinds(objects: readonly SchemaObject[]): readonly string[] {
  return OBJECT_KINDS.flatMap((kind) => {
    const number = objects.filter((object) => object.kind === kind).length
    return number === 0 ? [] : [`${number} ${number === 1 ? kind : pluralOf(kind)}`]
  })
}

function pluralOf(kind: ObjectKind): string {
  if (kind === 'unique index') return 'unique indexes'
  return kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`
}

function byImportance(a: Difference, b: Difference): number {
  const keys = ({ weight, relation, kind, name }: Difference): readonly string[] => [
    weight,
    relation ?? '',
    String(OBJECT_KINDS.indexOf(kind)).padStart(2, '0'),
    name,
  ]
  const [left, right] = [keys(a).join('\0'), keys(b).join('\0')]
  return left < right ? -1 : Number(left > right)
}
