import type { RelationRef, UsableFunction, UsableRelation, UsableSchema } from '../domain/usage.ts'
import { groupBy } from '../group-by.ts'

export const qualified = ({ schema, name }: RelationRef): string => `${schema}.${name}`

/** A schema in which names are looked up. */
export class Lookup {
  readonly schema: UsableSchema
  readonly #relations: ReadonlyMap<string, UsableRelation>
  readonly #functions: (name: string) => readonly UsableFunction[]
  readonly #joining: (name: string) => readonly UsableRelation[]

  constructor(schema: UsableSchema) {
    this.schema = schema
    this.#relations = new Map(schema.relations.map((one) => [qualified(one), one]))
    this.#functions = groupBy(schema.functions, qualified)
    const joining = schema.relations.flatMap((relation) =>
      relation.foreignKeys.map(({ target }) => ({ target: qualified(target), relation })),
    )
    const byTarget = groupBy(joining, ({ target }) => target)
    this.#joining = (name) => byTarget(name).map(({ relation }) => relation)
  }

  relation(of: RelationRef): UsableRelation | undefined {
    return this.#relations.get(qualified(of))
  }

  functions(of: RelationRef): readonly UsableFunction[] {
    return this.#functions(qualified(of))
  }

  /** Functions that stand for a column or a relationship of the relation's rows. */
  computed(relation: RelationRef, name: string): boolean {
    return this.functions({ schema: relation.schema, name }).some(
      ({ over }) => over !== null && qualified(over) === qualified(relation),
    )
  }

  /** Relations with a foreign key to this one. */
  referring(to: RelationRef): readonly UsableRelation[] {
    return this.#joining(qualified(to))
  }
}
