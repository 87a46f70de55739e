import { nameColumnsIn, openAreas } from './area/areas.ts'
import { survey } from './area/buckets.ts'
import { introspect } from './catalog/introspect.ts'
import type { Connection } from './database/connection.ts'
import { cloneDatabase } from './database/scratch.ts'
import type { Catalog, Relation, Routine } from './domain/catalog.ts'
import type { Area, Surroundings } from './domain/area.ts'
import type { Config } from './domain/config.ts'
import type { CallObservation } from './domain/call.ts'
import type { Expectation } from './domain/expectation.ts'
import type { Model } from './domain/ownership.ts'
import type { Population } from './domain/population.ts'
import type { RoutineFacts } from './domain/routine-facts.ts'
import { HarnessError } from './errors.ts'
import { groupBy } from './group-by.ts'
import { judge } from './judge/judge.ts'
import type { Judged } from './judge/judge.ts'
import { reachOf, sightOf } from './judge/sight.ts'
import type { Exemptions } from './judge/verdict.ts'
import { believers } from './ownership/belief.ts'
import { comparedColumns } from './ownership/compared.ts'
import { dependence } from './ownership/depends.ts'
import { baseOf, expectAll } from './ownership/expect.ts'
import { inferModel } from './ownership/infer.ts'
import type { Reading } from './ownership/policy-facts.ts'
import { routineFacts } from './ownership/routine-facts.ts'
import { policyReads } from './ownership/reads.ts'
import { grantsOf, madeAt } from './migrations/grants.ts'
import { unsetSettings } from './ownership/settings.ts'
import type { UnsetSettings } from './ownership/settings.ts'
import { unqualifiedReads } from './ownership/unqualified.ts'
import { PLATFORM_SCHEMAS } from './platform/install.ts'
import type { Prepared } from './prepare.ts'
import { probeFunctions } from './probe/functions/probe.ts'
import { probe, probeAreas } from './probe/probe.ts'
import type { Probed } from './probe/probe.ts'
import { reproductionOf, reproductionOfAscent, reproductionOfCall } from './reproduce.ts'
import {
  callableRoutines,
  checkDeclarations,
  checkRoles,
  functionAudience,
  judgedRelations,
  judgesArea,
  rolesFor,
} from './scope.ts'
import { probePrivileges } from './probe/privileges.ts'
import type { BesideProbed } from './probe/privileges.ts'
import { populate } from './seed/populate.ts'
import type { Ascent } from './domain/ascent.ts'
import { ascend } from './probe/ascend.ts'
import { lookupIn } from './seed/read-back.ts'

/** What is known of a project before a single row is seeded. */
export interface Understood {
  readonly catalog: Catalog
  readonly relations: readonly Relation[]
  /** functions that a caller may execute */
  readonly routines: readonly Routine[]
  readonly routineFacts: ReadonlyMap<number, RoutineFacts>
  readonly model: Model
  readonly reading: Reading
  readonly expectations: readonly Expectation[]
  readonly unset: UnsetSettings
  readonly surroundings: Surroundings
}

/** Catalog → ownership → expectations. @throws HarnessError where there is nothing to judge or a declaration names nothing */
export async function understand(
  connection: Connection,
  config: Config,
  definitions: Prepared['definitions'],
): Promise<Understood> {
  const catalog = await introspect(connection, {
    ...rolesFor(config),
    platformSchemas: PLATFORM_SCHEMAS,
    ...(config.schemas ? { schemas: config.schemas } : {}),
  })
  const relations = judgedRelations(catalog, config)
  const granted = grantsOf(definitions).flatMap(({ roles }) => roles)
  const unsetIn = (some: readonly Relation[]): UnsetSettings =>
    unsetSettings(catalog, some, config, PLATFORM_SCHEMAS, granted)
  const routines = callableRoutines(catalog, config)
  const surroundings = await survey(connection, catalog, config.supabase.buckets ?? {})
  if (relations.length + routines.length === 0 && !hasAreas(catalog, surroundings, config)) {
    const own = catalog.relations.filter(({ schema }) => !PLATFORM_SCHEMAS.includes(schema))
    throw nothingToJudge(catalog.tested, config.relations, unsetIn(own).hint)
  }
  const unset = unsetIn(relations)
  checkDeclarations(catalog, config, surroundings)
  checkRoles(catalog, config)
  const { model, reading } = inferModel(catalog, config, PLATFORM_SCHEMAS)
  return {
    catalog,
    relations,
    routines,
    routineFacts: routineFacts(catalog, model, reading, routines),
    model,
    reading,
    unset,
    expectations: expectAll(catalog, model, reading, relations, config),
    surroundings,
  }
}

