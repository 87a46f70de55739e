import type { Column, Relation } from '../domain/catalog.ts'
import { labelsOf } from '../domain/catalog.ts'
import { grantsByName, isEntitlement } from '../domain/privileged-names.ts'
import { columnKey } from '../domain/ownership.ts'
import type { Membership, Model } from '../domain/ownership.ts'
import type { Actor, SeededRow, Values } from '../domain/population.ts'
import { quoteLiteral } from '../sql/quote.ts'
import { fixedAssignments, seenTrial } from './change.ts'
import { insertTrial } from './insert.ts'
import type { Scene } from './scene.ts'
import { identityColumns } from './target.ts'
import type { Target } from './target.ts'
import type { Trial } from './trial.ts'

/** The own row with a label that policies ask for, or with a value in a column whose name says that it grants something. */
export function raises(
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
  const ofMembers = actor.name === 'bob' && roles.length > 0 ? rightsOfMembers(model, base, roles) : []
  const trusted = [...Object.entries(asked), ...ofMembers].flatMap(([column, labels]) =>
    labels.map((label) => ({
      column,
      value: typed(base, column, label),
      detail: `${column} = ${label}, which policies ask for`,
    })),
  )
  if (
    !isEntitlement(base) &&
    !model.userRoots.some(({ relation }) => relation === base.oid) &&
    !hasOneRowEach(base, model)
  )
    return trusted
  return [
    ...trusted,
    ...namedRaises(base).filter((one) => !trusted.some(({ column }) => column === one.column)),
  ]
}

const namedRaises = (base: Relation): readonly Raised[] =>
  base.columns.filter(({ name }) => grantsByName(base, name)).flatMap((column) => namedRaise(base, column))

/** A row of one's own that says that something was paid for. */
export function raisedInserts(
  target: Target,
  actor: Actor,
  own: readonly Values[],
): readonly (Trial | null)[] {
  const { base } = target
  const [payload] = own
  if (!payload || !isEntitlement(base)) return []
  return base.columns
    .filter(({ name }) => grantsByName(base, name))
    .flatMap((column) => {
      const raised = namedRaise(base, column)[0]
      if (!raised) return []
      const wanted = { [raised.column]: raised.value }
      const trial = insertTrial(target, actor, 'raise own rights', raised.detail, { ...payload, ...wanted }, [
        ...identityColumns(target.ownership),
        raised.column,
      ])
      return trial ? [{ ...trial, wanted }] : []
    })
}

/** Roles that policies ask for, and flags that make a member an administrator. */
function rightsOfMembers(
  model: Model,
  base: Relation,
  roles: readonly Membership[],
): readonly (readonly [string, readonly string[]])[] {
  const flags = base.columns.filter(({ name, baseType }) => baseType === 'bool' && grantsByName(base, name))
  return [
    ...roles.flatMap(({ roleColumn }) =>
      roleColumn === null ? [] : [[roleColumn, rolesIn(model, base, roleColumn)] as const],
    ),
    ...flags.map(({ name }) => [name, ['true']] as const),
  ]
}

/** Roles that policies ask for; where they hand them to functions, all that the column takes. */
function rolesIn(model: Model, base: Relation, name: string): readonly string[] {
  const asked = model.literals.get(columnKey(base.oid, name)) ?? []
  const column = base.columns.find((one) => one.name === name)
  return asked.length > 0 || !column ? asked : labelsOf(base, column)
}

/** A flag is asked for as the text `true`. */
function typed(base: Relation, column: string, label: string): unknown {
  return base.columns.some(({ name, baseType }) => name === column && baseType === 'bool')
    ? label === 'true'
    : label
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

/** Whatever differs from what the row has: another label, true, more, later. */
function namedRaise(base: Relation, column: Column): readonly Raised[] {
  const labels = labelsOf(base, column)
  // what every row begins with is no more than anybody has
  const higher = labels.filter((label) => !(column.default ?? '').startsWith(quoteLiteral(label)))
  const values = labels.length > 0 ? higher : [grantOf(column)].filter((value) => value !== undefined)
  return values.map((value) => ({ column: column.name, value, detail: `${column.name} = ${String(value)}` }))
}

function grantOf(column: Column): string | number | boolean | undefined {
  if (column.array) return undefined
  if (column.baseType === 'bool') return true
  if (/^(int|numeric|float)/.test(column.baseType)) return 1_000_000
  if (/^(timestamp|timestamptz|date)$/.test(column.baseType)) return '2099-01-01'
  if (!/^(text|varchar)$/.test(column.baseType)) return undefined
  if (/role$|permissions?$/i.test(column.name)) return 'admin'
  return /plan$|tier$/i.test(column.name) ? 'premium' : 'active'
}
