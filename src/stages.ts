import { introspect } from './catalog/introspect.ts'
import type { Connection } from './database/connection.ts'
import { cloneDatabase } from './database/scratch.ts'
import type { Catalog, Relation } from './domain/catalog.ts'
import type { Config } from './domain/config.ts'
import type { Expectation } from './domain/expectation.ts'
import type { Model } from './domain/ownership.ts'
import type { Population } from './domain/population.ts'
import { HarnessError } from './errors.ts'
import { groupBy } from './group-by.ts'
import { judge } from './judge/judge.ts'
import type { Judged } from './judge/judge.ts'
import { sightOf } from './judge/sight.ts'
import type { Exemptions } from './judge/verdict.ts'
import { believers } from './ownership/belief.ts'
import { comparedColumns } from './ownership/compared.ts'
import { dependence } from './ownership/depends.ts'
import { baseOf, expectAll } from './ownership/expect.ts'
import { inferModel } from './ownership/infer.ts'
import type { Reading } from './ownership/policy-facts.ts'
import { policyReads } from './ownership/reads.ts'
import { PLATFORM_SCHEMAS } from './platform/install.ts'
import type { Prepared } from './prepare.ts'
import type { Ascent } from './domain/ascent.ts'
import { ascend } from './probe/ascend.ts'
import { probe } from './probe/probe.ts'
import type { ProbeOptions, Probed } from './probe/probe.ts'
import { reproductionOf, reproductionOfAscent } from './reproduce.ts'
import { checkDeclarations, checkRoles, judgedRelations, rolesFor } from './scope.ts'
import { lookupIn } from './seed/read-back.ts'

/** What is known of a project before a single row is seeded. */
export interface Understood {
  readonly catalog: Catalog
  readonly relations: readonly Relation[]
  readonly model: Model
  readonly reading: Reading
  readonly expectations: readonly Expectation[]
}

/** Catalog → ownership → expectations. @throws HarnessError where there is nothing to judge or a declaration names nothing */
export async function understand(connection: Connection, config: Config): Promise<Understood> {
  const catalog = await introspect(connection, {
    ...rolesFor(config),
    platformSchemas: PLATFORM_SCHEMAS,
    ...(config.schemas ? { schemas: config.schemas } : {}),
  })
  const relations = judgedRelations(catalog, config)
  if (relations.length === 0) throw nothingToJudge(catalog.tested, config.relations)
  checkDeclarations(catalog, config)
  checkRoles(catalog, config)
  const { model, reading } = inferModel(catalog, config, PLATFORM_SCHEMAS)
  return {
    catalog,
    relations,
    model,
    reading,
    expectations: expectAll(catalog, model, reading, relations, config),
  }
}

/** A copy of the database costs as much as probing about this many relations. */
const RELATIONS_PER_CLONE = 40

/** Expectations and population → observations, on as many copies of the database as pay off. */
export async function probeAll(
  prepared: Prepared,
  known: Understood,
  population: Population,
  config: Config,
  signal: AbortSignal,
): Promise<Probed & { readonly ascents: readonly Ascent[] }> {
  const { catalog, model, reading, relations, expectations } = known
  const copies = Math.min(config.concurrency, Math.ceil(relations.length / RELATIONS_PER_CLONE)) - 1
  await using clones = await cloneDatabase(prepared.target, copies)
  const { dependentsOf, touchedBy } = dependence(catalog, reading)
  const options: ProbeOptions = {
    ...clones,
    catalog,
    model,
    population,
    relations,
    expectationsOf: groupBy(expectations, (one) => one.relation),
    comparedColumns: comparedColumns(catalog, reading),
    believes: believers(catalog, reading, dependentsOf),
    lookup: lookupIn(population.rows),
    signal,
  }
  const probed = await probe(options)
  const ascents = await ascend({ ...options, dependentsOf, touchedBy, probed })
  return { ...probed, ascents }
}

/** Observations → findings. */
export function judgeAll(
  prepared: Prepared,
  known: Understood,
  population: Population,
  probed: Awaited<ReturnType<typeof probeAll>>,
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
    exemptions,
    sees: sightOf(probed.observations),
    policyReads: policyReads(catalog, reading),
    definitions: prepared.definitions.flatMap(({ objectType, identity, file, line }) =>
      identity === null ? [] : [{ objectType, identity, file, line }],
    ),
    ...(config.supabase.exposedSchemas ? { served: config.supabase.exposedSchemas } : {}),
    baseOf: (relation) => baseOf(catalog, relation),
    ignore: config.ignore,
    today,
    reproductionOf: (observation) => reproductionOf(observation, population),
    reproductionOfAscent,
  })
}

function nothingToJudge(schemas: readonly string[], globs: readonly string[] | undefined): HarnessError {
  const where = schemas.length > 0 ? `schema ${schemas.join(', ')}` : 'any schema that an API role can use'
  const what =
    globs === undefined ? 'the migrations leave no table or view' : `no relation is like ${globs.join(', ')}`
  return new HarnessError('NOTHING_JUDGED', `there is nothing to judge: ${what} in ${where}`, {
    hint:
      globs === undefined
        ? 'Check that the right migrations were found, and `schemas` if it is set.'
        : 'Write --relation as schema.name, with * for any characters.',
  })
}
