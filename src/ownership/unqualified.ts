import type { Catalog, Relation, Routine } from '../domain/catalog.ts'
import { nameParts, parseExpression, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { bodyTrees } from '../sql/bodies.ts'
import type { Reading } from './policy-facts.ts'

/** A security definer function that the policies of a relation call and that reads tables without saying of which schema. */
export interface Unqualified {
  readonly relation: Relation
  readonly routine: Routine
  readonly reads: readonly Relation[]
}

/** Names without a schema are looked up where the caller's session says, first of all among its temporary tables. */
export function unqualifiedReads(
  catalog: Catalog,
  reading: Reading,
  relations: readonly Relation[],
): readonly Unqualified[] {
  const known = new Map<Routine, readonly Relation[]>()
  return relations.flatMap((relation) =>
    routinesOf(relation, reading).flatMap((routine): readonly Unqualified[] => {
      if (!routine.securityDefiner) return []
      const reads = known.get(routine) ?? readsOf(routine, catalog)
      known.set(routine, reads)
      return reads.length > 0 ? [{ relation, routine, reads }] : []
    }),
  )
}

/** Functions that reading the relation runs, also those that others of them call. */
function routinesOf({ policies }: Relation, reading: Reading): readonly Routine[] {
  const found = new Set<Routine>()
  const collect = (tree: Node): void => {
    for (const node of walk(tree)) {
      if (node.kind !== 'FuncCall') continue
      const routine = reading.routines.get(nameParts(node, 'funcname').join('.'))
      if (!routine || found.has(routine)) continue
      found.add(routine)
      bodyTrees(routine).forEach(collect)
    }
  }
  for (const { command, using } of policies) {
    const tree = (command === 'select' || command === 'all') && using !== null ? parseExpression(using) : null
    if (tree) collect(tree)
  }
  return [...found]
}

function readsOf(routine: Routine, { relations, tested }: Catalog): readonly Relation[] {
  const nodes = bodyTrees(routine).flatMap((tree) => [...walk(tree)])
  const within = new Set(
    nodes.flatMap(({ kind, fields }) => (kind === 'CommonTableExpr' ? [fields['ctename']] : [])),
  )
  const names = nodes.flatMap(({ kind, fields }) =>
    kind === 'RangeVar' && fields['schemaname'] === undefined && !within.has(fields['relname'])
      ? [String(fields['relname'])]
      : [],
  )
  return [...new Set(names)].flatMap(
    (name) => relations.find((one) => one.name === name && tested.includes(one.schema)) ?? [],
  )
}
