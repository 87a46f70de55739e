import type { Relation } from '../domain/catalog.ts'
import { plainSql } from '../domain/plain-sql.ts'
import type { Lapsed, Proposal } from './propose.ts'

/** A scenario in words: columns by the names of their relations, literals without their types. */
export function labelOf(relation: Relation, proposal: Proposal, lapsed: Lapsed | null): string {
  const relations = relationsOf(relation, proposal)
  const { label } = proposal
  const named = (alias: string): string => `${relations.get(alias)?.name ?? alias}.`
  const plain = plainSql(
    label.replaceAll(/\br0\./g, '').replaceAll(/\b(s\d+)\./g, (_, alias: string) => named(alias)),
  )
  if (!lapsed) return plain
  const value = typeof lapsed.value === 'string' ? `'${lapsed.value}'` : String(lapsed.value)
  return `${plain}, with ${named(lapsed.alias)}${lapsed.column} = ${value}`
}

/** Relations by the names that conditions give to their rows. */
const relationsOf = (own: Relation, { instances }: Proposal): ReadonlyMap<string, Relation> =>
  new Map([['r0', own], ...instances.map(({ alias, relation }) => [alias, relation] as const)])
