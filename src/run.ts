import { assemble } from './assemble.ts'
import { Connection } from './database/connection.ts'
import { cloneDatabase } from './database/scratch.ts'
import { coverageText, mergeCoverage } from './domain/coverage.ts'
import type { Config } from './domain/config.ts'
import type { Part } from './domain/fact.ts'
import type { Actor } from './domain/population.ts'
import type { Report, Timing } from './domain/report.ts'
import type { ConnectionTarget } from './domain/server.ts'
import { prepare } from './prepare.ts'
import type { Prepared } from './prepare.ts'
import { identityLines, reportedIdentity } from './reported-identity.ts'
import { exemptionsFor } from './exemptions.ts'
import { coverAll } from './stages/cover.ts'
import type { Covered } from './stages/cover.ts'
import { explainAll } from './stages/explain.ts'
import { originsIn } from './stages/origins.ts'
import { judgeAll } from './stages/judge.ts'
import { copiesFor, probeAll } from './stages/probe.ts'
import type { Observed } from './stages/probe.ts'
import { seedAll } from './stages/seed.ts'
import type { Seeded } from './stages/seed.ts'
import { understand } from './stages/understand.ts'
import type { Understood } from './stages/understand.ts'

export type ProgressEvent =
  | { readonly kind: 'step'; readonly name: string }
  /** what a person should know about how this run came about, and stays on the screen */
  | { readonly kind: 'notice'; readonly text: string }
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
  /** a look at the database that the migrations left, before anything is put into it */
  readonly onMigrated?: (target: ConnectionTarget) => Promise<void>
}

/**
 * The pipeline: migrate, introspect, infer, seed, probe, judge.
 *
 * @throws HarnessError where the run could not be carried out: nothing of what it made is left behind
 */
export async function run(config: Config, context: RunContext): Promise<Report> {
  const steps: Timing[] = []
  const started = performance.now()
  const step = stepper(context, steps)

  await using prepared = await step('migrate', () => prepareFor(config, context), describeMigrated)
  try {
    await context.onMigrated?.(prepared.target)
    return await judgeDatabase(prepared, { config, context, step, steps, started })
  } catch (error) {
    throw await prepared.causeOf(error)
  }
}

/** The first step alone, told as a run tells it. */
export function prepareStep(config: Config, context: RunContext): Promise<Prepared> {
  return stepper(context, [])('migrate', () => prepareFor(config, context), describeMigrated)
}

const prepareFor = (config: Config, context: RunContext): Promise<Prepared> =>
  prepare(config, {
    ...context,
    onProgress: (name) => context.progress({ kind: 'step', name }),
    onNotice: (text) => context.progress({ kind: 'notice', text }),
  })

/**
 * Judges a database that the migrations ran in: seeds it, probes it, judges what was seen.
 *
 * @throws HarnessError where the run could not be carried out
 */
export function judgePrepared(prepared: Prepared, config: Config, context: RunContext): Promise<Report> {
  const steps: Timing[] = []
  const started = performance.now()
  return judgeDatabase(prepared, { config, context, step: stepper(context, steps), steps, started })
}

interface Pipeline {
  readonly config: Config
  readonly context: RunContext
  readonly step: ReturnType<typeof stepper>
  readonly steps: readonly Timing[]
  readonly started: number
}

