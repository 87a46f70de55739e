import type { Area, NamedPlace } from '../domain/area.ts'
import { tieOf } from '../domain/population.ts'
import type { Actor, SeededRow, Values } from '../domain/population.ts'
import type { Attempt } from '../domain/probe.ts'
import { COMMANDS } from '../domain/vocabulary.ts'
import type { Command } from '../domain/vocabulary.ts'
import { quoteLiteral, quoteName } from '../sql/quote.ts'
import type { Assignment } from './change.ts'
import { seenTrial, unseenTrial } from './change.ts'
import { insertTrial } from './insert.ts'
import { closedByCatalog } from './plan.ts'
import { readTrial } from './read.ts'
import { compact, victimsOf } from './scene.ts'
import type { Scene } from './scene.ts'
import { targetOf } from './target.ts'
import type { Target } from './target.ts'
import type { Trial } from './trial.ts'

/** One area as every actor meets it. */
interface Visit {
  readonly area: Area
  readonly target: Target
  readonly actor: Actor
  readonly victims: readonly Actor[]
}

/** All trials in one bucket, with the topics of one layout, or on the buckets themselves. */
export function planArea(scene: Scene, area: Area): readonly Trial[] {
  const target = targetOf(scene.catalog, scene.model, area.relation)
  const open = area.expectations.filter((one) => !closedByCatalog(one)).map(({ command }) => command)
  return scene.population.actors
    .filter(({ name }) => name !== 'service')
    .flatMap((actor) => {
      const visit: Visit = { area, target, actor, victims: victimsOf(scene, actor) }
      return COMMANDS.filter((command) => open.includes(command)).flatMap((command) => plan(visit, command))
    })
    .map((trial) => scoped(trial, area))
}

function plan(visit: Visit, command: Command): readonly Trial[] {
  switch (command) {
    case 'select':
      return reads(visit)
    case 'insert':
      return visit.area.kind === 'buckets' ? newBucket(visit) : inserts(visit)
    case 'update':
      return visit.area.kind === 'buckets' ? openBuckets(visit) : updates(visit)
    case 'delete':
      return deletes(visit)
  }
}

const scoped = (trial: Trial, area: Area): Trial =>
  area.scope === null ? trial : { ...trial, probe: { ...trial.probe, scope: area.scope } }

/** What the Storage and Realtime servers tell policies about the request stands before the statement. */
function announced(trial: Trial, settings: Readonly<Record<string, string>>): Trial {
  const lines = Object.entries(settings).map(
    ([name, value]) => `set local ${name.split('.').map(quoteName).join('.')} = ${quoteLiteral(value)}`,
  )
  const { single } = trial
  return {
    ...trial,
    statement: [...lines, trial.statement].join(';\n'),
    single: single && ((row) => announced(single(row), settings)),
  }
}

const operation = (name: string): Readonly<Record<string, string>> => ({
  'storage.operation': `storage.object.${name}`,
  // newer versions of Storage refuse a DELETE that does not come from its API
  'storage.allow_delete_query': 'true',
})

function reads({ area, target, actor }: Visit): readonly Trial[] {
  const all = readTrial(target, actor)
  const narrowed = (condition: string, detail: string): Trial => ({
    ...all,
    probe: { ...all.probe, detail },
    statement: all.statement.replace(/ limit \d+$/, ` where ${condition}`),
  })
  switch (area.kind) {
    case 'buckets':
      return [all]
    case 'objects':
      return ['list', 'get_authenticated'].map((name) =>
        announced(narrowed(`t.bucket_id = ${quoteLiteral(area.scope)}`, name), operation(name)),
      )
    case 'topics':
      return topicsOf(area).map((topic) =>
        announced(narrowed(`t.topic = ${quoteLiteral(topic)}`, ''), { 'realtime.topic': topic }),
      )
  }
}

const topicsOf = ({ rows }: Area): readonly string[] => [
  ...new Set(rows.map(({ values }) => String(values['topic']))),
]

