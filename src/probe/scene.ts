import type { Catalog } from '../domain/catalog.ts'
import type { Model, PathStep } from '../domain/ownership.ts'
import { tieOf } from '../domain/population.ts'
import type { Probe } from '../domain/probe.ts'
import { withKey } from '../domain/column-form.ts'
import type { Actor, ForgerySource, Population, Values } from '../domain/population.ts'
import { identityColumns } from './target.ts'
import type { Target } from './target.ts'
import type { Trial } from './trial.ts'

/** What every trial of a relation is planned from. */
export interface Scene {
  readonly catalog: Catalog
  readonly model: Model
  readonly population: Population
  /** columns that policies compare with the session's user, by relation */
  readonly comparedColumns: ReadonlyMap<number, readonly string[]>
  /** whether what decides about a relation reads something that callers write */
  readonly believes: (relation: number, source: ForgerySource) => boolean
}

/** Victims whose rows stand for everybody's: one who shares the actor's tenant, one who shares nothing. */
export function victimsOf({ population }: Scene, actor: Actor): readonly Actor[] {
  return population.actors.filter(
    ({ name, user }) => ['alice', 'carol'].includes(name) && user !== actor.user,
  )
}

export const hung = (trial: Trial | null, below: Probe['below']): Trial | null =>
  trial && below ? { ...trial, probe: { ...trial.probe, below } } : trial

const MOST_PARENTS = 3

/** Rows of strangers that a row could be hung below, through keys that do not decide whose the row itself is. */
export function strangersParents(
  scene: Scene,
  target: Target,
  actor: Actor,
): readonly {
  readonly values: Values
  readonly below: NonNullable<Probe['below']>
  readonly detail: string
}[] {
  const identity = new Set(identityColumns(target.ownership))
  const authors = new Set((target.ownership?.authors ?? []).map(({ column }) => column))
  const people = new Set(scene.model.userRoots.map(({ relation }) => relation))
  return target.base.foreignKeys.flatMap((key) => {
    const parent = scene.model.ownerships.get(key.target)
    if (!parent || parent.kind === 'shared' || people.has(key.target) || key.target === target.base.oid)
      return []
    if (key.columns.some((name) => identity.has(name) || authors.has(name))) return []
    const rows = (scene.population.rows.get(key.target) ?? []).filter(
      (row) => tieOf(row, actor) === 'foreign',
    )
    return rows.slice(0, MOST_PARENTS).map((row) => ({
      values: Object.fromEntries(
        key.columns.map((name, index) => [name, row.values[key.targetColumns[index] ?? '']]),
      ),
      below: { relation: key.target, place: row.place },
      detail: `${key.columns.join(', ')} → ${key.targetName}`,
    }))
  })
}

export interface IdentityGroup {
  readonly kind: 'user' | 'tenant' | 'parent'
  readonly columns: readonly string[]
}

/** Identity columns that make sense only together: those of one foreign key, or one column. */
export function identityGroups({ ownership }: Target, identity: readonly string[]): readonly IdentityGroup[] {
  const groups = new Map<string, IdentityGroup>()
  const add = (kind: IdentityGroup['kind'], step: PathStep | undefined, column: string): void => {
    const columns = step?.columns ?? [column]
    if (columns.every((name) => identity.includes(name)))
      groups.set(columns.join(), { kind: step ? 'parent' : kind, columns })
  }
  for (const { steps, column } of ownership?.owners ?? []) add('user', steps[0], column)
  for (const { steps, column, self } of ownership?.tenants ?? []) if (!self) add('tenant', steps[0], column)
  return [...groups.values()]
}

export const pick = (values: Values, columns: readonly string[]): Values =>
  Object.fromEntries(columns.flatMap((name) => (name in values ? [[name, values[name]]] : [])))

/** Identity columns with the actor's own values: from a row of the actor's, or the key alone. */
export function mineOf(target: Target, actor: Actor, own: Values | undefined): Values {
  const direct = (target.ownership?.owners ?? [])
    .filter(({ steps }) => steps.length === 0)
    .map(({ column }) => column)
  const authors = (target.ownership?.authors ?? []).map(({ column }) => column)
  const references = target.base.foreignKeys.flatMap(({ columns }) => columns)
  return {
    ...pick(own ?? {}, [...identityColumns(target.ownership), ...references]),
    ...Object.fromEntries(
      [...direct, ...authors].map((name) => [name, keyFor(target, name, actor, own?.[name])]),
    ),
  }
}

export const compact = (trials: readonly (Trial | null)[]): readonly Trial[] =>
  trials.filter((one) => one !== null)

/** What stands for the actor in a user column: the key, alone or beside what the column holds, a list of it, or the e-mail address. */
export function keyFor(
  { base, emailColumns, ownership }: Target,
  name: string,
  actor: Actor,
  otherwise?: unknown,
): unknown {
  const value = emailColumns.has(name) ? (actor.claims['email'] ?? actor.user) : actor.user
  const form = [...(ownership?.owners ?? []), ...(ownership?.authors ?? [])].find(
    ({ steps, column }) => steps.length === 0 && column === name,
  )?.form
  if (form) return withKey(form, value, otherwise)
  return base.columns.some((column) => column.name === name && column.array) ? [value] : value
}
