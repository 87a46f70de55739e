import { bypassOf } from '../domain/bypass.ts'
import type { Catalog, Relation, Routine } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import { tieOf } from '../domain/population.ts'
import type { Actor, Population, SeededRow } from '../domain/population.ts'
import type { BesideObservation } from '../domain/privilege.ts'
import type { Origins } from './privileges-origin.ts'

/** What an attempt sends: as superuser before, as the actor, and as superuser to see what came of it. */
export interface BesideTrial extends Omit<BesideObservation, 'outcome' | 'actor'> {
  readonly actor: Actor
  readonly before: readonly string[]
  readonly attack: readonly string[]
  /** gives one row with `proven` */
  readonly proof: readonly string[]
  /** undoes what a rollback does not; it runs with the proof */
  readonly restore: readonly string[]
  readonly evidence: string
}

export interface BesideScene {
  readonly catalog: Catalog
  readonly population: Population
  readonly relations: readonly Relation[]
  readonly origins: Origins
  readonly model: Model
  /** security definer functions of policies that read tables by bare name */
  readonly unqualified: readonly {
    readonly relation: Relation
    readonly routine: Routine
    readonly reads: readonly Relation[]
  }[]
  readonly sees: (actor: string, relation: number, place: string) => boolean
}

/** One who asks per role: privileges know no users. */
export function askers({
  catalog,
  population,
}: Pick<BesideScene, 'catalog' | 'population'>): readonly Actor[] {
  return catalog.apiRoles.flatMap((role) => {
    const same = population.actors.filter((actor) => actor.role === role && actor.purpose === 'judged')
    return same.find(({ name }) => name.startsWith('carol')) ?? same[0] ?? []
  })
}

/** A row that is somebody else's and that the actor was not shown. */
export function hiddenRow(
  { population, sees }: BesideScene,
  relation: Relation,
  actor: Actor,
): SeededRow | undefined {
  return population.rows
    .get(relation.oid)
    ?.find((row) => tieOf(row, actor) === 'foreign' && !sees(actor.name, relation.oid, row.place))
}

export const usable = ({ schemas }: Catalog, schema: string, role: string): boolean =>
  schemas.some(({ name, usableBy }) => name === schema && usableBy.includes(role))

/** An owner may do all of this to what is its own; that policies do not bind it is another finding. */
export function ownsOrBypasses(catalog: Catalog, relation: Relation, name: string): boolean {
  const forced = { ...relation, rowSecurity: { enabled: true, forced: false } }
  return bypassOf(catalog, forced, name) !== null
}
