import type { QueryRunner } from '../database/connection.ts'
import type { Check, Relation } from '../domain/catalog.ts'
import { nameParts, parseExpression, walk } from '../sql/parse.ts'
import { quoteName } from '../sql/quote.ts'

/** A condition that a row must satisfy, with the bodies of the functions that it calls. */
export interface Condition extends Check {
  readonly bodies: readonly string[]
}

/** Everything that the server holds a row against by itself: CHECKs, those of domains, and that there is a partition for it. */
export async function conditionsOf(
  connection: QueryRunner,
  relation: Relation,
  bodyOf: (name: string) => string | undefined,
): Promise<readonly Condition[]> {
  const bound = relation.kind === 'partitioned' ? await partitionBound(connection, relation) : []
  return [...relation.checks, ...domainChecks(relation), ...bound].map((check) => ({
    ...check,
    bodies: calledIn(check.expression).flatMap((name) => bodyOf(name) ?? []),
  }))
}

function domainChecks(relation: Relation): readonly Check[] {
  return relation.columns
    .filter(({ array }) => !array)
    .flatMap(({ name, domainChecks: checks }) =>
      checks.map((text) => ({
        name: `domain of ${name}`,
        columns: [name],
        expression: text.replaceAll(/\bVALUE\b/g, quoteName(name).replaceAll('$', '$$$$')),
      })),
    )
}

/** Some leaf must take the row. A relation without partitions has no condition: nothing can satisfy it. */
async function partitionBound(connection: QueryRunner, relation: Relation): Promise<readonly Check[]> {
  const leaves = await connection.rows<{ bound: string | null }>(
    'select pg_get_partition_constraintdef(relid) as bound from pg_partition_tree($1::oid) where isleaf and relid <> $1::oid',
    [relation.oid],
  )
  const bounds = leaves.flatMap(({ bound }) => bound ?? [])
  if (bounds.length === 0 || bounds.length < leaves.length) return []
  const expression = bounds.map((bound) => `(${bound})`).join(' or ')
  const tree = parseExpression(expression)
  const named = new Set(
    tree
      ? [...walk(tree)].flatMap((node) => (node.kind === 'ColumnRef' ? nameParts(node, 'fields') : []))
      : [],
  )
  const columns = relation.columns.filter(({ name }) => named.has(name)).map(({ name }) => name)
  return [{ name: 'partition bounds', columns, expression }]
}

function calledIn(expression: string): readonly string[] {
  const tree = parseExpression(expression)
  if (!tree) return []
  return [...walk(tree)].flatMap((node) =>
    node.kind === 'FuncCall' ? [nameParts(node, 'funcname').join('.')] : [],
  )
}
