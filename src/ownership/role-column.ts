import type { Column, Relation } from '../domain/catalog.ts'
import { isStatus } from './lapses.ts'
import type { Lookup } from './lookups.ts'
import { looksLikeRole } from './names.ts'

/** The column of a membership that says what the member may do in the tenant. */
export function roleColumn(relation: Relation, lookup: Lookup | undefined): Column | undefined {
  return (
    relation.columns.find(({ name }) => looksLikeRole(name)) ??
    relation.columns.find(
      ({ name, baseType }) =>
        Object.hasOwn(lookup?.labels ?? {}, name) && baseType !== 'bool' && !isStatus(name),
    ) ??
    relation.columns.find(({ name }) => /^(member|access|permission)?_?(level|type|kind)$/i.test(name))
  )
}
