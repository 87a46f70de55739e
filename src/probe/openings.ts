import type { Relation } from '../domain/catalog.ts'
import type { Ascent, AscentKind } from '../domain/ascent.ts'
import { tieOf } from '../domain/population.ts'
import type { Actor, Values } from '../domain/population.ts'
import { fixedAssignments, seenTrial, unseenTrial } from './change.ts'
import { gatesOf } from './gates.ts'
import type { Gate } from './gates.ts'
import type { Shown } from './observe.ts'
import { insertTrial, sparesOf } from './insert.ts'
import { keyFor } from './scene.ts'
import type { Scene } from './scene.ts'
import { identityColumns } from './target.ts'
import type { Target } from './target.ts'
import type { Trial } from './trial.ts'

/** A statement that may open something, with what it is. */
export interface Opening {
  readonly trial: Trial
  readonly kind: AscentKind
  readonly detail: string
  readonly rights: boolean
  readonly names: Ascent['names']
  readonly free: boolean
  /** openings that differ in one gate alone share it: what all of them open, no gate guards */
  readonly group: string
}

const MOST_PAYLOADS = 3

/**
 * Rows that name the actor beside what is a stranger's, with every value of every gate: a membership in the stranger's
 * tenant, a share of the stranger's document, a request that is its own approval.
 */
export function grants(scene: Scene, target: Target, actor: Actor, victim: Actor): readonly Opening[] {
  const users = userColumns(target)
  const spares = scene.population.spares.get(target.base.oid) ?? []
  const payloads = sparesOf(spares, victim.name, MOST_PAYLOADS)
  const anybodys = payloads.length > 0 ? payloads : sparesOf(spares, null, 1)
  return users.slice(0, 3).flatMap((mine) =>
    anybodys.flatMap((payload, index) => {
      const named = { ...payload, ...asParties(target, users, mine, actor, victim) }
      const forced = [...new Set([...identityColumns(target.ownership), ...users])]
      const make = (values: Values, gate: string | null): Opening[] => {
        const changed = Object.keys(values)
        const detail = [
          `own ${mine}, ${victim.name}’s row`,
          ...changed.map((name) => `${name} = ${String(values[name])}`),
        ].join(', ')
        const row = { ...named, ...values }
        const trial = insertTrial(target, actor, 'insert as another', detail, row, [...forced, ...changed])
        if (!trial) return []
        const names = namedRows(scene, target, actor, row)
        const group = `${mine} ${index} ${gate ?? ''}`
        return [{ trial, kind: 'grant', detail, rights: false, names, free: isFollowing(target.base), group }]
      }
      return [
        ...make({}, null),
        ...gatesOf(target.base, scene.model).flatMap(({ column, values }) =>
          values.flatMap((value) => make({ [column]: value }, column)),
        ),
      ]
    }),
  )
}

/** Columns of the row itself that name users, makers left out; or whom it is for by the address alone. */
function userColumns({ ownership, emailColumns }: Target): readonly string[] {
  const owners = (ownership?.owners ?? [])
    .filter(({ steps }) => steps.length === 0)
    .map(({ column }) => column)
  return owners.length > 0 ? owners : [...emailColumns]
}

/** The actor in one user column, the victim in the others; whoever makes the row is its author. */
function asParties(
  target: Target,
  users: readonly string[],
  mine: string,
  actor: Actor,
  victim: Actor,
): Values {
  const authors = (target.ownership?.authors ?? []).filter(({ steps }) => steps.length === 0)
  const nameOf = (column: string, who: Actor): unknown => keyFor(target, column, who)
  return Object.fromEntries([
    ...[...target.emailColumns].map((column) => [column, nameOf(column, actor)]),
    ...users.map((column) => [column, nameOf(column, column === mine ? actor : victim)]),
    ...authors.map(({ column }) => [column, nameOf(column, actor)]),
  ])
}

/** Strangers' rows that a row refers to. */
function namedRows(scene: Scene, { base }: Target, actor: Actor, row: Values): Ascent['names'] {
  return base.foreignKeys.flatMap(({ target, columns, targetColumns }) => {
    const found = (scene.population.rows.get(target) ?? []).find(({ values }) =>
      columns.every((name, index) => String(values[targetColumns[index] ?? '']) === String(row[name])),
    )
    const isPerson = scene.model.userRoots.some(({ relation }) => relation === target)
    return found && !isPerson && tieOf(found, actor) === 'foreign'
      ? [{ relation: target, place: found.place }]
      : []
  })
}

