import { bypassOf } from '../domain/bypass.ts'
import type { Relation } from '../domain/catalog.ts'
import type { Actor } from '../domain/population.ts'
import { quoteName, quoteQualified } from '../sql/quote.ts'
import { askers, hiddenRow } from './privileges-scene.ts'
import type { BesideScene, BesideTrial } from './privileges-scene.ts'

const MOST_TRIED = 5

/** Roles that SET ROLE makes of a caller and that policies do not bind: each is shown by rows that the caller has no part in. */
export function planMemberships(scene: BesideScene): readonly BesideTrial[] {
  const { catalog, relations } = scene
  return askers(scene).flatMap((actor) => {
    const becomes = catalog.roles.find(({ name }) => name === actor.role)?.becomes ?? []
    return becomes.flatMap((stronger) =>
      relations
        .filter(
          (relation) =>
            (relation.kind === 'table' || relation.kind === 'partitioned') &&
            bypassOf(catalog, relation, stronger) !== null &&
            bypassOf(catalog, relation, actor.role) === null &&
            hiddenRow(scene, relation, actor) !== undefined,
        )
        .slice(0, MOST_TRIED)
        .map((relation) => membershipTrial(scene, actor, stronger, relation)),
    )
  })
}

function membershipTrial(
  scene: BesideScene,
  actor: Actor,
  stronger: string,
  relation: Relation,
): BesideTrial {
  const attack = [
    `set local role ${quoteName(stronger)}`,
    `select set_config('rls_harness.seen', count(*)::text, true) from ${quoteQualified(relation.schema, relation.name)}`,
  ]
  const rows = scene.population.rows.get(relation.oid)?.length ?? 0
  return {
    // the membership is the role's own: a login role that may become everything must not stand in for it
    actor: { ...actor, login: actor.role },
    code: 'role-membership',
    subject: { schema: '', qualified: `role ${stronger}` },
    command: 'select',
    before: [],
    attack,
    statement: attack.join(';\n'),
    proof: [`select current_setting('rls_harness.seen')::int8 >= ${rows} as proven`],
    restore: [],
    evidence: `${actor.name}: SET ROLE turned ${actor.role} into ${stronger}, which counted all ${rows} rows of ${relation.qualified}`,
    cause: `${actor.role} is a member of ${stronger}, whom no policy binds`,
  }
}
