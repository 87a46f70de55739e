import type { CallObservation, RowChange } from '../domain/call.ts'
import { relationByOid } from '../domain/catalog.ts'
import type { Routine } from '../domain/catalog.ts'
import { columnKey } from '../domain/ownership.ts'
import { grantsByName } from '../domain/privileged-names.ts'
import { tieOf } from '../domain/population.ts'
import type { Actor } from '../domain/population.ts'
import type { Severity } from '../domain/vocabulary.ts'
import type { JudgeInput } from './input.ts'

interface Raised {
  readonly what: string
  readonly severity?: Severity
}

/** Rights that the caller gave itself: labels that policies ask for, or more in a column that is called like a right. */
export function raisedBy(
  input: JudgeInput,
  routine: Routine,
  call: CallObservation,
  change: RowChange,
  actor: Actor,
): Raised | null {
  if (change.kind === 'deleted' || tieOf(change.row, actor) !== 'own') return null
  const relation = relationByOid(input.catalog, change.relation)
  const where = `in ${relation?.qualified ?? ''}`
  const right = input.model.privileges.find((one) => one.relation === change.relation)
  if (right && change.kind === 'inserted') return { what: `gave itself a right by a row ${where}` }
  const raised = change.columns.find(
    ({ name, after }) =>
      right?.labels[name]?.includes(String(after)) ||
      isMembersRole(input, change.relation, name, after, actor),
  )
  if (raised)
    return { what: `set ${raised.name} to ${String(raised.after)}, which policies ask for, ${where}` }
  const named = change.columns.find(
    (column) =>
      relation && grantsByName(relation, column.name) && isMore(column) && isChosen(routine, call, column),
  )
  return named && describesUser(input, change.relation)
    ? { what: `set ${named.name} to ${String(named.after)} ${where}`, severity: 'warning' }
    : null
}

/** A role in the tenant that policies ask for, in the row of its least member. */
function isMembersRole(
  { model }: JudgeInput,
  relation: number,
  column: string,
  after: unknown,
  actor: Actor,
): boolean {
  const isRole = model.tenants.some(({ memberships }) =>
    memberships.some((one) => one.relation === relation && one.roleColumn === column),
  )
  return (
    isRole &&
    actor.name === 'bob' &&
    (model.literals.get(columnKey(relation, column)) ?? []).includes(String(after))
  )
}

type Column = RowChange['columns'][number]

const isMore = ({ before, after }: Column): boolean =>
  typeof before === 'number' && typeof after === 'number' ? after > before : after !== false && after !== null

/** The caller said what is written, or how much: nobody but the caller decided it. */
function isChosen({ arguments: given }: Routine, { statement }: CallObservation, column: Column): boolean {
  const { before, after } = column
  if (given.length === 0) return false
  const step = typeof before === 'number' && typeof after === 'number' ? after - before : undefined
  return [after, step].some((value) => value !== undefined && statement.includes(`'${String(value)}'`))
}

/** One row per user: it says what the user is. */
function describesUser({ model, catalog }: JudgeInput, oid: number): boolean {
  if (model.userRoots.some(({ relation }) => relation === oid)) return true
  const keys = relationByOid(catalog, oid)?.keys ?? []
  return (model.ownerships.get(oid)?.owners ?? []).some(
    ({ steps, column }) =>
      steps.length === 0 &&
      keys.some(({ columns, partial }) => !partial && columns.length === 1 && columns[0] === column),
  )
}
