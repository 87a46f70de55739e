import { nameParts, parseExpression, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import { COMMANDS } from '../domain/vocabulary.ts'
import type { Command } from '../domain/vocabulary.ts'
import { bodyTrees } from '../sql/bodies.ts'
import type { Reading } from './policy-facts.ts'
import { isDynamic } from './routine-facts.ts'

/** Which other relations the policies of each relation look into. */
export function policyReads(catalog: Catalog, reading: Reading): ReadonlyMap<number, readonly number[]> {
  return new Map(
    [...policyLooks(catalog, reading)].map(([oid, reads]) => [oid, reads.filter((one) => one !== oid)]),
  )
}

/** Which relations the policies of each relation look into, through subqueries and the functions that they call; itself, too. */
export function policyLooks(catalog: Catalog, reading: Reading): ReadonlyMap<number, readonly number[]> {
  return new Map(catalog.relations.map((relation) => [relation.oid, looksFor(relation, COMMANDS, reading)]))
}

/** Which relations a relation's policies for some commands look into, themselves and in the functions that they call. */
export function looksFor(
  { policies }: Relation,
  commands: readonly Command[],
  reading: Reading,
): readonly number[] {
  const trees = policies
    .filter(({ command }) => command === 'all' || commands.includes(command))
    .flatMap(({ using, withCheck }) => [using, withCheck])
    .flatMap((text) => (text === null ? [] : (parseExpression(text) ?? [])))
  return [...readsOf(trees, reading)]
}

/** Relations that expressions or statements look into, directly or in the functions that they call. */
export function readsOf(trees: readonly Node[], reading: Reading): ReadonlySet<number> {
  const found = new Set<number>()
  const called = new Set<string>()
  for (const tree of trees) collect(tree, reading, found, called)
  return found
}

function collect(tree: Node, reading: Reading, found: Set<number>, called: Set<string>): void {
  for (const node of walk(tree)) {
    if (node.kind === 'RangeVar') {
      const { relname, schemaname } = node.fields
      const relation = reading.find(typeof schemaname === 'string' ? schemaname : null, String(relname))
      if (relation) found.add(relation.oid)
    }
    if (node.kind !== 'FuncCall') continue
    const name = nameParts(node, 'funcname').join('.')
    const routine = called.has(name) ? undefined : reading.routines.get(name)
    called.add(name)
    const inside = routine ? bodyTrees(routine) : []
    for (const inner of inside) collect(inner, reading, found, called)
    if (routine && (inside.length === 0 || isDynamic(routine)))
      for (const oid of wordsNaming(routine.body, reading)) found.add(oid)
  }
}

/** What is put together when it runs, or does not parse, may read whatever its words name. */
export function wordsNaming(body: string, { find }: Reading): readonly number[] {
  return [...body.matchAll(/(?:(\w+)"?\."?)?(\w+)/g)].flatMap(
    ([, schema = null, name = '']) => find(schema, name)?.oid ?? [],
  )
}
