import { parseExpression } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import type { Catalog, Relation, Routine } from '../domain/catalog.ts'
import { relationByOid } from '../domain/catalog.ts'
import { columnKey } from '../domain/ownership.ts'
import type { Identity } from './expression.ts'
import { bodyTrees } from '../sql/bodies.ts'
import { noMentions, readMentions } from './lookups.ts'
import type { Mentions } from './lookups.ts'
import type { Reading } from './policy-facts.ts'
import { calledTrees } from './called.ts'
import { looksLikeTenant, looksLikeUserRelation } from './names.ts'

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
        readCalled(tree, catalog, reading, mentions)
      }
  for (const routine of catalog.routines)
    if (!platformSchemas.includes(routine.schema))
      for (const tree of bodyTrees(routine)) {
        readMentions(tree, null, reading, mentions)
        readCalled(tree, catalog, reading, mentions)
      }
  return mentions
}

/**
 * What is asked through a call. That an account is searched by the user's key does not make it the user's: a personal
 * account may be numbered like its user, and the others not.
 */
function readCalled(tree: Node, catalog: Catalog, reading: Reading, mentions: Mentions): void {
  const before = new Set(mentions.users)
  for (const called of calledTrees(tree, reading)) readMentions(called, null, reading, mentions)
  for (const name of mentions.users)
    if (!before.has(name) && isKeyOfSomethingElse(catalog, name)) mentions.users.delete(name)
}

/** Whether a column is the key of a relation of other things than people, or refers to one. */
function isKeyOfSomethingElse(catalog: Catalog, name: string): boolean {
  return catalog.relations.some((relation) => {
    const key = relation.foreignKeys.find(({ columns }) =>
      columns.some((column) => columnKey(relation.oid, column) === name),
    )
    const target = key && relationByOid(catalog, key.target)
    return target ? !isOfPeople(target) : soleKey(relation) === name && !isOfPeople(relation)
  })
}

const soleKey = ({ oid, keys }: Relation): string | undefined => {
  const columns = keys.find(({ primary }) => primary)?.columns ?? []
  return columns.length === 1 ? columnKey(oid, columns[0] ?? '') : undefined
}

/** Accounts of the platform, what is keyed like them, and what is called like people. */
const isOfPeople = (relation: Relation): boolean =>
  relation.schema === 'auth' ||
  (looksLikeUserRelation(relation.name) && !looksLikeTenant(relation.name)) ||
  relation.foreignKeys.some(
    ({ columns, targetName }) =>
      targetName === 'auth.users' &&
      columns.some((column) => columnKey(relation.oid, column) === soleKey(relation)),
  )
