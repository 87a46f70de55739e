import { DatabaseError } from '../../database/connection.ts'
import type { Connection } from '../../database/connection.ts'
import { relationByOid } from '../../domain/catalog.ts'
import type { Catalog, Relation } from '../../domain/catalog.ts'
import type { Population } from '../../domain/population.ts'
import { allRowsSql } from '../send.ts'
import { hasWrittenSql, placesSql } from './written.ts'

/** Looks into the tables that calls of a function have written to. */
export class Looks {
  readonly #connection: Connection
  readonly #options: { readonly catalog: Catalog; readonly population: Population }
  readonly #texts = new Map<Relation, string>()
  readonly #looking = new Map<number, Promise<void>>()

  constructor(
    connection: Connection,
    options: { readonly catalog: Catalog; readonly population: Population },
  ) {
    this.#connection = connection
    this.#options = options
  }

  /** The tables, each with the query that follows a call. */
  get all(): readonly (readonly [Relation, string])[] {
    return [...this.#texts]
  }

  /** From now on every call is followed by a look into this table, if the call wrote to it. */
  into(oid: number): Promise<void> {
    const looking = this.#looking.get(oid) ?? this.#prepare(oid)
    this.#looking.set(oid, looking)
    return looking
  }

  async #prepare(oid: number): Promise<void> {
    const { catalog, population } = this.#options
    const relation = relationByOid(catalog, oid)
    if (!relation) return
    const seeded = (population.rows.get(oid) ?? []).map(({ place }) => place)
    const places = [...new Set([...seeded, ...(await this.#standing(relation))])]
    this.#texts.set(relation, `${allRowsSql(relation, places)} where ${hasWrittenSql(relation)}`)
  }

  /** Where rows stand, those among them that nobody seeded. */
  async #standing(relation: Relation): Promise<readonly string[]> {
    try {
      const results = await this.#connection.results(placesSql(relation))
      return (results.at(-1)?.rows ?? []).map(({ place }) => String(place))
    } catch (error) {
      if (error instanceof DatabaseError) return []
      throw error
    }
  }
}
