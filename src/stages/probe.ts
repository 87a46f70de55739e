import { cloneDatabase } from '../database/scratch.ts'
import type { Config } from '../domain/config.ts'
import type { CallObservation } from '../domain/call.ts'
import type { Population } from '../domain/population.ts'
import { groupBy } from '../group-by.ts'
import { sightOf } from '../judge/sight.ts'
import { believers } from '../ownership/belief.ts'
import { comparedColumns } from '../ownership/compared.ts'
import { dependence } from '../ownership/depends.ts'
import { grantsOf, madeAt } from '../migrations/grants.ts'
import { unqualifiedReads } from '../ownership/unqualified.ts'
import type { Prepared } from '../prepare.ts'
import { probeFunctions } from '../probe/functions/probe.ts'
import { probe, probeAreas } from '../probe/probe.ts'
import type { Probed } from '../probe/probe.ts'
import { probePrivileges } from '../probe/privileges.ts'
import type { BesideProbed } from '../probe/privileges.ts'
import type { Ascent } from '../domain/ascent.ts'
import { ascend } from '../probe/ascend.ts'
import { lookupIn } from '../seed/read-back.ts'
import type { Seeded } from './seed.ts'
import type { Understood } from './understand.ts'

/** A copy of the database costs as much as probing about this many relations or functions. */
const RELATIONS_PER_CLONE = 40

/** What all that was tried has shown. */
export interface Observed extends Probed {
  readonly calls: readonly CallObservation[]
  readonly beside: BesideProbed
  readonly ascents: readonly Ascent[]
}

/** Expectations and population → observations, on as many copies of the database as pay off. */
export async function probeAll(
  prepared: Prepared,
  known: Understood,
  { population, areas }: Seeded,
  config: Config,
  signal: AbortSignal,
): Promise<Observed> {
  const { catalog, model, reading, relations, expectations } = known
  const most = Math.max(relations.length, known.routines.length)
  const wanted = Math.min(config.concurrency, Math.ceil(most / RELATIONS_PER_CLONE))
  const copies = Math.max(0, wanted - 1)
  await using clones = await cloneDatabase(prepared.target, copies)
  const { dependentsOf, touchedBy } = dependence(catalog, reading)
  const scene = {
    catalog,
    model,
    population,
    comparedColumns: comparedColumns(catalog, reading),
    believes: believers(catalog, reading, dependentsOf),
    lookup: lookupIn(population.rows),
    signal,
  }
  const options = {
    ...scene,
    ...clones,
    relations,
    expectationsOf: groupBy(expectations, (one) => one.relation),
  }
  const probed = await probe(options)
  const { routines, routineFacts: facts } = known
  return {
    ...probed,
    observations: [...probed.observations, ...(await probeAreas(options, areas))],
    calls: await probeFunctions({ ...scene, ...clones, routines, facts }),
    beside: await probeBeside(prepared, known, population, probed, config),
    ascents: await ascend({ ...options, dependentsOf, touchedBy, probed }),
  }
}

/** Ways past the policies: privileges and memberships. One after the other, once the rows have been probed. */
async function probeBeside(
  prepared: Prepared,
  known: Understood,
  population: Population,
  probed: Probed,
  config: Config,
): Promise<BesideProbed> {
  const isLegacy = config.platform === 'supabase' && prepared.apiPrivileges === 'legacy'
  return await probePrivileges(prepared.target, {
    ...known,
    population,
    sees: sightOf(probed.observations),
    unqualified: unqualifiedReads(known.catalog, known.reading, known.relations),
    origins: {
      statements: grantsOf(prepared.definitions),
      platformRoles: isLegacy ? ['anon', 'authenticated'] : [],
      madeAt: madeAt(prepared.definitions),
    },
  })
}
