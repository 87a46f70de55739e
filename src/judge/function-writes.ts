import type { CallObservation, RowChange } from '../domain/call.ts'
import type { Routine } from '../domain/catalog.ts'
import { standingOf, tieOf } from '../domain/population.ts'
import type { Actor } from '../domain/population.ts'
import type { Severity, Tie } from '../domain/vocabulary.ts'
import { includes } from '../domain/vocabulary.ts'
import { upperOf } from './function-reads.ts'
import type { Reached } from './function-reads.ts'
import { raisedBy } from './function-raises.ts'
import type { JudgeInput } from './input.ts'

/** What a call changed of rows that the caller may not change, and cannot in the tables either. */
export function tiesChanged(
  input: JudgeInput,
  routine: Routine,
  call: CallObservation,
  actor: Actor,
): readonly Reached[] {
  const isSteered = routine.arguments.length > 0
  const founded = foundedBy(input, call)
  const reached = call.changed.map((change): readonly Reached[] => {
    const name = nameOf(input, change)
    const raised = raisedBy(input, routine, call, change, actor)
    if (raised) return [{ code: 'function-write-leak', tie: 'own', raised: true, ...raised }]
    const tie = tieOf(change.row, actor)
    switch (change.kind) {
      case 'updated':
      case 'deleted':
        return altered(input, call, change, actor, isSteered)
      case 'inserted':
        return planted(input, change, tie, actor, name, founded)
    }
  })
  return reached.flatMap((some, at) => {
    const change = call.changed[at]
    return change ? some.map((one): Reached => ({ ...one, proof: { kind: 'changed', change } })) : some
  })
}

function altered(
  input: JudgeInput,
  call: CallObservation,
  change: RowChange,
  actor: Actor,
  isSteered: boolean,
): readonly Reached[] {
  const tie = tieOf(change.row, actor)
  if (tie === 'own' || (change.kind === 'updated' && change.columns.length === 0)) return []
  if (tie === 'unowned' && isCounting(change)) return []
  const command = change.kind === 'deleted' ? 'delete' : 'update'
  if (includes(upperOf(input, change.relation, change.row, command), standingOf(tie, actor))) return []
  if (input.changes(actor.name, change.relation, command, change.row.place)) return []
  if (isPaidBy(input, call, change, actor)) return []
  const columns = change.columns.map((column) => column.name).join(', ')
  return [
    {
      code: 'function-write-leak',
      tie,
      what: `${change.kind} a row of ${nameOf(input, change)}${columns === '' ? '' : ` (${columns})`}`,
      ...severityOf(input, call, change, tie, isSteered),
    },
  ]
}

/** A counter that goes up is meant to be moved by others; upkeep that nobody can steer and that spares some rows may be. */
function severityOf(
  { population }: JudgeInput,
  { changed }: CallObservation,
  change: RowChange,
  tie: Tie,
  isSteered: boolean,
): { readonly severity?: Severity } {
  if (isCounting(change)) return { severity: 'note' }
  const all = population.rows.get(change.relation)?.length ?? 0
  const reached = changed.filter(({ relation, kind }) => relation === change.relation && kind !== 'inserted')
  const isUpkeep = !isSteered && reached.length < all
  return tie === 'unowned' || isUpkeep ? { severity: 'warning' } : {}
}

const nameOf = ({ catalog }: JudgeInput, { relation }: RowChange): string =>
  catalog.relations.find(({ oid }) => oid === relation)?.qualified ?? ''

/** A counter of what others do: up or down by one, with the time of it. Money and stocks are none, whatever the step. */
const isCounting = ({ kind, columns }: RowChange): boolean =>
  kind === 'updated' &&
  columns.some(({ before }) => typeof before === 'number') &&
  columns.every(({ name, before, after }) =>
    typeof before === 'number' && typeof after === 'number'
      ? Math.abs(after - before) <= 1 && !STOCKS.test(name)
      : typeof after === 'string' && /^\d{4}-\d\d-\d\d/.test(after),
  )

const STOCKS = /credit|balance|amount|price|total|token|quota|stock|quantity|qty|seats?|points|coins|limit/i

/** What goes up at somebody else's goes down at the caller's in the same call: that is giving, not taking. */
function isPaidBy(
  { population }: JudgeInput,
  { changed }: CallObservation,
  { relation, columns }: RowChange,
  actor: Actor,
): boolean {
  const isMine = (row: RowChange['row']): boolean =>
    actor.user !== null && tieOf(row, actor) === 'own' && population.rows.has(relation)
  const stepOf = (change: RowChange['columns'][number]): number =>
    Number(change.after) - Number(change.before)
  const numbers = columns.filter(({ before }) => before !== null && Number.isFinite(Number(before)))
  return (
    numbers.length > 0 &&
    numbers.every((column) => {
      const step = stepOf(column)
      const mine = changed.some(
        (other) =>
          other.relation === relation &&
          isMine(other.row) &&
          other.columns.some((one) => one.name === column.name && stepOf(one) === -step),
      )
      return step > 0 && mine
    })
  )
}

/** A new row that stands among somebody else's. */
function planted(
  { model, population }: JudgeInput,
  { relation, row }: RowChange,
  tie: Tie,
  actor: Actor,
  name: string,
  founded: ReadonlySet<string>,
): readonly Reached[] {
  if (tie !== 'foreign' || row.tenants.some((tenant) => founded.has(tenant))) return []
  const isMember = model.tenants.some(({ memberships }) =>
    memberships.some((one) => one.relation === relation),
  )
  const isMine = actor.user !== null && [...row.owners, ...row.authors].includes(actor.user)
  // who writes to somebody names himself; who joins a tenant does, too
  if (isMine && !isMember) return []
  const strangers = row.tenants.filter((tenant) => population.tenants.some((one) => one.name === tenant))
  if (isMember && strangers.length === 0) return []
  return [
    {
      code: 'function-write-leak',
      tie,
      what: `inserted a row into ${name} that ${isMember ? 'makes a member of' : 'belongs to'} somebody else${isMember ? '’s tenant' : ''}`,
      // what a form takes in belongs to whoever put the form up
      ...(isMember || row.owners.length > 0 ? {} : { severity: 'warning' as const }),
    },
  ]
}

/** Tenants that the same call has made: whoever founds one may be in it. */
function foundedBy({ model }: JudgeInput, { changed }: CallObservation): ReadonlySet<string> {
  return new Set(
    changed.flatMap(({ kind, relation, row }) => {
      const tenant = kind === 'inserted' ? model.tenants.find((one) => one.relation === relation) : undefined
      return tenant ? [String(row.values[tenant.keyColumn])] : []
    }),
  )
}
