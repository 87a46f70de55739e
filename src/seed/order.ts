import type { Relation } from '../domain/catalog.ts'

/**
 * Relations in an order in which every foreign key finds its target, as far as there is one: strongly connected
 * components by Tarjan's algorithm, which leave the recursion targets first; inside a component required keys go first.
 */
export function insertionOrder(relations: readonly Relation[]): readonly Relation[] {
  const byOid = new Map(relations.map((relation) => [relation.oid, relation]))
  const targets = (relation: Relation, requiredOnly: boolean): readonly Relation[] =>
    relation.foreignKeys.flatMap((key) => {
      const target = byOid.get(key.target)
      const required = key.columns.every((name) => relation.columns.some((c) => c.name === name && c.notNull))
      return target && target !== relation && (required || !requiredOnly) ? [target] : []
    })
  return components(relations, (relation) => targets(relation, false)).flatMap((component) =>
    component.length === 1
      ? component
      : components(component, (relation) =>
          targets(relation, true).filter((t) => component.includes(t)),
        ).flat(),
  )
}

function components(
  relations: readonly Relation[],
  targets: (relation: Relation) => readonly Relation[],
): readonly Relation[][] {
  const index = new Map<Relation, number>()
  const low = new Map<Relation, number>()
  const stack: Relation[] = []
  const found: Relation[][] = []
  const visit = (relation: Relation): number => {
    const own = index.size
    index.set(relation, own)
    low.set(relation, own)
    stack.push(relation)
    for (const target of targets(relation)) {
      if (!index.has(target)) low.set(relation, Math.min(low.get(relation) ?? own, visit(target)))
      else if (stack.includes(target))
        low.set(relation, Math.min(low.get(relation) ?? own, index.get(target) ?? own))
    }
    if (low.get(relation) === own) found.push(stack.splice(stack.indexOf(relation)))
    return low.get(relation) ?? own
  }
  for (const relation of relations) if (!index.has(relation)) visit(relation)
  return found
}