async function judgeDatabase(
  prepared: Prepared,
  { config: said, context, step, steps, started }: Pipeline,
): Promise<Report> {
  await using connection = await Connection.open(prepared.target)
  const known = await step(
    'introspect',
    () => understand(connection, said, prepared.definitions),
    describeIdentity,
  )
  const { config } = known
  const seeded = await step('seed', () => seedAll(connection, known, config), describePopulation)
  const exemptionsOf = await exemptionsFor(connection, known.catalog, [
    ...known.expectations,
    ...seeded.areas.flatMap(({ expectations }) => expectations),
  ])
  await connection.close()
  await using clones = await cloneDatabase(prepared.target, copiesFor(known, config))
  const { targets } = clones
  const probed = await step(
    'probe',
    () => probeAll({ ...prepared, targets }, known, seeded, config, context.signal),
    (observed) => describeProbed(observed, known.routines.length),
  )
  const covered = await step(
    'cover',
    () => coverAll(targets, known, seeded, probed, context.signal),
    describeCovered,
  )
  const cast = withScenarioActors(seeded, probed)
  const facts = judgeAll(prepared, known, cast, probed, { config, exemptionsOf })
  const judged = await step(
    'explain',
    () =>
      explainAll(prepared, known, cast, probed.directed, facts, originsIn(prepared, config), context.signal),
    describeExplained,
  )
  return assemble({
    prepared,
    ...known,
    ...seeded,
    cast: cast.population.actors,
    directed: probed.directed,
    observations: probed.observations,
    calls: probed.calls,
    platformGrants: probed.beside.platformGrants,
    judged,
    covered,
    units: probed.units,
    today: context.today,
    steps,
    durationMs: performance.now() - started,
  })
}

/** Who got through in a scenario is judged like everybody else. */
function withScenarioActors(seeded: Seeded, { directed }: Observed): Seeded {
  const actors = directed.flatMap(({ scenarios, observations }) => {
    const through = new Set(observations.map(({ probe }) => probe.actor))
    return scenarios.flatMap(({ actor }) => (through.has(actor.name) ? [actor] : []))
  })
  return { ...seeded, population: { ...seeded.population, actors: [...seeded.population.actors, ...actors] } }
}

type Describe<Result> = (result: Result) => { readonly text: string; readonly notes: readonly string[] }

function stepper(context: RunContext, steps: Timing[]) {
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

/** Who connects, where it is not the platform's way. */
const describeIdentity: Describe<Understood> = ({ config, model }) => {
  const lines = identityLines(reportedIdentity(config, model))
  return { text: 'introspect', notes: lines }
}

const describeProbed = (
  { observations, calls, full }: Observed,
  routines: number,
): { readonly text: string; readonly notes: readonly string[] } => ({
  text: [
    `${count(observations.length, 'probe')} of ${count(full.size, 'relation')}`,
    ...(routines > 0 ? [`${count(calls.length, 'call')} of ${count(routines, 'function')}`] : []),
  ].join(', '),
  notes: [],
})

const describeCovered: Describe<Covered> = (policies) => ({
  text: coverageText(mergeCoverage([...policies.values()].flat())) ?? 'no policy to look at',
  notes: [],
})

const describeExplained: Describe<readonly Part[]> = (parts) => {
  const explained = parts.flatMap(({ facts }) => facts).filter(({ checks }) => checks !== undefined)
  return { text: `${count(explained.length, 'fact')} explained`, notes: [] }
}

const describePopulation: Describe<Seeded> = ({ population: made, areas }) => ({
  text: [
    count(made.tenants.length, 'tenant'),
    count(usersIn(made.actors), 'user'),
    count(rowsIn(made.rows) + areas.reduce((sum, { rows }) => sum + rows.length, 0), 'row'),
  ].join(', '),
  notes: made.notices,
})

const describeMigrated: Describe<{
  readonly sources: readonly {
    readonly tool: string
    readonly files: readonly { readonly path: string; readonly notes: readonly string[] }[]
  }[]
  readonly reused: number
}> = ({ sources, reused }) => ({
  text: `${sources.map(({ tool, files }) => `${count(files.length, 'file')} (${tool})`).join(' + ')}${reusedText(sources, reused)}`,
  notes: sources.flatMap(({ files }) => files.flatMap(({ notes }) => notes)),
})

function reusedText(sources: readonly { readonly files: readonly unknown[] }[], reused: number): string {
  const all = sources.reduce((sum, { files }) => sum + files.length, 0)
  return reused === 0 ? '' : reused === all ? ', cached' : `, ${reused} of them cached`
}

const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`

const usersIn = (actors: readonly Actor[]): number => new Set(actors.flatMap(({ user }) => user ?? [])).size

const rowsIn = (rows: ReadonlyMap<number, readonly unknown[]>): number =>
  [...rows.values()].reduce((sum, list) => sum + list.length, 0)