/** A write of the plain battery that got through. */
export function probedOpening(scene: Scene, { trial }: Shown): Opening {
  const { attempt, detail } = trial.probe
  return {
    trial,
    kind: attempt === 'raise own rights' ? 'raise' : 'probed',
    detail,
    rights: false,
    names: trial.payload === null ? [] : namedRows(scene, trial.target, trial.actor, trial.payload),
    free: trial.payload !== null && isFollowing(trial.target.base),
    group: '',
  }
}

const isFollowing = ({ name }: Relation): boolean =>
  /follow|subscri|fan|like|favou?rite|bookmark|star|watch/i.test(name)

/** The own row with another value in one of its gates; put back into force where it was out of it. */
export function changes(scene: Scene, target: Target, actor: Actor): readonly Opening[] {
  const own = (scene.population.rows.get(target.base.oid) ?? []).filter(
    (row) => actor.user !== null && row.owners.includes(actor.user),
  )
  if (own.length === 0) return []
  const opened = gatesOf(target.base, scene.model).flatMap((gate) =>
    gate.values.flatMap((value) => {
      const rows = own.filter(({ values }) => values[gate.column] !== value)
      const before = rows[0]?.values[gate.column]
      if (rows.length === 0 || isInvitation(target.base, gate, before)) return []
      return changed(
        target,
        actor,
        { [gate.column]: value },
        rows,
        isInForce(rows, actor) ? 'raise' : 'revival',
      )
    }),
  )
  return [...opened, ...otherRoles(scene, target, actor, own)]
}

/** The own row with another key to what is nobody's: a role whose rights stand in a table of their own. */
function otherRoles(
  scene: Scene,
  target: Target,
  actor: Actor,
  own: Parameters<typeof seenTrial>[2]['rows'],
): readonly Opening[] {
  const { model, population } = scene
  const tenants = new Set(model.tenants.map(({ relation }) => relation))
  return target.base.foreignKeys.flatMap(({ target: to, columns, targetColumns }) => {
    const [column] = columns
    const [key] = targetColumns
    const isRole = model.ownerships.get(to)?.kind === 'shared' && !tenants.has(to)
    if (!isRole || columns.length > 1 || column === undefined || key === undefined) return []
    return (population.rows.get(to) ?? []).slice(0, MOST_ROLES).flatMap(({ values }) => {
      const rows = own.filter((row) => row.values[column] !== values[key])
      return rows.length > 0 ? changed(target, actor, { [column]: values[key] }, rows, 'raise', true) : []
    })
  })
}

const MOST_ROLES = 4

/** The statement with a WHERE, and without one: what is not shown cannot be named. */
export function changed(
  target: Target,
  actor: Actor,
  values: Values,
  rows: Parameters<typeof seenTrial>[2]['rows'],
  kind: AscentKind,
  rights = false,
): readonly Opening[] {
  const assignments = fixedAssignments(target, actor.role, values)
  if (!assignments) return []
  const detail = Object.entries(values)
    .map(([name, value]) => `${name} = ${String(value)}`)
    .join(', ')
  const shape = {
    command: 'update' as const,
    attempt: 'raise own rights' as const,
    detail,
    assignments,
    rows,
  }
  return [seenTrial(target, actor, shape), unseenTrial(target, actor, shape)].flatMap((trial) =>
    trial ? [{ trial, kind, detail, rights, names: [], free: false, group: '' }] : [],
  )
}

/** A member that is no longer or not yet in force is a stranger to the tenant of his membership. */
const isInForce = (rows: Parameters<typeof seenTrial>[2]['rows'], actor: Actor): boolean =>
  rows.some(({ tenants }) => tenants.length === 0 || tenants.some((name) => actor.tenants.includes(name)))

/** Whoever was invited may accept: that the row waits for its own user is what its names say. */
function isInvitation(base: Relation, { column }: Gate, before: unknown): boolean {
  if (/accept/i.test(column) && (before === null || before === false)) return true
  if (typeof before !== 'string') return false
  const invites = base.columns.some(({ name }) => /invit/i.test(name))
  return /^invit/i.test(before) || (/^(pending|sent|open|offered)$/i.test(before) && invites)
}