/** Policies of Storage or Realtime, or buckets, are something to judge even where there is no table. */
function hasAreas({ relations }: Catalog, { buckets }: Surroundings, config: Config): boolean {
  return (
    buckets.some(({ id }) => judgesArea(config, 'storage.objects', id)) ||
    relations.some(
      ({ qualified, policies }) =>
        AREA_RELATIONS.has(qualified) && policies.length > 0 && judgesArea(config, qualified, null),
    )
  )
}

const AREA_RELATIONS: ReadonlySet<string> = new Set([
  'storage.objects',
  'storage.buckets',
  'realtime.messages',
])

/** A population with what stands in buckets and topics. */
export interface Seeded {
  readonly population: Population
  readonly areas: readonly Area[]
}

/** Model → actors, rows, and what is stored and sent in their names. */
export async function seedAll(connection: Connection, known: Understood, config: Config): Promise<Seeded> {
  const population = await populate(connection, known.catalog, known.model, {
    config,
    platformSchemas: PLATFORM_SCHEMAS,
    nameColumns: nameColumnsIn(known.catalog, known.reading, known.model),
  })
  const { areas, notices } = await openAreas(connection, { ...known, population, config })
  return {
    population: { ...population, notices: [...population.notices, ...notices] },
    areas: areas.filter(({ relation, scope }) => judgesArea(config, relation.qualified, scope)),
  }
}

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

/** Observations → findings. */
export function judgeAll(
  prepared: Prepared,
  known: Understood,
  { population, areas }: Seeded,
  probed: Observed,
  {
    config,
    exemptions,
    today,
  }: {
    readonly config: Config
    readonly exemptions: ReadonlyMap<number, Exemptions>
    readonly today: string
  },
): Judged {
  const { catalog, reading } = known
  return judge({
    ...known,
    ...probed,
    population,
    areas,
    exemptions,
    unset: known.unset.relations,
    beside: probed.beside.observations,
    grants: grantsOf(prepared.definitions),
    sees: sightOf(probed.observations),
    changes: reachOf(probed.observations),
    functionAudience: (routine) => functionAudience(config, routine),
    policyReads: policyReads(catalog, reading),
    definitions: prepared.definitions.flatMap(({ objectType, identity, file, line }) =>
      identity === null ? [] : [{ objectType, identity, file, line }],
    ),
    ...(config.supabase.exposedSchemas ? { served: config.supabase.exposedSchemas } : {}),
    baseOf: (relation) => baseOf(catalog, relation),
    ignore: config.ignore,
    today,
    reproductionOf: (observation) => reproductionOf(observation, population),
    reproductionOfCall: (call) => reproductionOfCall(call, population),
    reproductionOfAscent,
  })
}

function nothingToJudge(
  schemas: readonly string[],
  globs: readonly string[] | undefined,
  unset: string | null,
): HarnessError {
  const where = schemas.length > 0 ? `schema ${schemas.join(', ')}` : 'any schema that an API role can use'
  const what =
    globs === undefined ? 'the migrations leave no table or view' : `no relation is like ${globs.join(', ')}`
  return new HarnessError('NOTHING_JUDGED', `there is nothing to judge: ${what} in ${where}`, {
    hint:
      globs === undefined
        ? (unset ?? 'Check that the right migrations were found, and `schemas` if it is set.')
        : 'Write --relation as schema.name, with * for any characters.',
  })
}
