import type { Area } from '../domain/area.ts'
import type { Catalog } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import { plantedTie, principalsOf, tenantNames, tieOf, userKeys } from '../domain/population.ts'
import type { Actor, Population, SeededRow, Values } from '../domain/population.ts'
import type { Outcome, Reached } from '../domain/probe.ts'
import { TIES } from '../domain/vocabulary.ts'
import type { Tie } from '../domain/vocabulary.ts'
import { attributionFor } from './attribute.ts'
import type { Attribution } from './attribute.ts'
import type { Trial } from './trial.ts'

/** What is needed to tell whose the rows are that an attempt reached. */
export interface Knowledge {
  readonly catalog: Catalog
  readonly model: Model
  readonly population: Population
  readonly lookup: (
    relation: number,
    columns: readonly string[],
    values: readonly unknown[],
  ) => Values | undefined
  readonly attributions: Map<number, Attribution>
  /** whose a row of an area is: its name says so, not its columns */
  readonly principalsOf?: Area['principalsOf']
}

/** Rows of the table behind the target after the attempt, as the superuser sees them. */
export interface After {
  readonly place: string
  /** values, of rows that were not there before */
  readonly row: Values | null
}

/** Rows that a read returned. */
export function reachedByRead(
  trial: Trial,
  rows: readonly { readonly place: string | null; readonly row: Values | null }[],
  knowledge: Knowledge,
): readonly Reached[] {
  const { relation, base } = trial.target
  const standing = knowledge.population.rows.get(base.oid) ?? []
  const byPlace = new Map(standing.map((row) => [row.place, row]))
  const shown = rows.flatMap(({ place, row }): readonly (readonly SeededRow[])[] => {
    if (place !== null) return [[byPlace.get(place)].filter((one) => one !== undefined)]
    if (relation.view && row) return attributed(knowledge, trial, row)
    return [
      row
        ? standing
            .filter(({ values }) =>
              Object.entries(row).every(
                ([name, value]) => JSON.stringify(values[name]) === JSON.stringify(value),
              ),
            )
            .slice(0, 1)
        : [],
    ]
  })
  return summarize(
    shown.map((found) => ({ tie: closestTie(found, trial.actor), row: found[0] })),
    trial.actor,
    knowledge,
  )
}

function attributed(knowledge: Knowledge, trial: Trial, row: Values): readonly (readonly SeededRow[])[] {
  const { relation } = trial.target
  const known =
    knowledge.attributions.get(relation.oid) ??
    attributionFor(knowledge.catalog, knowledge.population, relation)
  knowledge.attributions.set(relation.oid, known)
  const before = trial.before?.toLowerCase() ?? ''
  const found = known.rowsShownBy(
    row,
    (key, rows) => before.includes(key) && ![...rows].some((one) => tieOf(one, trial.actor) === 'own'),
  )
  return found.length > 0 ? found : [[]]
}

/** A row of a view may stand for several; the actor's own among them explain it. */
function closestTie(rows: readonly SeededRow[], actor: Actor): Tie {
  return TIES.find((tie) => rows.some((row) => tieOf(row, actor) === tie)) ?? 'unowned'
}

/** Rows that a write changed, made or removed: not what the server counted, but what differs afterwards. */
export function reachedByWrite(
  trial: Trial,
  after: readonly After[],
  knowledge: Knowledge,
): readonly Reached[] {
  const standing = knowledge.population.rows.get(trial.target.base.oid) ?? []
  const left = new Set(after.map(({ place }) => place))
  const fresh = after.flatMap(({ row }) => (row ? [whose(trial, row, knowledge)] : []))
  if (trial.probe.command === 'insert')
    return summarize(
      fresh
        .filter((row) => isAsWanted(row, trial))
        .map((row) => ({ tie: plantedTie(row, trial.actor), row })),
      trial.actor,
      knowledge,
    )
  // rows that were taken away beforehand, so that one row stood alone, are not the actor's doing
  const gone = standing.filter(
    (row) => !left.has(row.place) && (trial.before === null || trial.aims.includes(row)),
  )
  const moved = trial.probe.command === 'update' ? fresh.filter((row) => isAsWanted(row, trial)) : []
  const reached = trial.wanted === null ? gone : gone.slice(0, moved.length)
  return summarize(
    reached.map((row) => ({ tie: tieOf(row, trial.actor), after: movedTo(row, moved, trial), row })),
    trial.actor,
    knowledge,
  )
}

const isAsWanted = (row: SeededRow, { wanted }: Trial): boolean =>
  wanted === null ||
  Object.entries(wanted).every(
    ([name, value]) =>
      JSON.stringify(row.values[name]) === JSON.stringify(value) || isThatDay(row.values[name], value),
  )

