import type { Area, NamedPlace } from '../domain/area.ts'
import type { Actor, Values } from '../domain/population.ts'
import type { Attempt } from '../domain/probe.ts'
import { announced, operation, placesOf, targetsOf } from './area-visit.ts'
import type { Visit } from './area-visit.ts'
import { insertTrial } from './insert.ts'
import { compact } from './scene.ts'
import type { Trial } from './trial.ts'

/** What is tried to be put where: in the own place, in others', with the own key further down, and where nothing says whose it is. */
export function inserts(visit: Visit): readonly Trial[] {
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

/** Whoever makes buckets decides about their limits and their flag. */
export function newBucket({ target, actor }: Visit): readonly Trial[] {
  const payload = { id: 'rls-harness-probe', name: 'rls-harness-probe', public: true }
  return compact([insertTrial(target, actor, 'insert unowned', 'a new bucket', payload, ['id', 'name'])])
}
