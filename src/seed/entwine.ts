import type { Connection } from '../database/connection.ts'
import { DatabaseError } from '../database/connection.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import { quoteName, quoteQualified } from '../sql/quote.ts'

/** A column whose texts become parts of names. */
export interface NameColumn {
  readonly relation: Relation
  readonly column: string
}

/**
 * Lets the texts of a column begin with the first row's: a policy that compares beginnings instead of whole parts then
 * takes one for the other. Texts that keys refer to, or that must look like something, stay as they are.
 */
export async function entwine(
  connection: Connection,
  catalog: Catalog,
  columns: readonly NameColumn[],
): Promise<void> {
  for (const { relation, column } of columns.filter((one) => isFree(catalog, one))) {
    const table = quoteQualified(relation.schema, relation.name)
    const name = quoteName(column)
    try {
      await connection.run(
        [
          'savepoint entwining',
          'set local session_replication_role = replica',
          `update ${table} t set ${name} = first.${name} || '-' || t.${name} from (select ctid, ${name} from ${table} order by ctid limit 1) first where t.ctid <> first.ctid`,
          'set local session_replication_role = origin',
        ].join(';\n'),
      )
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      await connection.run('rollback to savepoint entwining')
    }
  }
}

function isFree({ relations }: Catalog, { relation, column }: NameColumn): boolean {
  const found = relation.columns.find(({ name }) => name === column)
  const isReferred = relations.some(({ foreignKeys }) =>
    foreignKeys.some(
      ({ target, targetColumns }) => target === relation.oid && targetColumns.includes(column),
    ),
  )
  return (
    found !== undefined &&
    /^(text|varchar|citext)$/.test(found.baseType) &&
    found.maxLength === null &&
    !isReferred &&
    relation.kind === 'table' &&
    !relation.foreignKeys.some(({ columns }) => columns.includes(column)) &&
    !relation.checks.some(({ columns }) => columns.includes(column))
  )
}
