import { parseExpression } from '../sql/parse.ts'
import type { Catalog, Relation, Routine } from '../domain/catalog.ts'
import type { Identity } from './expression.ts'
import { bodyTrees } from './bodies.ts'
import { noMentions, readMentions } from './lookups.ts'
import type { Mentions } from './lookups.ts'
import type { Reading } from './policy-facts.ts'
import { calledTrees } from './called.ts'

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
        if (!tree) continue
        readMentions(tree, relation, reading, mentions)
        for (const called of calledTrees(tree, reading)) readMentions(called, null, reading, mentions)
      }
  for (const routine of catalog.routines)
    if (!platformSchemas.includes(routine.schema))
      for (const tree of bodyTrees(routine)) {
        readMentions(tree, null, reading, mentions)
        for (const called of calledTrees(tree, reading)) readMentions(called, null, reading, mentions)
      }
  return mentions
}
