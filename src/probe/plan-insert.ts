import type { Actor, Values } from '../domain/population.ts'
import { insertTrial, sparesOf } from './insert.ts'
import { compact, hung, identityGroups, mineOf, pick, strangersParents, victimsOf } from './scene.ts'
import type { Scene } from './scene.ts'
import { identityColumns } from './target.ts'
import type { Target } from './target.ts'
import type { Trial } from './trial.ts'

const MOST_SPARES = 4

export function planInserts(scene: Scene, target: Target, actor: Actor): readonly Trial[] {
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
