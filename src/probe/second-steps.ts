import type { Relation } from '../domain/catalog.ts'
import type { Actor, Values } from '../domain/population.ts'
import { quoteLiteral, quoteName } from '../sql/quote.ts'
import { fixedAssignments } from './change.ts'
import { gatesOf } from './gates.ts'
import { grants } from './openings.ts'
import type { Opening } from './openings.ts'
import type { Scene } from './scene.ts'
import { targetOf } from './target.ts'
import type { Target } from './target.ts'
import { probeOf } from './trial.ts'

/**
 * What may follow a first row that opened nothing by itself: the same row let through one of its gates, and rows in
 * relations whose policies look into the first, as an invitation that one wrote oneself.
 */
export function secondSteps(
  scene: Scene,
  relation: Relation,
  others: readonly Relation[],
  first: Opening,
  actor: Actor,
): readonly Opening[] {
  const victim = scene.population.actors.find(({ name }) => name === 'alice')
  const target = targetOf(scene.catalog, scene.model, relation)
  return [
    ...approvals(scene, target, first, actor),
    ...(victim
      ? others.flatMap((other) => grants(scene, targetOf(scene.catalog, scene.model, other), actor, victim))
      : []),
  ].map((opening) => ({ ...opening, names: [...first.names, ...opening.names], free: false }))
}

/** The row that was just made, with another value in a gate: found by what was written into it. */
function approvals(scene: Scene, target: Target, first: Opening, actor: Actor): readonly Opening[] {
  const { payload } = first.trial
  if (payload === null) return []
  return gatesOf(target.base, scene.model).flatMap(({ column, values }) =>
    values
      .filter((value) => payload[column] !== value)
      .flatMap((value) =>
        ['', ` where ${whereOf(target, payload)}`].flatMap((where) => {
          const [assignment] = fixedAssignments(target, actor.role, { [column]: value }) ?? []
          if (!assignment) return []
          const detail = `${column} = ${String(value)}`
          return [
            {
              trial: {
                probe: probeOf(target, actor, 'update', 'raise own rights', detail),
                actor,
                target,
                before: null,
                statement: `update ${target.table} t set ${quoteName(assignment.name)} = ${assignment.sql}${where}`,
                needs: {
                  relation: target.relation,
                  command: 'update' as const,
                  writes: [assignment.name],
                  reads: 'all' as const,
                },
                aims: [],
                payload: null,
                wanted: { [column]: value },
                single: null,
              },
              kind: 'approval' as const,
              detail,
              rights: false,
              names: [],
              free: false,
              group: '',
            },
          ]
        }),
      ),
  )
}

function whereOf({ base }: Target, payload: Values): string {
  const named = new Set(base.foreignKeys.flatMap(({ columns }) => columns))
  const terms = Object.entries(payload)
    .filter(([name, value]) => named.has(name) && value !== null)
    .map(([name, value]) => `t.${quoteName(name)}::text = ${quoteLiteral(String(value))}`)
  return terms.length > 0 ? terms.join(' and ') : 'true'
}
