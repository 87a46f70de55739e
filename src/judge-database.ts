import { assemble } from './assemble.ts'
import { Connection } from './database/connection.ts'
import { cloneDatabase } from './database/scratch.ts'
import { coverageText, mergeCoverage } from './domain/coverage.ts'
import type { Config } from './domain/config.ts'
import type { Part } from './domain/fact.ts'
import type { Actor } from './domain/population.ts'
import type { Report, Timing } from './domain/report.ts'
import type { Prepared } from './prepare.ts'
import { Crew } from './probe/crew.ts'
import { identityLines, reportedIdentity } from './reported-identity.ts'
import { exemptionsFor } from './exemptions.ts'
import { explainAll } from './stages/explain.ts'
import { explore } from './stages/explore.ts'
import type { Explored } from './stages/explore.ts'
import { originsIn } from './stages/origins.ts'
import { judgeAll } from './stages/judge.ts'
import { copiesFor, isOurs, optionsFor, probeAll } from './stages/probe.ts'
import type { Observed } from './stages/probe.ts'
import { seedAll } from './stages/seed.ts'
import type { Seeded } from './stages/seed.ts'
import { understand } from './stages/understand.ts'
import type { Understood } from './stages/understand.ts'
import { count } from './step.ts'
import type { Describe, StepContext, stepper } from './step.ts'

export interface Pipeline {
  readonly config: Config
  readonly context: StepContext & { readonly today: string }
  readonly step: ReturnType<typeof stepper>
  readonly steps: readonly Timing[]
  readonly started: number
}

/** Introspects, infers, seeds, probes and judges a database that the migrations ran in. */
export async function judgeDatabase(
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
  const copies = copiesFor(prepared, known, config)
  await using clones = await cloneDatabase(prepared.target, copies, isOurs(prepared.engine))
  await using crew = await Crew.on(clones.targets, {
    isolation: config.isolation,
    actors: seeded.population.actors,
    signal: context.signal,
    onPiece: (name, done, total) => context.progress({ kind: 'part', name, done, total }),
  })
  const options = optionsFor(known, seeded, crew)
  const probed = await step(
    'probe',
    () => probeAll(prepared, options, known, seeded, config),
    (observed) => describeProbed(observed, known.routines.length),
  )
  const explored = await step(
    'cover',
    () => explore(options, known, seeded, config, probed.own),
    describeExplored,
  )
  const observations = [...probed.observations, ...explored.observations]
  const cast = withScenarioActors(seeded, explored)
  const facts = judgeAll(prepared, known, cast, { ...probed, observations }, { config, exemptionsOf })
  const judged = await step(
    'explain',
    () => explainAll(prepared, known, cast, explored.directed, facts, originsIn(prepared, config), crew),
    describeExplained,
  )
  return assemble({
    prepared,
    ...known,
    ...seeded,
    cast: cast.population.actors,
    directed: explored.directed,
    observations,
    calls: probed.calls,
    platformGrants: probed.beside.platformGrants,
    judged,
    covered: explored.covered,
    units: probed.units,
    today: context.today,
    steps,
    durationMs: performance.now() - started,
  })
}

/** Who got through in a scenario is judged like everybody else. */
function withScenarioActors(seeded: Seeded, { directed }: Explored): Seeded {
  const actors = directed.flatMap(({ scenarios }) => scenarios.map(({ actor }) => actor))
  return { ...seeded, population: { ...seeded.population, actors: [...seeded.population.actors, ...actors] } }
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

const describeExplored: Describe<Explored> = ({ covered }) => ({
  text: coverageText(mergeCoverage([...covered.values()].flat())) ?? 'no policy to look at',
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

const usersIn = (actors: readonly Actor[]): number => new Set(actors.flatMap(({ user }) => user ?? [])).size

const rowsIn = (rows: ReadonlyMap<number, readonly unknown[]>): number =>
  [...rows.values()].reduce((sum, list) => sum + list.length, 0)
