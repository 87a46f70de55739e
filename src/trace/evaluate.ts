import type { Connection } from '../database/connection.ts'
import type { Relation } from '../domain/catalog.ts'
import type { Actor, Values } from '../domain/population.ts'
import { ask, askAtOnce, failed } from './ask.ts'
import type { Answer, Came } from './ask.ts'
import type { Side } from './sides.ts'

/** What one side of a policy came to for one row and actor, as a whole and atom by atom. */
export interface Weighed {
  readonly side: Side
  readonly came: Came
  /** in the order of the side's atoms */
  readonly atoms: readonly Came[]
}

/** Who is asked which sides of which rows; rows are places in the list of all. */
export interface Weighing {
  readonly actor: Actor
  readonly sides: readonly Side[]
  readonly rows: readonly number[]
}

/** An atom that cannot be written back is told by the whole alone. */
const UNWRITTEN: Came = { error: 'the expression cannot be taken apart' }

/** Per weighing and row. */
export type Weighings = readonly (readonly (readonly Weighed[])[])[]

/**
 * What policies come to for rows as actors, in one message for all of them where nothing raises an error. `rightsOf`:
 * the owner of the view that the rows are reached through, where it stands in for the caller.
 */
export async function weigh(
  connection: Connection,
  relation: Relation,
  rows: readonly Values[],
  weighings: readonly Weighing[],
  rightsOf?: string,
): Promise<Weighings> {
  const { inquiry, questions, read } = inquire(relation, rows, weighings, rightsOf)
  return read(await ask(connection, inquiry, questions))
}

/** The same in one message, which others may come before and after; null where something raises an error. */
export async function weighAtOnce(
  connection: Connection,
  relation: Relation,
  rows: readonly Values[],
  weighings: readonly Weighing[],
): Promise<Weighings | null> {
  const { inquiry, questions, read } = inquire(relation, rows, weighings)
  const answers = await askAtOnce(connection, inquiry, questions)
  return answers && read(answers)
}

function inquire(
  relation: Relation,
  rows: readonly Values[],
  weighings: readonly Weighing[],
  rightsOf?: string,
) {
  const places = new Map<string, number>()
  const placeOf = (text: string): number => {
    const place = places.get(text) ?? places.size
    places.set(text, place)
    return place
  }
  const questions = weighings.map(({ actor, sides, rows: asked }) => ({
    actor,
    rows: asked,
    expressions: [...new Set(sides.flatMap(textsOf).map(placeOf))],
  }))
  const inquiry = {
    relation,
    rows,
    expressions: [...places.keys()],
    ...(rightsOf === undefined ? {} : { rightsOf }),
  }
  const read = (answers: readonly Answer[]): Weighings =>
    weighings.map(({ sides }, at) => {
      const order = new Map((questions[at]?.expressions ?? []).map((place, index) => [place, index]))
      return (answers[at] ?? []).map((row) =>
        sides.map((side) => weighed(side, (text) => row[order.get(places.get(text) ?? -1) ?? -1] ?? null)),
      )
    })
  return { inquiry, questions, read }
}

const textsOf = ({ expression, atoms }: Side): readonly string[] => [
  expression,
  ...atoms.flatMap(({ text }) => text ?? []),
]

const weighed = (side: Side, cameOf: (text: string) => Came): Weighed => ({
  side,
  came: cameOf(side.expression),
  atoms: side.atoms.map(({ text }) => (text === null ? UNWRITTEN : cameOf(text))),
})

/**
 * Whether these policies together let a row through: one of the permissive ones and all restrictive ones. An error counts
 * where the server cannot do without what raised it.
 */
export function admits(all: readonly Weighed[]): Came {
  const permissive = all.filter(({ side }) => side.policy.permissive)
  const restrictive = all.filter(({ side }) => !side.policy.permissive)
  if (restrictive.some(({ came }) => came === false || came === null)) return false
  const broken = [...restrictive, ...permissive].find(({ came }) => failed(came))
  if (permissive.some(({ came }) => came === true))
    return restrictive.find(({ came }) => failed(came))?.came ?? true
  return broken?.came ?? false
}