/** A day that was asked for comes back with its time. */
const isThatDay = (found: unknown, wanted: unknown): boolean =>
  typeof found === 'string' &&
  typeof wanted === 'string' &&
  /^\d{4}-\d\d-\d\d$/.test(wanted) &&
  found.startsWith(`${wanted}T`)

/** The row as the update left it, found by its key, else the only one there is. */
function movedTo(row: SeededRow, moved: readonly SeededRow[], trial: Trial): Tie | undefined {
  const key = trial.target.base.keys.find(({ primary }) => primary)?.columns ?? []
  const same = moved.find(
    ({ values }) =>
      key.length > 0 &&
      key.every((name) => JSON.stringify(values[name]) === JSON.stringify(row.values[name])),
  )
  const found = same ?? (moved.length === 1 ? moved[0] : undefined)
  // a row that stays whose it was has not been given to anybody
  const isMoved = found && (differ(found.owners, row.owners) || differ(found.tenants, row.tenants))
  return isMoved ? plantedTie(found, trial.actor) : undefined
}

const differ = (a: readonly string[], b: readonly string[]): boolean =>
  a.toSorted().join(' ') !== b.toSorted().join(' ')

/** What an admitted row would have been, had a constraint not stopped it. */
export function reachedByAdmission(trial: Trial, knowledge: Knowledge): readonly Reached[] {
  if (trial.payload) {
    const row = whose(trial, trial.payload, knowledge)
    return summarize([{ tie: plantedTie(row, trial.actor), row }], trial.actor, knowledge)
  }
  const given = trial.probe.attempt === 'give away' ? ({ after: 'foreign' } as const) : {}
  return summarize(
    trial.aims.map((row) => ({ tie: tieOf(row, trial.actor), row, ...given })),
    trial.actor,
    knowledge,
  )
}

const whose = (trial: Trial, values: Values, knowledge: Knowledge): SeededRow =>
  knowledge.principalsOf
    ? { place: '', values, authors: [], ...knowledge.principalsOf(values) }
    : rowFrom(trial.target.base.oid, values, knowledge)

/** A row that was not there before, with whose it is. */
export function rowFrom(
  relation: number,
  values: Values,
  { model, population, lookup }: Pick<Knowledge, 'model' | 'population' | 'lookup'>,
): SeededRow {
  const ownership = model.ownerships.get(relation)
  const { owners, authors, tenantKeys } = principalsOf(ownership, values, lookup)
  const emails = new Map(
    population.actors.flatMap(({ user, claims }) =>
      user !== null && typeof claims['email'] === 'string' ? [[claims['email'], user] as const] : [],
    ),
  )
  // a tenant that is just being founded is nobody's yet
  const known =
    ownership?.tenants.some(({ self }) => self) &&
    !tenantKeys.some((key) => population.tenants.some(({ keys }) => keys.includes(key)))
      ? []
      : undefined
  return {
    place: '',
    values,
    owners: userKeys(owners, emails),
    authors: userKeys(authors, emails),
    tenants: known ?? tenantNames(tenantKeys, population.tenants),
  }
}

interface Found {
  readonly tie: Tie
  readonly after?: Tie | undefined
  readonly row: SeededRow | undefined
}

function summarize(found: readonly Found[], actor: Actor, { population }: Knowledge): readonly Reached[] {
  const groups = new Map<string, Found[]>()
  for (const one of found)
    groups.set(`${one.tie} ${one.after ?? ''}`, [...(groups.get(`${one.tie} ${one.after ?? ''}`) ?? []), one])
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const rows = group.flatMap(({ row }) => row ?? [])
    return [
      {
        tie: first.tie,
        ...(first.after === undefined ? {} : { after: first.after }),
        rows: group.length,
        places: rows.flatMap(({ place }) => (place === '' ? [] : [place])),
        examples: rows.slice(0, 3).map(({ values }) => exampleOf(values)),
        of: [...new Set(rows.flatMap((row) => namesOf(row, population)))]
          .filter((name) => name !== actor.name)
          .slice(0, 3),
      },
    ]
  })
}

function exampleOf(values: Values): string {
  const [entry] = Object.entries(values)
  return entry ? `${entry[0]} = ${JSON.stringify(entry[1])}` : ''
}

function namesOf({ owners, tenants }: SeededRow, { actors }: Population): readonly string[] {
  const users = owners.map((key) => actors.find(({ user }) => user === key)?.name ?? 'another user')
  return users.length > 0 ? users : tenants.map((name) => `tenant ${name}`)
}

/** Counts as the fact that an observation reports. */
export function outcomeOf(trial: Trial, reached: readonly Reached[]): Outcome {
  const rows = reached.reduce((sum, one) => sum + one.rows, 0)
  return trial.probe.command === 'select' ? { kind: 'returned', rows } : { kind: 'affected', rows }
}
