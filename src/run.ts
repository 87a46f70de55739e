import { introspect } from './catalog/introspect.ts'
import { Connection } from './database/connection.ts'
import { cloneDatabase } from './database/scratch.ts'
import type { Config } from './domain/config.ts'
import type { Actor } from './domain/population.ts'
import type { Report, Step } from './domain/report.ts'
import { HarnessError } from './errors.ts'
import { assemble } from './assemble.ts'
import { judge } from './judge/judge.ts'
import { sightOf } from './judge/sight.ts'
import { baseOf, expectAll } from './ownership/expect.ts'
import { inferModel } from './ownership/infer.ts'
import { comparedColumns } from './ownership/compared.ts'
import { policyReads } from './ownership/reads.ts'
import { groupBy } from './group-by.ts'
import { PLATFORM_SCHEMAS } from './platform/install.ts'
import { prepare } from './prepare.ts'
import type { Prepared } from './prepare.ts'
import { probe } from './probe/probe.ts'
import { checkDeclarations, checkRoles, exemptionsFor, judgedRelations, rolesFor } from './scope.ts'
import { lookupIn } from './seed/read-back.ts'
import { populate } from './seed/populate.ts'
import { reproductionOf } from './reproduce.ts'

export type ProgressEvent =
  | { readonly kind: 'step'; readonly name: string }
  | {
      readonly kind: 'done'
      readonly name: string
      readonly ms: number
      readonly text: string
      readonly notes: readonly string[]
    }

export interface RunContext {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** aborts the run; what was started is stopped and removed before run() rejects */
  readonly signal: AbortSignal
  readonly progress: (event: ProgressEvent) => void
  /** ISO date, for the expiry of ignore entries */
  readonly today: string
}

/**
 * The pipeline: migrate, introspect, infer, seed, probe, judge.
 *
 * @throws HarnessError where the run could not be carried out: nothing of what it made is left behind
 */
export async function run(config: Config, context: RunContext): Promise<Report> {
  const steps: Step[] = []
  const started = performance.now()
  const step = stepper(context, steps)

  await using prepared = await step(
    'migrate',
    () => prepare(config, { ...context, onProgress: (name) => context.progress({ kind: 'step', name }) }),
    describeMigrated,
  )
  try {
    return await judgeDatabase(prepared, { config, context, step, steps, started })
  } catch (error) {
    throw await prepared.causeOf(error)
  }
}

interface Pipeline {
  readonly config: Config
  readonly context: RunContext
  readonly step: ReturnType<typeof stepper>
  readonly steps: readonly Step[]
  readonly started: number
}

async function judgeDatabase(
  prepared: Prepared,
  { config, context, step, steps, started }: Pipeline,
): Promise<Report> {
  await using connection = await Connection.open(prepared.target)
  const roles = rolesFor(config)
  const catalog = await step('introspect', () =>
    introspect(connection, {
      ...roles,
      platformSchemas: PLATFORM_SCHEMAS,
      ...(config.schemas ? { schemas: config.schemas } : {}),
    }),
  )
  const relations = judgedRelations(catalog, config)
  if (relations.length === 0) throw nothingToJudge(catalog.tested, config.relations)
  checkDeclarations(catalog, config)
  checkRoles(catalog, config)
  const { model, reading } = inferModel(catalog, config, PLATFORM_SCHEMAS)
  const expectations = expectAll(catalog, model, reading, relations, config)
  const population = await step(
    'seed',
    () => populate(connection, catalog, model, { config, platformSchemas: PLATFORM_SCHEMAS }),
    (made) => ({
      text: [
        count(made.tenants.length, 'tenant'),
        count(usersIn(made.actors), 'user'),
        count(rowsIn(made.rows), 'row'),
      ].join(', '),
      notes: made.notices,
    }),
  )
  const exemptions = await exemptionsFor(connection, relations, expectations)
  await connection.close()
  const probed = await step(
    'probe',
    async () => {
      await using clones = await cloneDatabase(
        prepared.target,
        Math.min(config.concurrency, Math.ceil(relations.length / RELATIONS_PER_CLONE)) - 1,
      )
      return await probe({
        ...clones,
        catalog,
        model,
        population,
        relations,
        expectationsOf: groupBy(expectations, (one) => one.relation),
        comparedColumns: comparedColumns(catalog, reading),
        lookup: lookupIn(population.rows),
        signal: context.signal,
      })
    },
    ({ observations }) => ({
      text: `${count(observations.length, 'probe')} of ${count(relations.length, 'relation')}`,
      notes: [],
    }),
  )
  const judged = judge({
    catalog,
    population,
    relations,
    expectations,
    ...probed,
    exemptions,
    sees: sightOf(probed.observations),
    policyReads: policyReads(catalog, reading),
    definitions: prepared.definitions.flatMap(({ objectType, identity, file, line }) =>
      identity === null ? [] : [{ objectType, identity, file, line }],
    ),
    ...(config.supabase.exposedSchemas ? { served: config.supabase.exposedSchemas } : {}),
    baseOf: (relation) => baseOf(catalog, relation),
    ignore: config.ignore,
    today: context.today,
    reproductionOf: (observation) => reproductionOf(observation, population),
  })
  return assemble({
    config,
    prepared,
    catalog,
    model,
    relations,
    expectations,
    population,
    observations: probed.observations,
    judged,
    steps,
    durationMs: performance.now() - started,
  })
}

/** A copy of the database costs as much as probing about this many relations. */
const RELATIONS_PER_CLONE = 40

type Describe<Result> = (result: Result) => { readonly text: string; readonly notes: readonly string[] }

function stepper(context: RunContext, steps: Step[]) {
  return async <Result>(
    name: string,
    work: () => Promise<Result>,
    describe?: Describe<Result>,
  ): Promise<Result> => {
    context.signal.throwIfAborted()
    context.progress({ kind: 'step', name })
    const started = performance.now()
    const result = await work()
    const ms = performance.now() - started
    steps.push({ name, ms })
    const { text, notes } = describe?.(result) ?? { text: name, notes: [] }
    context.progress({ kind: 'done', name, ms, text, notes })
    return result
  }
}

const describeMigrated: Describe<{
  readonly sources: readonly {
    readonly tool: string
    readonly files: readonly { readonly path: string; readonly notes: readonly string[] }[]
  }[]
  readonly fromCache: boolean
}> = ({ sources, fromCache }) => ({
  text: `${sources.map(({ tool, files }) => `${count(files.length, 'file')} (${tool})`).join(' + ')}${fromCache ? ', cached' : ''}`,
  notes: sources.flatMap(({ files }) => files.flatMap(({ notes }) => notes)),
})

const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`

const usersIn = (actors: readonly Actor[]): number => new Set(actors.flatMap(({ user }) => user ?? [])).size

const rowsIn = (rows: ReadonlyMap<number, readonly unknown[]>): number =>
  [...rows.values()].reduce((sum, list) => sum + list.length, 0)

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
