import type { Relation } from '../domain/catalog.ts'
import type { Expectation } from '../domain/expectation.ts'
import type { Actor } from '../domain/population.ts'
import { COMMANDS } from '../domain/vocabulary.ts'
import type { Command } from '../domain/vocabulary.ts'
import { planDeletes, planUpdates } from './plan-change.ts'
import { planInserts } from './plan-insert.ts'
import { readTrial } from './read.ts'
import type { Scene } from './scene.ts'
import { targetOf } from './target.ts'
import type { Target } from './target.ts'
import type { Trial } from './trial.ts'

/** All trials on one relation, in the order in which they are run. Commands that are closed to the API are not tried. */
export function planRelation(
  scene: Scene,
  relation: Relation,
  expectations: readonly Expectation[],
  commands: readonly Command[] = COMMANDS,
): readonly Trial[] {
  return scene.population.actors
    .filter((actor) => asks(scene, relation, actor))
    .flatMap((actor) => planActor(scene, relation, expectations, actor, commands))
}

/** Whether an actor tries anything: who forges what nobody believes does not. */
export const asks = ({ believes }: Scene, { oid }: Relation, { name, forged }: Actor): boolean =>
  name !== 'service' && (!forged || believes(oid, forged.source))

/** The trials of one actor. */
export function planActor(
  scene: Scene,
  relation: Relation,
  expectations: readonly Expectation[],
  actor: Actor,
  commands: readonly Command[] = COMMANDS,
): readonly Trial[] {
  const target = targetOf(scene.catalog, scene.model, relation)
  const open = new Set(expectations.filter((one) => !closedByCatalog(one)).map(({ command }) => command))
  return commands
    .filter((command) => open.has(command))
    .flatMap((command) => planCommand(scene, target, actor, command))
}

/** Privileges and the kind of relation close a command beyond doubt; whether policies do is tried. */
export const closedByCatalog = ({ closedBy }: Expectation): boolean =>
  closedBy !== null && !closedBy.startsWith('no policy')

function planCommand(scene: Scene, target: Target, actor: Actor, command: Command): readonly Trial[] {
  switch (command) {
    case 'select':
      return [readTrial(target, actor, scene.population.rows.get(target.base.oid))]
    case 'insert':
      return planInserts(scene, target, actor)
    case 'update':
      return planUpdates(scene, target, actor)
    case 'delete':
      return planDeletes(scene, target, actor)
  }
}
