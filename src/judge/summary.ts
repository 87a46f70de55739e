import type { Actor, Population } from '../domain/population.ts'
import { standingOf, tieOf } from '../domain/population.ts'
import { gotThrough } from '../domain/probe.ts'
import type { Observation } from '../domain/probe.ts'
import type { Cell, Finding, ReportedRelation, Untested } from '../domain/report.ts'
import { COMMANDS, STANDINGS, audienceOf, widest } from '../domain/vocabulary.ts'
import type { Audience, Command, Standing } from '../domain/vocabulary.ts'
import type { Relation } from '../domain/catalog.ts'

export interface SeenInput {
  readonly relation: Relation
  readonly base: Relation
  readonly observations: readonly Observation[]
  readonly population: Population
}

type Grid<Value = Cell> = Record<Standing, Record<Command, Value>>

/** One value per standing and command. */
export const grid = <Value>(valueOf: (standing: Standing, command: Command) => Value): Grid<Value> =>
  Object.fromEntries(
    STANDINGS.map((standing) => [
      standing,
      Object.fromEntries(COMMANDS.map((command) => [command, valueOf(standing, command)])),
    ]),
  ) as Grid<Value>

/** Per standing and command whether rows were reached, before it is judged whether they may be. */
export function seenCells(input: SeenInput): Grid {
  const actors = new Map(input.population.actors.map((actor) => [actor.name, actor]))
  return grid((standing, command) => seenCell(input, actors, standing, command))
}

function seenCell(
  { relation, base, observations, population }: SeenInput,
  actors: ReadonlyMap<string, Actor>,
  standing: Standing,
  command: Command,
): Cell {
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

/** What the matrix shows: a finding before doubt, and doubt before what was seen. */
export function judgedCells(
  seen: ReportedRelation['cells'],
  findings: readonly Finding[],
  untested: readonly Untested[],
): Grid {
  return grid((standing, command) => {
    const mine = findings.filter(
      (one) => one.command === command && one.actor === standing && one.severity !== 'note',
    )
    if (mine.some(({ kind }) => kind === 'leak')) return 'leak'
    if (mine.some(({ kind }) => kind === 'overblock' || kind === 'broken')) return 'blocked'
    const isDoubtful = untested.some(
      (one) => one.command === command && (one.actor === 'all' || one.actor === standing),
    )
    return isDoubtful ? 'untested' : seen[standing][command]
  })
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
