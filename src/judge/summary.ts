import type { Actor, Population } from '../domain/population.ts'
import { standingOf, tieOf } from '../domain/population.ts'
import { gotThrough } from '../domain/probe.ts'
import type { Observation } from '../domain/probe.ts'
import type { Cell, Finding, Untested } from '../domain/report.ts'
import { COMMANDS, STANDINGS, audienceOf, widest } from '../domain/vocabulary.ts'
import type { Audience, Command, Standing } from '../domain/vocabulary.ts'
import type { Relation } from '../domain/catalog.ts'

export interface CellInput {
  readonly relation: Relation
  readonly base: Relation
  readonly observations: readonly Observation[]
  readonly findings: readonly Finding[]
  readonly untested: readonly Untested[]
  readonly population: Population
}

type Grid = Record<Standing, Record<Command, Cell>>

/** What the matrix shows: per standing and command whether rows were reached, and whether they may be. */
export function cellsOf(input: CellInput): Grid {
  const actors = new Map(input.population.actors.map((actor) => [actor.name, actor]))
  return Object.fromEntries(
    STANDINGS.map((standing) => [
      standing,
      Object.fromEntries(COMMANDS.map((command) => [command, cellOf(input, actors, standing, command)])),
    ]),
  ) as Grid
}

function cellOf(
  { relation, base, observations, findings, untested, population }: CellInput,
  actors: ReadonlyMap<string, Actor>,
  standing: Standing,
  command: Command,
): Cell {
  const mine = findings.filter(
    (one) =>
      one.relation === relation.qualified &&
      one.command === command &&
      one.actor === standing &&
      one.severity !== 'note',
  )
  if (mine.some(({ kind }) => kind === 'leak')) return 'leak'
  if (mine.some(({ kind }) => kind === 'overblock' || kind === 'broken')) return 'blocked'
  if (
    untested.some(
      (one) =>
        one.relation === relation.qualified &&
        one.command === command &&
        (one.actor === 'all' || one.actor === standing),
    )
  )
    return 'untested'
  const reached = observations.some((one) => {
    const actor = actors.get(one.probe.actor)
    return (
      one.probe.command === command &&
      actor !== undefined &&
      actor.purpose === 'judged' &&
      gotThrough(one) &&
      one.reached.some(({ tie, rows }) => rows > 0 && standingOf(tie, actor) === standing)
    )
  })
  if (reached) return 'open'
  const rows = population.rows.get(base.oid) ?? []
  const exists = population.actors.some(
    (actor) =>
      actor.purpose === 'judged' &&
      (actor.role === 'anon') === (standing === 'anon') &&
      (standing === 'anon' ||
        relation.view !== null ||
        rows.some((row) => standingOf(tieOf(row, actor), actor) === standing)),
  )
  return exists ? 'closed' : 'none'
}

/** The widest audience that was seen to get through. */
export function accessOf(cells: Grid): Readonly<Record<Command, Audience>> {
  return Object.fromEntries(
    COMMANDS.map((command) => [
      command,
      widest(
        ...STANDINGS.filter((standing) => ['open', 'leak'].includes(cells[standing][command])).map(
          audienceOf,
        ),
      ),
    ]),
  ) as Record<Command, Audience>
}
