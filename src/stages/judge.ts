import type { Config } from '../domain/config.ts'
import type { Part } from '../domain/fact.ts'
import { judge } from '../judge/judge.ts'
import { reachOf, sightOf } from '../judge/sight.ts'
import type { ExemptionsOf } from '../judge/verdict.ts'
import { baseOf } from '../ownership/expect.ts'
import { policyReads } from '../ownership/reads.ts'
import { grantsOf } from '../migrations/grants.ts'
import { PLATFORM_SCHEMAS } from '../platform/install.ts'
import { fixedConditions } from '../policy/fixed.ts'
import { policyReading } from '../policy/reading.ts'
import type { Prepared } from '../prepare.ts'
import { reproductions } from '../reproduce.ts'
import { functionAudience } from '../scope.ts'
import type { Observed } from './probe.ts'
import type { Seeded } from './seed.ts'
import type { Understood } from './understand.ts'

/** Observations → facts, unit by unit. */
export function judgeAll(
  prepared: Prepared,
  known: Understood,
  { population, areas }: Seeded,
  probed: Observed,
  {
    config,
    exemptionsOf,
  }: {
    readonly config: Config
    readonly exemptionsOf: ExemptionsOf
  },
): readonly Part[] {
  const { catalog, reading } = known
  return judge({
    ...known,
    ...probed,
    population,
    areas,
    exemptionsOf,
    unset: known.unset.relations,
    beside: probed.beside.observations,
    grants: grantsOf(prepared.definitions),
    sees: sightOf(probed.observations),
    changes: reachOf(probed.observations),
    functionAudience: (routine) => functionAudience(config, routine),
    fixed: fixedConditions(catalog, policyReading(catalog, PLATFORM_SCHEMAS)),
    policyReads: policyReads(catalog, reading),
    stubs: known.extensions.uses,
    definitions: prepared.definitions.flatMap(({ objectType, identity, file, line }) =>
      identity === null ? [] : [{ objectType, identity, file, line }],
    ),
    baseOf: (relation) => baseOf(catalog, relation),
    ...reproductions({ ...known, population, areas }),
  })
}
