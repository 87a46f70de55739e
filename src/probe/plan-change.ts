import { tieOf } from '../domain/population.ts'
import type { Actor, SeededRow } from '../domain/population.ts'
import { fixedAssignments, neutralAssignment, seenTrial, unseenTrial } from './change.ts'
import { raises } from './raise.ts'
import { compact, hung, identityGroups, mineOf, pick, strangersParents, victimsOf } from './scene.ts'
import type { Scene } from './scene.ts'
import { identityColumns } from './target.ts'
import type { Target } from './target.ts'
import type { Trial } from './trial.ts'

export function planUpdates(scene: Scene, target: Target, actor: Actor): readonly Trial[] {
  const rows = scene.population.rows.get(target.base.oid) ?? []
  const own = rows.filter((row) => tieOf(row, actor) === 'own')
  const others = rows.filter((row) => tieOf(row, actor) !== 'own')
  // rows of the tenant that name no user are as much the actor's to hand on as own ones
  const ours = own.length > 0 ? own : rows.filter((row) => tieOf(row, actor) === 'team')
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
        attempt: 'update unseen',
        assignments: [unseen],
        rows,
      }),
    )
  trials.push(
    ...takeOvers(target, actor, ours, others),
    ...giveAways(scene, target, actor, ours),
    ...moves(scene, target, actor, ours),
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

const MOST_GIVEN = 8

const isOurs = (row: SeededRow, actor: Actor): boolean => ['own', 'team'].includes(tieOf(row, actor))

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
    const theirs = rows.find((row) => isOurs(row, victim) && !isOurs(row, actor))
    if (!theirs) return []
    const groups = identityGroups(target, identity).map(({ columns }) => columns)
    return [...groups, ...(groups.length > 1 ? [identity] : [])].map((columns) => {
      const assignments = fixedAssignments(target, actor.role, pick(theirs.values, columns))
      const trial =
        assignments &&
        unseenTrial(target, actor, {
          command: 'update',
          attempt: 'give away',
          detail: `${columns.join(', ')} to ${victim.name}`,
          assignments,
          rows: own.slice(0, MOST_GIVEN),
        })
      return trial && columns.join() === target.ownership?.grantKey?.join()
        ? { ...trial, probe: { ...trial.probe, inNameOf: victim.name } }
        : trial
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

export function planDeletes(scene: Scene, target: Target, actor: Actor): readonly Trial[] {
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
      attempt: 'delete unseen',
      rows,
    }),
  ])
}
