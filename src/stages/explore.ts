import { areaUnit } from '../domain/area.ts'
import { holdsRows, relationByOid } from '../domain/catalog.ts'
import type { Relation } from '../domain/catalog.ts'
import type { Config } from '../domain/config.ts'
import type { Values } from '../domain/population.ts'
import type { Observation } from '../domain/probe.ts'
import type { PolicyCoverage } from '../domain/report.ts'
import { unitKey } from '../domain/shard.ts'
import type { ProbeOptions } from '../probe/options.ts'
import type { Sender } from '../probe/sender.ts'
import { coverAtOnce, coverRelation } from '../trace/coverage.ts'
import type { CoverageInput } from '../trace/coverage.ts'
import { Director } from './scenarios.ts'
import type { Directed } from './scenarios.ts'
import type { Seeded } from './seed.ts'
import type { Understood } from './understand.ts'

/** What the policies' own text led to. */
export interface Explored {
  /** per relation, with the scenarios that let somebody through: the others have told all that they can */
  readonly directed: readonly Directed[]
  readonly observations: readonly Observation[]
  /** which atoms of policies were seen to hold and not to hold, by the key of the unit */
  readonly covered: ReadonlyMap<string, readonly PolicyCoverage[]>
}

/** What is explored by itself: a relation, or what of one is an area. */
interface Plot {
  readonly key: string
  readonly relation: Relation
  readonly rows: readonly Values[]
  readonly spares: readonly Values[]
  readonly isDirected: boolean
}

/**
 * Rows and sessions that the text of the policies proposes, tried one by one; and which atoms of the policies come out
 * which way for them, the population and the cast. Plot by plot: no more scenarios are kept than are worked on.
 */
export async function explore(
  options: ProbeOptions,
  known: Understood,
  seeded: Seeded,
  config: Config,
  own: ReadonlySet<string>,
): Promise<Explored> {
  const plots = plotsIn(known, seeded, config).filter(({ key }) => own.has(key))
  const director = new Director(options, known.reading, config)
  const directed = new Map<Plot, Directed>()
  const covered = new Map<Plot, readonly PolicyCoverage[]>()
  const unclear: { readonly plot: Plot; readonly input: CoverageInput }[] = []
  await options.crew.share({ name: 'policies' }, plots, async (plot, sender) => {
    const found = plot.isDirected ? await director.direct(plot.relation, sender) : undefined
    const { actors } = options.population
    const input = {
      ...plot,
      catalog: known.catalog,
      population: { actors },
      scenarios: found?.scenarios ?? [],
    }
    const policies = await coverAtOnce(sender.connection, plot.relation, input)
    if (policies) covered.set(plot, policies)
    else unclear.push({ plot, input })
    if (found) directed.set(plot, withThrough(found))
  })
  // which of the answers is an error takes a transaction of several messages
  const clear = async ({ plot, input }: (typeof unclear)[number], { connection }: Sender): Promise<void> => {
    covered.set(plot, await coverRelation(connection, plot.relation, input))
  }
  await options.crew.share({ name: 'policies again', atOnce: 1 }, unclear, clear)
  const inOrder = plots.flatMap((plot) => directed.get(plot) ?? [])
  return {
    directed: inOrder,
    observations: inOrder.flatMap(({ observations }) => observations),
    covered: new Map(plots.map((plot) => [plot.key, covered.get(plot) ?? []])),
  }
}

function plotsIn(
  { catalog, relations }: Understood,
  { population, areas }: Seeded,
  config: Config,
): readonly Plot[] {
  return [
    ...relations.map((relation) => ({
      key: unitKey({ kind: 'relation', name: relation.qualified }),
      relation,
      rows: (population.rows.get(relation.oid) ?? []).map(valuesOf),
      spares: (population.spares.get(relation.oid) ?? []).map(valuesOf),
      isDirected: config.seed.directed && holdsRows(relation) && relation.rowSecurity.enabled,
    })),
    // what a topic is, policies read from a setting that has no row
    ...areas
      .filter(({ kind }) => kind !== 'topics')
      .map((area) => ({
        key: unitKey(areaUnit(area)),
        // of an area only those policies are known that admit something there; others hold for none of its rows
        relation: relationByOid(catalog, area.relation.oid) ?? area.relation,
        rows: area.rows.map(valuesOf),
        spares: [],
        isDirected: false,
      })),
  ]
}

const valuesOf = <Row>({ values }: { readonly values: Row }): Row => values

function withThrough(directed: Directed): Directed {
  const through = new Set(directed.observations.map(({ probe }) => probe.actor))
  return { ...directed, scenarios: directed.scenarios.filter(({ actor }) => through.has(actor.name)) }
}
