import type { Catalog, Column, Relation } from '../domain/catalog.ts'
import type { Expectation } from '../domain/expectation.ts'
import { columnKey } from '../domain/ownership.ts'
import type { Model, PathStep } from '../domain/ownership.ts'
import { tieOf } from '../domain/population.ts'
import type { Probe } from '../domain/probe.ts'
import type { Actor, Population, SeededRow, Values } from '../domain/population.ts'
import { COMMANDS } from '../domain/vocabulary.ts'
import { fixedAssignments, neutralAssignment, seenTrial, unseenTrial } from './change.ts'
import { insertTrial, sparesOf } from './insert.ts'
import { readTrial } from './read.ts'
import { identityColumns, targetOf } from './target.ts'
import type { Target } from './target.ts'
import type { Trial } from './trial.ts'

/** What every trial of a relation is planned from. */
export interface Scene {
  readonly catalog: Catalog
  readonly model: Model
  readonly population: Population
  /** columns that policies compare with the session's user, by relation */
  readonly comparedColumns: ReadonlyMap<number, readonly string[]>
}

/** All trials on one relation, in the order in which they are run. Commands that are closed to the API are not tried. */
export function planRelation(
  scene: Scene,
  relation: Relation,
  expectations: readonly Expectation[],
): readonly Trial[] {
  const target = targetOf(scene.catalog, scene.model, relation)
  const open = new Set(
    expectations
      .filter((one) => one.relation === relation.oid && !closedByCatalog(one))
      .map(({ command }) => command),
  )
  return scene.population.actors
    .filter(({ name }) => name !== 'service')
    .flatMap((actor) =>
      COMMANDS.filter((command) => open.has(command)).flatMap((command) =>
        planCommand(scene, target, actor, command),
      ),
    )
}

/** Privileges and the kind of relation close a command beyond doubt; whether policies do is tried. */
export const closedByCatalog = ({ closedBy }: Expectation): boolean =>
  closedBy !== null && !closedBy.startsWith('no policy')

function planCommand(
  scene: Scene,
  target: Target,
  actor: Actor,
  command: (typeof COMMANDS)[number],
): readonly Trial[] {
  switch (command) {
    case 'select':
      return [readTrial(target, actor)]
    case 'insert':
      return planInserts(scene, target, actor)
    case 'update':
      return planUpdates(scene, target, actor)
    case 'delete':
      return planDeletes(scene, target, actor)
  }
}

const MOST_SPARES = 4

/** Victims whose rows stand for everybody's: one who shares the actor's tenant, one who shares nothing. */
function victimsOf({ population }: Scene, actor: Actor): readonly Actor[] {
  return population.actors.filter(
    ({ name, user }) => ['alice', 'carol'].includes(name) && user !== actor.user,
  )
}

