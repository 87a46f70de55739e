import { parseExpression, parseStatements, plpgsqlQueries } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { withPlainTypes } from '../sql/plpgsql.ts'
import type { Catalog, Relation, Routine } from '../domain/catalog.ts'
import type { Identity } from './expression.ts'
import { noMentions, readMentions } from './lookups.ts'
import type { Mentions } from './lookups.ts'
import type { Reading } from './policy-facts.ts'

/** What is needed to understand the names in a project's SQL. */
export function readingOf(catalog: Catalog, identity: Identity): Reading {
  const byName = new Map<string, Relation>()
  for (const relation of catalog.relations) {
    byName.set(relation.qualified, relation)
    // an unqualified name in a function body means the first tested schema that has it
    if (!byName.has(relation.name) || catalog.tested.indexOf(relation.schema) === 0)
      byName.set(relation.name, relation)
  }
  const routines = new Map<string, Routine>()
  for (const routine of catalog.routines) {
    routines.set(`${routine.schema}.${routine.name}`, routine)
    if (!routines.has(routine.name)) routines.set(routine.name, routine)
  }
  return {
    find: (schema, name) => byName.get(schema === null ? name : `${schema}.${name}`),
    routines,
    identity,
    known: new Map(),
  }
}

/** Reads all policies of the catalog and all function bodies of the project. */
export function collectMentions(
  catalog: Catalog,
  reading: Reading,
  platformSchemas: readonly string[],
): Mentions {
  const mentions = noMentions()
  for (const relation of catalog.relations)
    for (const policy of relation.policies)
      for (const text of [policy.using, policy.withCheck]) {
        const tree = text === null ? null : parseExpression(text)
        if (tree) readMentions(tree, relation, reading, mentions)
      }
  for (const routine of catalog.routines)
    if (!platformSchemas.includes(routine.schema))
      for (const tree of bodyTrees(routine)) readMentions(tree, null, reading, mentions)
  return mentions
}

/** The SQL inside a function; a body that does not parse is opaque and gives nothing. */
export function bodyTrees(routine: Routine): readonly Node[] {
  switch (routine.language) {
    case 'sql':
      return parseStatements(routine.body.replace(/^\s*return\b/i, 'select')) ?? []
    case 'plpgsql':
      return plpgsqlTrees(routine)
    default:
      return []
  }
}

function plpgsqlTrees(routine: Routine): readonly Node[] {
  const returns = routine.isTrigger ? 'trigger' : routine.returnsSet ? 'setof record' : routine.returns
  for (const body of [routine.body, withPlainTypes(routine.body)])
    for (const type of [returns, 'text']) {
      const queries = plpgsqlQueries(
        `create function f() returns ${type} language plpgsql as $rls_harness$${body}$rls_harness$`,
      )
      if (queries)
        return queries
          .map(withoutTarget)
          .flatMap((query) => parseStatements(query) ?? parseExpression(query) ?? [])
    }
  return []
}

/** `v_role := (select …)` is an expression behind its target. */
function withoutTarget(query: string): string {
  return query.replace(/^\s*[\w".]+\s*:=/, '')
}
