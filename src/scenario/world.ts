import type { QueryRunner } from '../database/connection.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import type { Actor, Population, SeededRow, Values } from '../domain/population.ts'
import { benchFor, Unmakeable } from '../seed/bench.ts'
import type { Bench, Placed, Workshop } from '../seed/bench.ts'
import { actorFor, STRANGER } from '../seed/cast.ts'
import type { Person } from '../seed/cast.ts'
import { openWorkshop, seedableRelations } from '../seed/populate.ts'
import type { PopulateOptions } from '../seed/populate.ts'
import { seedFor } from '../seed/place.ts'
import { lookupIn } from '../seed/read-back.ts'
import type { Lookup } from '../seed/read-back.ts'
import { makeRow } from '../seed/row.ts'
import { leastFirst, roleLabels, roleOf } from '../seed/slots.ts'
import type { DraftRow } from './draft.ts'

export interface WorldOptions {
  readonly catalog: Catalog
  readonly model: Model
  readonly population: Population
  readonly options: PopulateOptions
}

/** Numbers of rows from here on are those of scenarios: no value of theirs is shared with another row. */
const FIRST_ROW = 900

/** What scenarios are set in: the population as it stands, and rows that could be added to it. */
export class World {
  readonly catalog: Catalog
  readonly model: Model
  readonly population: Population
  readonly lookup: Lookup
  readonly stranger: Person
  readonly actor: Actor
  readonly anon: Actor | undefined
  readonly #connection: QueryRunner
  readonly #shop: Workshop
  readonly #order: readonly number[]
  readonly #benches = new Map<number, Promise<Bench>>()
  /** where rows stand */
  readonly #places: ReadonlyMap<Values, string>
  readonly #templates = new Map<string, Promise<Values | null>>()

  constructor(connection: QueryRunner, { catalog, model, population, options }: WorldOptions) {
    this.catalog = catalog
    this.model = model
    this.population = population
    this.lookup = lookupIn(population.rows)
    this.#connection = connection
    this.#places = new Map(
      [...population.rows.values()].flatMap((rows) =>
        rows.map(({ values, place }) => [values, place] as const),
      ),
    )
    const placed = new Map<number, readonly Placed[]>()
    this.#shop = openWorkshop(catalog, model, options, placed)
    for (const [oid, rows] of population.rows)
      placed.set(
        oid,
        rows.map((row) => this.#placed(row)),
      )
    this.#order = seedableRelations(catalog, options.platformSchemas).map(({ oid }) => oid)
    const stranger = this.#shop.people.find(({ name }) => name === STRANGER)
    if (!stranger) throw new Error('the cast has no stranger')
    this.stranger = stranger
    this.actor = actorFor(stranger, population.tenants, model, options.config)
    this.anon = population.actors.find(({ name }) => name === 'anon')
  }

  get people(): readonly Person[] {
    return this.#shop.people
  }

  #placed({ values, owners, authors, tenants }: SeededRow): Placed {
    const named = [...owners, ...authors]
    const person = this.#shop.people.find(({ key }) => named.includes(key)) ?? null
    return { slot: { person, tenant: tenants[0] ?? person?.tenant ?? null }, values }
  }

  /** Where a row stands; undefined where it is none of the population. */
  placeOf(values: Values | null | undefined): string | undefined {
    return values ? this.#places.get(values) : undefined
  }

  /** Rows as they stand. */
  standing(relation: number): readonly Values[] {
    return (this.population.rows.get(relation) ?? []).map(({ values }) => values)
  }

  /** Whether rows can be put into a relation, and before which others. */
  orderOf(relation: Relation): number {
    return this.#order.indexOf(relation.oid)
  }

  benchOf(relation: Relation): Promise<Bench> {
    const { catalog, model } = this
    const known =
      this.#benches.get(relation.oid) ??
      benchFor(this.#connection, relation, {
        catalog,
        model,
        index: Math.max(0, this.orderOf(relation)) + 1,
        role: roleOf(relation, model),
        late: [],
      })
    this.#benches.set(relation.oid, known)
    return known
  }

  /** The row that a scenario is about: somebody else's, as it stands, or a new one where none does. */
  async victim(relation: Relation): Promise<DraftRow | null> {
    const rows = (this.population.rows.get(relation.oid) ?? []).filter(
      ({ owners, authors }) => ![...owners, ...authors].includes(this.stranger.key),
    )
    const [alice] = this.#shop.people
    const row =
      rows.find(({ owners }) => alice !== undefined && owners.includes(alice.key)) ??
      rows.find(({ tenants }) => alice?.tenant !== null && tenants.includes(alice?.tenant ?? '')) ??
      rows.find(({ owners, tenants }) => owners.length + tenants.length > 0) ??
      rows[0]
    return row ? { relation, values: row.values, standing: row.values } : this.madeVictim(relation)
  }

  /** A row of somebody else's that stands nowhere yet. */
  async madeVictim(relation: Relation): Promise<DraftRow | null> {
    const [alice] = this.#shop.people
    const values = await this.#make(relation, alice ?? null, 0)
    return values && { relation, values, standing: null }
  }

  /** A row that could be inserted in somebody else's name. */
  newVictim(relation: Relation): DraftRow | null {
    const spares = this.population.spares.get(relation.oid) ?? []
    const [alice] = this.#shop.people
    const spare = spares.find(({ actor }) => actor === alice?.name) ?? spares[0]
    return spare ? { relation, values: spare.values, standing: null } : null
  }

  /** A row of somebody who has nothing to do with the victim, for a condition to make something else of. */
  async related(relation: Relation, number: number): Promise<DraftRow | null> {
    const outsider = this.#shop.people.find(({ name }) => name === 'carol') ?? null
    const made = await this.#make(relation, outsider, number)
    if (!made) {
      const rows = this.standing(relation.oid)
      const own = rows.find((one) => Object.values(one).includes(this.stranger.key))
      const values = own ?? rows[0]
      return values ? { relation, values, standing: values } : null
    }
    return { relation, values: this.#leastRight(relation, made), standing: null }
  }

  /** Nobody is given a strong role that no condition asks for. */
  #leastRight(relation: Relation, values: Values): Values {
    const membership = this.model.tenants
      .flatMap(({ memberships }) => memberships)
      .find((one) => one.relation === relation.oid)
    const [least] = membership ? leastFirst(roleLabels(this.catalog, this.model, membership)) : []
    const column = membership?.roleColumn
    return column && least !== undefined && typeof values[column] === 'string'
      ? { ...values, [column]: least }
      : values
  }

  #make(relation: Relation, person: Person | null, number: number): Promise<Values | null> {
    const key = `${relation.oid} ${person?.name ?? ''} ${number}`
    const known = this.#templates.get(key) ?? this.#makeRow(relation, person, number)
    this.#templates.set(key, known)
    return known
  }

  async #makeRow(relation: Relation, person: Person | null, number: number): Promise<Values | null> {
    if (this.orderOf(relation) < 0) return null
    const bench = await this.benchOf(relation)
    const slot = { person, tenant: person?.tenant ?? null }
    // whichever of several scenarios comes first: the row is the same
    this.#shop.faker.seed(seedFor(this.#shop.seed, relation.qualified, person?.name ?? '', number))
    try {
      return makeRow(this.#shop, bench, { slot, variant: 0, row: FIRST_ROW + number })
    } catch (error) {
      if (error instanceof Unmakeable) return null
      throw error
    }
  }
}