/** What is tried to be put where: in the own place, in others', with the own key further down, and where nothing says whose it is. */
function inserts(visit: Visit): readonly Trial[] {
  const { area, actor } = visit
  const own = placesOf(area, actor.name)
  const home = new Set(own.map(({ name }) => name('new')))
  const foreign =
    actor.purpose === 'control'
      ? area.places.filter((place) => place.actor === 'alice')
      : visit.victims.flatMap((victim) =>
          targetsOf(area, victim, actor)
            .filter(({ name }) => !home.has(name('new')))
            .map((place) => ({ ...place, victim })),
        )
  const free = placesOf(area, null)
  return compact([
    ...own.map((place) => put(visit, 'insert own', place.layout, place.name('new'))),
    ...foreign.flatMap((place) =>
      ('victim' in place ? namesAt(place, own, area.kind) : [place.name('new')]).map((name) =>
        put(visit, attemptFor(actor, place), place.layout, name),
      ),
    ),
    ...free.map((place) =>
      put(visit, own.length > 0 ? 'insert unowned' : 'insert own', place.layout, place.name('new')),
    ),
    ...(area.kind === 'objects'
      ? [put(visit, own.length + free.length > 0 ? 'insert unowned' : 'insert own', 'at the root', 'new.png')]
      : []),
  ])
}

const placesOf = ({ places }: Area, actor: string | null): readonly NamedPlace[] =>
  places.filter((place) => place.actor === actor && place.only === undefined)

/** Places of a victim's that this actor has a reason to try. */
const targetsOf = ({ places }: Area, victim: Actor, actor: Actor): readonly NamedPlace[] =>
  places.filter(
    (place) => place.actor === victim.name && (place.only === undefined || place.only === actor.name),
  )

function attemptFor(actor: Actor, place: NamedPlace & { readonly victim?: Actor }): Attempt {
  const theirs = place.victim?.tenants ?? []
  return theirs.length > 0 && !theirs.some((name) => actor.tenants.includes(name))
    ? 'insert into another tenant'
    : 'insert as another'
}

/** A name of the victim's, plain and with the attacker's own name in it, which satisfies patterns that look anywhere. */
function namesAt(place: NamedPlace, own: readonly NamedPlace[], kind: Area['kind']): readonly string[] {
  const mine = own.find(({ layout }) => layout === place.layout)?.name('new')
  return [place.name('new'), ...(kind === 'objects' && mine !== undefined ? [place.name(mine)] : [])]
}

function put(visit: Visit, attempt: Attempt, layout: string, name: string): Trial | null {
  const { area, target, actor } = visit
  const payload = payloadOf(area, actor, name)
  const trial = insertTrial(target, actor, attempt, layout, payload, [
    area.kind === 'topics' ? 'topic' : 'name',
  ])
  if (!trial) return null
  return announced(trial, area.kind === 'topics' ? { 'realtime.topic': name } : operation('upload'))
}

function payloadOf({ kind, rows, scope }: Area, actor: Actor, name: string): Values {
  if (kind === 'topics')
    return { topic: name, extension: 'broadcast', event: 'probe', payload: { probe: true }, private: true }
  const [template] = rows
  return {
    bucket_id: scope,
    name,
    owner: actor.user !== null && /^[0-9a-f-]{36}$/.test(actor.user) ? actor.user : null,
    owner_id: actor.user,
    version: 'probe',
    metadata: template?.values['metadata'] ?? {},
  }
}

/** Overwriting as an upload with upsert does, and moving: out of others' places, and into them. */
function updates(visit: Visit): readonly Trial[] {
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

function deletes({ area, target, actor }: Visit): readonly Trial[] {
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

function newBucket({ target, actor }: Visit): readonly Trial[] {
  const payload = { id: 'rls-harness-probe', name: 'rls-harness-probe', public: true }
  return compact([insertTrial(target, actor, 'insert unowned', 'a new bucket', payload, ['id', 'name'])])
}

/** A bucket that is made public shows everything in it. */
function openBuckets({ area, target, actor }: Visit): readonly Trial[] {
  const assignments: readonly Assignment[] = [{ name: 'public', sql: 'true', reads: [] }]
  const shape = { command: 'update' as const, detail: 'public', assignments, rows: area.rows }
  return compact([
    seenTrial(target, actor, { ...shape, attempt: 'update others' }),
    unseenTrial(target, actor, { ...shape, attempt: 'update unseen' }),
  ])
}
