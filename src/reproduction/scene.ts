import type { Catalog, Relation } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import type { Actor, Population } from '../domain/population.ts'
import type { RoutineFacts } from '../domain/routine-facts.ts'
import { BECOME_SUPERUSER, sessionSql } from '../database/impersonate.ts'
import type { Inventory, KnownRow } from './inventory.ts'
import { neededRows } from './needed.ts'
import { plainName, rowsBlock, scriptOf, whoIs, whoseIs } from './script.ts'
import type { Block } from './script.ts'

/** What scripts are made from. */
export interface Scene {
  readonly catalog: Catalog
  readonly model: Model
  readonly population: Population
  readonly inventory: Inventory
  readonly routineFacts: ReadonlyMap<number, RoutineFacts>
  /** relations that are looked into on the way to one, at any depth */
  readonly looksInto: (relation: number) => ReadonlySet<number>
  /** relations that the triggers of one write to or look into */
  readonly touchedBy: (relation: number) => readonly number[]
  /** the table behind a view, as far as there is a single one */
  readonly baseOf: (relation: Relation) => Relation
}

/** What a script needs beside what it does. */
export interface Setting {
  readonly actor: Actor
  readonly aims: readonly KnownRow[]
  readonly tables: ReadonlySet<number>
  /** rows that would stand in the way of what is to be inserted */
  readonly collides?: (row: KnownRow) => boolean
}

export const relationOf = ({ catalog }: Scene, oid: number): Relation | undefined =>
  catalog.relations.find((one) => one.oid === oid)

/** The tables behind relations that are read, and behind what triggers of those that are written do. */
export function tablesOnTheWay(
  { looksInto, touchedBy }: Scene,
  read: readonly number[],
  written: readonly number[] = [],
): ReadonlySet<number> {
  const touched = written.flatMap((oid) => touchedBy(oid))
  const start = [...read, ...written, ...touched]
  return new Set([...touched, ...start.flatMap((oid) => [...looksInto(oid)])])
}

/** Everybody whom the rows belong to, behind the one who asks. */
export function peopleOf({ population }: Scene, actor: Actor, rows: readonly KnownRow[]): readonly Actor[] {
  const owners = rows.flatMap(({ row }) => (row.owners.length > 0 ? row.owners : row.authors))
  const others = [...new Set(owners)].flatMap((key) => {
    const same = population.actors.filter(({ user }) => user === key)
    return same.find(({ forged }) => !forged) ?? same[0] ?? []
  })
  return [actor, ...others.filter(({ user }) => user !== actor.user)]
}

/** The blocks before the statement: who is who, the rows. */
export function opening(scene: Scene, { actor, aims, tables, collides }: Setting): readonly Block[] {
  const people = peopleOf(scene, actor, aims)
  // what the actor's own scene changes must be there before
  const standing = (actor.stands ?? []).flatMap((place) => scene.inventory.at(place) ?? [])
  const needed = neededRows(scene.inventory, scene.model, {
    people,
    aims: [...new Set([...aims, ...standing])],
    tables,
  })
  const rows = needed.filter((row) => !collides?.(row))
  const views = scene.catalog.relations.filter(({ kind }) => kind === 'materialized')
  return [
    { says: people.map(whoIs), sql: [] },
    rowsBlock(
      rows,
      scene.population,
      views.filter(({ view }) => view?.reads.some((oid) => holds(rows, oid))),
    ),
  ]
}

const holds = (rows: readonly KnownRow[], oid: number): boolean =>
  rows.some(({ relation }) => relation.oid === oid)

/** The session of an actor, and before it what has to stand there for that. */
export const asActor = (actor: Actor): Block => ({
  says: [
    ...(actor.scene === undefined ? [] : ['what a superuser puts there first, then']),
    `as ${plainName(actor)}`,
  ],
  sql: [sessionSql(actor)],
})

/** What is looked at as superuser, once the attempt is over. */
export const look = (says: readonly string[], sql: readonly string[]): Block => ({
  says,
  sql: ['set constraints all immediate', BECOME_SUPERUSER, ...sql],
})

/** A whole script. */
export const script = (blocks: readonly Block[]): string =>
  scriptOf(blocks.filter(({ says, sql }) => says.length + sql.length > 0))

/** "1 row, which belongs to alice" */
export function rowsText(rows: readonly KnownRow[], { population }: Scene): string {
  const whose = [...new Set(rows.map(({ row }) => whoseIs(row, population.actors)))].join('; ')
  return rows.length === 1 ? `1 row (${whose})` : `${rows.length} rows (${whose})`
}
