import type { Area, NamedPlace } from '../domain/area.ts'
import { tieOf } from '../domain/population.ts'
import type { Actor, SeededRow } from '../domain/population.ts'
import type { Attempt } from '../domain/probe.ts'
import { quoteLiteral } from '../sql/quote.ts'
import { announced, operation, placesOf, targetsOf } from './area-visit.ts'
import type { Visit } from './area-visit.ts'
import type { Assignment } from './change.ts'
import { seenTrial, unseenTrial } from './change.ts'
import { compact } from './scene.ts'
import type { Trial } from './trial.ts'

/** Overwriting as an upload with upsert does, and moving: out of others' places, and into them. */
export function updates(visit: Visit): readonly Trial[] {
  const { area, target, actor, victims } = visit
  const { own, others } = sides(area, actor)
  const overwrite: Assignment = { name: 'version', sql: quoteLiteral('overwritten'), reads: [] }
  const shape = { command: 'update' as const, detail: 'version', assignments: [overwrite] }
  const overwriting = [
    seenTrial(target, actor, { ...shape, attempt: 'update own', rows: own }),
    seenTrial(target, actor, { ...shape, attempt: 'update others', rows: others }),
  ]
  if (actor.purpose === 'control')
    return compact(overwriting).map((one) => announced(one, operation('upload_update')))
  const mine = own.find((row) => tieOf(row, actor) === 'own')
  const home = new Set(placesOf(area, actor.name).map(({ name }) => name('moved')))
  const moves = [
    ...placesOf(area, actor.name).flatMap((place) =>
      others.map((row) =>
        move(visit, 'take over', place.layout, row, place.name(`moved-${row.place.replaceAll(/\W/g, '-')}`)),
      ),
    ),
    ...victims.flatMap((victim) =>
      targetsOf(area, victim, actor)
        .filter(({ name }) => mine !== undefined && !home.has(name('moved')))
        .flatMap((place) => (mine ? moveInto(visit, place, mine) : [])),
    ),
  ]
  return compact([
    ...overwriting,
    unseenTrial(target, actor, { ...shape, attempt: 'update unseen', rows: area.rows }),
    ...moves,
  ]).map((one) => announced(one, operation(one.probe.detail === 'version' ? 'upload_update' : 'move')))
}

/** Moved by its name, as Storage does it, and without reading anything, so that the UPDATE policies alone decide. */
function moveInto(visit: Visit, place: NamedPlace, row: SeededRow): readonly (Trial | null)[] {
  const { target, actor } = visit
  const name = place.name('moved')
  const assignments: readonly Assignment[] = [{ name: 'name', sql: quoteLiteral(name), reads: [] }]
  const shape = {
    command: 'update',
    attempt: 'give away',
    detail: place.layout,
    assignments,
    rows: [row],
  } as const
  const unseen = unseenTrial(target, actor, shape)
  return [move(visit, 'give away', place.layout, row, name), unseen && { ...unseen, wanted: { name } }]
}

function move(
  { target, actor }: Visit,
  attempt: Attempt,
  layout: string,
  row: SeededRow,
  name: string,
): Trial | null {
  const assignments: readonly Assignment[] = [{ name: 'name', sql: quoteLiteral(name), reads: [] }]
  const trial = seenTrial(target, actor, {
    command: 'update',
    attempt,
    detail: layout,
    assignments,
    rows: [row],
  })
  return trial && { ...trial, wanted: { name } }
}

export function deletes({ area, target, actor }: Visit): readonly Trial[] {
  const { own, others } = sides(area, actor)
  const shape = { command: 'delete' as const, detail: '', assignments: [] }
  return compact([
    seenTrial(target, actor, { ...shape, attempt: 'delete own', rows: own }),
    seenTrial(target, actor, { ...shape, attempt: 'delete others', rows: others }),
    actor.purpose === 'control'
      ? null
      : unseenTrial(target, actor, { ...shape, attempt: 'delete unseen', rows: area.rows }),
  ]).map((one) => announced(one, operation('delete')))
}

/** Whose a thing that is nobody's is does not matter: it stands with the others', for they too are meant. */
function sides({ rows }: Area, actor: Actor) {
  const own = rows.filter((row) => tieOf(row, actor) === 'own')
  return { own, others: rows.filter((row) => !own.includes(row)) }
}

/** A bucket that is made public shows everything in it. */
export function openBuckets({ area, target, actor }: Visit): readonly Trial[] {
  const assignments: readonly Assignment[] = [{ name: 'public', sql: 'true', reads: [] }]
  const shape = { command: 'update' as const, detail: 'public', assignments, rows: area.rows }
  return compact([
    seenTrial(target, actor, { ...shape, attempt: 'update others' }),
    unseenTrial(target, actor, { ...shape, attempt: 'update unseen' }),
  ])
}