function planInserts(scene: Scene, target: Target, actor: Actor): readonly Trial[] {
  const spares = scene.population.spares.get(target.base.oid) ?? []
  // nobody can mint a token without a subject: what such a session reads shows how policies treat NULL, what it would forge says little
  if (actor.user === null && actor.role !== 'anon') return []
  if (target.ownership === undefined || target.ownership.kind === 'shared')
    return compact(
      sparesOf(spares, null, 2).map((payload) => insertTrial(target, actor, 'insert unowned', '', payload)),
    )
  const own = sparesOf(spares, actor.name.replace(/ \(.*/, ''), MOST_SPARES)
  const trials = own.map((payload) =>
    insertTrial(target, actor, 'insert own', '', payload, identityColumns(target.ownership)),
  )
  if (actor.purpose === 'control') {
    // staff own nothing here: what they may do is seen on somebody's row
    const anybodys = own.length > 0 ? [] : sparesOf(spares, 'alice', 1)
    return compact([
      ...trials,
      ...anybodys.map((payload) =>
        insertTrial(target, actor, 'insert as another', 'alice', payload, identityColumns(target.ownership)),
      ),
    ])
  }
  for (const victim of victimsOf(scene, actor)) {
    const theirs = sparesOf(spares, victim.name, MOST_SPARES)
    for (const payload of theirs) trials.push(...copies(scene, target, actor, victim, payload))
    if (theirs[0] && actor.user !== null) trials.push(...forgeries(target, actor, victim, theirs[0], own[0]))
  }
  if (own[0])
    for (const { values, below, detail } of strangersParents(scene, target, actor))
      trials.push(
        hung(
          insertTrial(
            target,
            actor,
            'insert below another’s row',
            detail,
            { ...own[0], ...values },
            Object.keys(values),
          ),
          below,
        ),
      )
  return compact(trials)
}

const hung = (trial: Trial | null, below: Probe['below']): Trial | null =>
  trial && below ? { ...trial, probe: { ...trial.probe, below } } : trial

const MOST_PARENTS = 3

/** Rows of strangers that a row could be hung below, through keys that do not decide whose the row itself is. */
function strangersParents(
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

/** The victim's row as it is; and with the columns that policies look at set to oneself, whatever they hold. */
function copies(
  scene: Scene,
  target: Target,
  actor: Actor,
  victim: Actor,
  theirs: Values,
): readonly (Trial | null)[] {
  const identity = identityColumns(target.ownership)
  const compared = (scene.comparedColumns.get(target.base.oid) ?? []).filter(
    (name) => !identity.includes(name),
  )
  const copy = insertTrial(target, actor, 'insert as another', victim.name, theirs, identity)
  if (actor.user === null || compared.length === 0) return [copy]
  const asMe = Object.fromEntries(compared.map((name) => [name, actor.user]))
  const detail = `${victim.name}, own ${compared.join(', ')}`
  return [
    copy,
    insertTrial(target, actor, 'insert as another', detail, { ...theirs, ...asMe }, [
      ...identity,
      ...compared,
    ]),
  ]
}

/** The own row with one identity column at a time taken from the victim's. */
function forgeries(
  target: Target,
  actor: Actor,
  victim: Actor,
  theirs: Values,
  own: Values | undefined,
): readonly (Trial | null)[] {
  const identity = identityColumns(target.ownership)
  return identityGroups(target, identity).map(({ kind, columns }) => {
    const payload = { ...(own ?? theirs), ...mineOf(target, actor, own), ...pick(theirs, columns) }
    return insertTrial(
      target,
      actor,
      ATTEMPTS_OF[kind],
      `${victim.name}’s ${columns.join(', ')}`,
      payload,
      identity,
    )
  })
}

const ATTEMPTS_OF = {
  user: 'insert as another',
  tenant: 'insert into another tenant',
  parent: 'insert below another’s row',
} as const

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
  for (const { steps, column } of ownership?.tenants ?? []) add('tenant', steps[0], column)
  return [...groups.values()]
}

const pick = (values: Values, columns: readonly string[]): Values =>
  Object.fromEntries(columns.flatMap((name) => (name in values ? [[name, values[name]]] : [])))

/** Identity columns with the actor's own values: from a row of the actor's, or the key alone. */
function mineOf(target: Target, actor: Actor, own: Values | undefined): Values {
  const direct = (target.ownership?.owners ?? [])
    .filter(({ steps }) => steps.length === 0)
    .map(({ column }) => column)
  const authors = (target.ownership?.authors ?? []).map(({ column }) => column)
  const references = target.base.foreignKeys.flatMap(({ columns }) => columns)
  return {
    ...pick(own ?? {}, [...identityColumns(target.ownership), ...references]),
    ...Object.fromEntries([...direct, ...authors].map((name) => [name, actor.user])),
  }
}

function planUpdates(scene: Scene, target: Target, actor: Actor): readonly Trial[] {
  const rows = scene.population.rows.get(target.base.oid) ?? []
  const own = rows.filter((row) => tieOf(row, actor) === 'own')
  const others = rows.filter((row) => tieOf(row, actor) !== 'own')
  const avoid = new Set([
    ...identityColumns(target.ownership),
    ...(scene.comparedColumns.get(target.base.oid) ?? []),
  ])
  const seen = neutralAssignment(target, actor.role, avoid, own.length > 0 ? own : rows, false)
  const unseen = neutralAssignment(target, actor.role, avoid, own.length > 0 ? own : rows, true)
  if (!seen) return []
  const shape = { command: 'update' as const, detail: seen.name }
  const trials: (Trial | null)[] = [
    seenTrial(target, actor, { ...shape, attempt: 'update own', assignments: [seen], rows: own }),
    own.length > 0 && unseen
      ? unseenTrial(target, actor, { ...shape, attempt: 'update own', assignments: [unseen], rows: own })
      : null,
  ]
  if (actor.purpose === 'control')
    return compact([
      ...trials,
      seenTrial(target, actor, { ...shape, attempt: 'update others', assignments: [seen], rows: others }),
    ])
  trials.push(
    seenTrial(target, actor, { ...shape, attempt: 'update others', assignments: [seen], rows: others }),
  )
  if (unseen)
    trials.push(
      unseenTrial(target, actor, {
        ...shape,
        attempt: 'update others unseen',
        assignments: [unseen],
        rows: others,
      }),
    )
  trials.push(
    ...takeOvers(target, actor, own, others),
    ...giveAways(scene, target, actor, own),
    ...moves(scene, target, actor, own),
    ...raises(scene, target, actor, own),
  )
  return compact(trials)
}

/** Another's row with its identity columns set to the actor's own. */
function takeOvers(
  target: Target,
  actor: Actor,
  own: readonly SeededRow[],
  others: readonly SeededRow[],
): readonly (Trial | null)[] {
  if (actor.user === null || others.length === 0) return []
  const mine = mineOf(target, actor, own[0]?.values)
  const identity = identityColumns(target.ownership)
  const direct = (target.ownership?.owners ?? [])
    .filter(({ steps }) => steps.length === 0)
    .map(({ column }) => column)
  const choices = [direct, identity].filter(
    (columns) => columns.length > 0 && columns.every((name) => name in mine),
  )
  const distinct = choices.filter(
    (columns, index) => choices.findIndex((one) => one.join() === columns.join()) === index,
  )
  return distinct.flatMap((columns) => {
    const assignments = fixedAssignments(target, actor.role, pick(mine, columns))
    if (!assignments) return []
    const shape = { command: 'update' as const, detail: columns.join(', '), assignments, rows: others }
    return [
      seenTrial(target, actor, { ...shape, attempt: 'take over' }),
      unseenTrial(target, actor, { ...shape, attempt: 'take over unseen' }),
    ]
  })
}

const MOST_GIVEN = 3

/** An own row handed to somebody else, one identity column at a time and all together. */
function giveAways(
  scene: Scene,
  target: Target,
  actor: Actor,
  own: readonly SeededRow[],
): readonly (Trial | null)[] {
  if (actor.user === null || own.length === 0) return []
  const rows = scene.population.rows.get(target.base.oid) ?? []
  const identity = identityColumns(target.ownership)
  return victimsOf(scene, actor).flatMap((victim) => {
    const theirs = rows.find((row) => tieOf(row, victim) === 'own' && tieOf(row, actor) !== 'own')
    if (!theirs) return []
    const groups = identityGroups(target, identity).map(({ columns }) => columns)
    return [...groups, ...(groups.length > 1 ? [identity] : [])].map((columns) => {
      const assignments = fixedAssignments(target, actor.role, pick(theirs.values, columns))
      return (
        assignments &&
        unseenTrial(target, actor, {
          command: 'update',
          attempt: 'give away',
          detail: `${columns.join(', ')} to ${victim.name}`,
          assignments,
          rows: own.slice(0, MOST_GIVEN),
        })
      )
    })
  })
}

/** The own row hung below a stranger's. */
function moves(
  scene: Scene,
  target: Target,
  actor: Actor,
  own: readonly SeededRow[],
): readonly (Trial | null)[] {
  if (own.length === 0) return []
  return strangersParents(scene, target, actor).map(({ values, below, detail }) => {
    const assignments = fixedAssignments(target, actor.role, values)
    return hung(
      assignments &&
        unseenTrial(target, actor, {
          command: 'update',
          attempt: 'give away',
          detail,
          assignments,
          rows: own.slice(0, MOST_GIVEN),
        }),
      below,
    )
  })
}

/** The own row with a label that policies ask for, or with a value in a column whose name says that it grants something. */
function raises(
  scene: Scene,
  target: Target,
  actor: Actor,
  own: readonly SeededRow[],
): readonly (Trial | null)[] {
  if (own.length === 0) return []
  return raisedValues(scene, target, actor).flatMap(({ column, value, detail }) => {
    const rows = own.filter(({ values }) => values[column] !== value)
    const assignments = fixedAssignments(target, actor.role, { [column]: value })
    const trial =
      rows.length > 0 && assignments
        ? seenTrial(target, actor, {
            command: 'update',
            attempt: 'raise own rights',
            detail,
            assignments,
            rows,
          })
        : null
    return trial ? [{ ...trial, wanted: { [column]: value } }] : []
  })
}

interface Raised {
  readonly column: string
  readonly value: unknown
  readonly detail: string
}

function raisedValues({ model }: Scene, { base }: Target, actor: Actor): readonly Raised[] {
  const asked = model.privileges.find(({ relation }) => relation === base.oid)?.labels ?? {}
  const roles = model.tenants
    .flatMap(({ memberships }) => memberships)
    .filter(({ relation }) => relation === base.oid)
  // whoever administers a tenant may well set roles in it; its least member may not
  const ofMembers =
    actor.name === 'bob'
      ? roles.flatMap(({ roleColumn }) =>
          roleColumn === null
            ? []
            : [[roleColumn, model.literals.get(columnKey(base.oid, roleColumn)) ?? []] as const],
        )
      : []
  const trusted = [...Object.entries(asked), ...ofMembers].flatMap(([column, labels]) =>
    labels.map((value) => ({ column, value, detail: `${column} = ${value}, which policies ask for` })),
  )
  if (!model.userRoots.some(({ relation }) => relation === base.oid) && !hasOneRowEach(base, model))
    return trusted
  return [
    ...trusted,
    ...base.columns
      .filter(({ name }) => grantsByName(name) && !trusted.some(({ column }) => column === name))
      .flatMap((column) => namedRaise(base, column)),
  ]
}

/** A relation with one row per user says what the user is. */
function hasOneRowEach(base: Relation, model: Model): boolean {
  const owners = model.ownerships.get(base.oid)?.owners ?? []
  return owners.some(
    ({ steps, column }) =>
      steps.length === 0 &&
      base.keys.some(({ columns, partial }) => !partial && columns.length === 1 && columns[0] === column),
  )
}

const grantsByName = (name: string): boolean =>
  /^(is_?)?(super_?)?(admin|staff|moderator|premium|superuser)$|^(user_?|account_?|subscription_?)?(role|plan|tier)$|^(credits?|balance|permissions?)$/i.test(
    name,
  )

/** A label that is not the first, true, or more: whatever differs from what everybody starts with. */
function namedRaise(base: Relation, column: Column): readonly Raised[] {
  const labels =
    column.labels ??
    base.checks
      .filter(({ columns }) => columns.length === 1 && columns[0] === column.name)
      .flatMap(({ expression }) =>
        [...expression.matchAll(/'((?:[^']|'')*)'::/g)].map((match) => match[1] ?? ''),
      )
  const value =
    labels.length > 0
      ? labels.at(-1)
      : column.baseType === 'bool'
        ? true
        : /^(int|numeric|float)/.test(column.baseType)
          ? 1_000_000
          : /^(text|varchar)$/.test(column.baseType) && !column.array
            ? 'admin'
            : undefined
  return value === undefined
    ? []
    : [{ column: column.name, value, detail: `${column.name} = ${String(value)}` }]
}

function planDeletes(scene: Scene, target: Target, actor: Actor): readonly Trial[] {
  const rows = scene.population.rows.get(target.base.oid) ?? []
  const own = rows.filter((row) => tieOf(row, actor) === 'own')
  const others = rows.filter((row) => tieOf(row, actor) !== 'own')
  const shape = { command: 'delete' as const, detail: '', assignments: [] }
  const trials = [
    seenTrial(target, actor, { ...shape, attempt: 'delete own', rows: own }),
    seenTrial(target, actor, { ...shape, attempt: 'delete others', rows: others }),
  ]
  if (actor.purpose === 'control') return compact(trials)
  return compact([
    ...trials,
    unseenTrial(target, actor, {
      ...shape,
      attempt: others.length > 0 ? 'delete others unseen' : 'delete own',
      rows: others.length > 0 ? others : own,
    }),
  ])
}

const compact = (trials: readonly (Trial | null)[]): readonly Trial[] => trials.filter((one) => one !== null)
