import type { Actor, Values } from '../domain/population.ts'
import type { Probe } from '../domain/probe.ts'
import { insertTrial, sparesOf } from './insert.ts'
import { raisedInserts } from './raise.ts'
import { compact, hung, identityGroups, mineOf, pick, strangersParents, victimsOf } from './scene.ts'
import type { Scene } from './scene.ts'
import { identityColumns, writableColumns } from './target.ts'
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
  const trials: (Trial | null)[] = [...planOwn(target, actor, own)]
  // staff own nothing here: what they may do is seen on somebody's row, in that one's name and in their own
  if (actor.purpose === 'control') {
    const anybodys = own.length > 0 ? [] : sparesOf(spares, 'alice', MOST_SPARES)
    return compact([
      ...trials,
      ...planOwn(target, actor, [
        ...anybodys,
        ...anybodys.map((row) => ({ ...row, ...mineOf(target, actor, undefined) })),
      ]),
    ])
  }
  for (const victim of victimsOf(scene, actor)) {
    const theirs = sparesOf(spares, victim.name, MOST_SPARES)
    for (const payload of theirs) trials.push(...copies(scene, target, actor, victim, payload))
    if (theirs[0] && actor.user !== null)
      trials.push(...forgeries(scene, target, actor, victim, theirs[0], own[0]))
  }
  if (own[0]) trials.push(...belowStrangers(scene, target, actor, own[0]))
  trials.push(...raisedInserts(target, actor, own))
  return compact(trials)
}

/** Rows of one's own, as an application would insert them: a column that one may not write is left to its default. */
function planOwn(target: Target, actor: Actor, own: readonly Values[]): readonly (Trial | null)[] {
  const writable = new Set(writableColumns(target, actor.role, 'insert').map(({ base }) => base.name))
  const identity = identityColumns(target.ownership).filter((name) => writable.has(name))
  return own.map((payload) => insertTrial(target, actor, 'insert own', '', payload, identity))
}

function belowStrangers(scene: Scene, target: Target, actor: Actor, own: Values): readonly (Trial | null)[] {
  return strangersParents(scene, target, actor).map(({ values, below, detail }) =>
    hung(
      insertTrial(
        target,
        actor,
        'insert below another’s row',
        detail,
        { ...own, ...values },
        Object.keys(values),
      ),
      below,
    ),
  )
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
  // without a right on the key's sequence the server's own key fails first: whoever names a key needs no sequence
  const keyed =
    serialKeys(target).length > 0
      ? insertTrial(target, actor, 'insert as another', `${victim.name}, with a key`, theirs, [
          ...identity,
          ...serialKeys(target),
        ])
      : null
  if (actor.user === null || compared.length === 0) return [copy, keyed]
  const below = isAuthored(scene, target) ? parentOf(scene, target, theirs) : undefined
  const asMe = Object.fromEntries(compared.map((name) => [name, actor.user]))
  const detail = `${victim.name}, own ${compared.join(', ')}`
  return [
    copy,
    keyed,
    hung(
      insertTrial(target, actor, 'insert as another', detail, { ...theirs, ...asMe }, [
        ...identity,
        ...compared,
      ]),
      below,
    ),
  ]
}

/** Policies see to it that whoever makes a row is named as its author. */
function isAuthored(scene: Scene, { base, ownership }: Target): boolean {
  const compared = scene.comparedColumns.get(base.oid) ?? []
  return (ownership?.authors ?? []).some(
    ({ steps, column }) => steps.length === 0 && compared.includes(column),
  )
}

/** The row through which alone a row is somebody's: a comment is its author's, whoever's the post is. */
function parentOf(scene: Scene, { ownership }: Target, payload: Values): Probe['below'] {
  const paths = [...(ownership?.owners ?? []), ...(ownership?.tenants ?? [])]
  const [step, ...others] = new Set(paths.map(({ steps }) => steps[0]))
  if (!step || others.some((one) => one?.columns.join() !== step.columns.join())) return undefined
  const row = (scene.population.rows.get(step.target) ?? []).find(({ values }) =>
    step.columns.every(
      (name, index) => String(values[step.targetColumns[index] ?? '']) === String(payload[name]),
    ),
  )
  return row && { relation: step.target, place: row.place }
}

/** The own row with one identity column at a time taken from the victim's. */
function forgeries(
  scene: Scene,
  target: Target,
  actor: Actor,
  victim: Actor,
  theirs: Values,
  own: Values | undefined,
): readonly (Trial | null)[] {
  const identity = identityColumns(target.ownership)
  const agent = agentColumn(target)
  return identityGroups(target, identity).map(({ kind, columns }) => {
    const payload = { ...(own ?? theirs), ...mineOf(target, actor, own), ...pick(theirs, columns) }
    const trial = insertTrial(
      target,
      actor,
      ATTEMPTS_OF[kind],
      `${victim.name}’s ${columns.join(', ')}`,
      payload,
      identity,
    )
    if (trial && columns.join() === agent)
      return { ...trial, probe: { ...trial.probe, inNameOf: victim.name } }
    return kind === 'parent' && isAuthored(scene, target)
      ? hung(trial, parentOf(scene, target, payload))
      : trial
  })
}

/**
 * The columns that only their user may fill: the key to what a row gives access to, for its owner alone grants that; of two
 * users whom a row names the first, who acts, unless they are numbered like equals.
 */
function agentColumn({ ownership }: Target): string | undefined {
  if (ownership?.grantKey) return ownership.grantKey.join()
  const [first, second] = (ownership?.owners ?? [])
    .filter(({ steps }) => steps.length === 0)
    .map(({ column }) => column)
  return first === undefined || second === undefined || withoutNumber(first) === withoutNumber(second)
    ? undefined
    : first
}

const withoutNumber = (column: string): string =>
  column.toLowerCase().replace(/_?(one|two|first|second|[12ab])(?=_|id$|$)/g, '')

const ATTEMPTS_OF = {
  user: 'insert as another',
  tenant: 'insert into another tenant',
  parent: 'insert below another’s row',
} as const

const serialKeys = ({ base }: Target): readonly string[] =>
  base.columns
    .filter(
      ({ name, default: value }) =>
        (value ?? '').startsWith('nextval(') && base.keys.some(({ columns }) => columns.includes(name)),
    )
    .map(({ name }) => name)
