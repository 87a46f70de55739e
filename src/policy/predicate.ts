import type { Catalog, Policy, Relation } from '../domain/catalog.ts'
import type { Command } from '../domain/vocabulary.ts'
import { isBound } from './reading.ts'
import type { PolicyReading } from './reading.ts'
import { constantTree, openPlace, policiesOf, policyTree } from './security.ts'
import type { Place } from './searching.ts'
import type { Instance, Tree } from './tree.ts'

/** One policy, with everything that it calls and looks into written out. */
export interface ExpandedPolicy {
  readonly policy: string
  readonly tree: Tree
}

/**
 * What the server asks of one row for one command of one role: any of the permissive policies and all of the restrictive
 * ones. Without a permissive policy nothing gets through.
 */
export interface Predicate {
  /** the row itself */
  readonly own: Instance
  readonly permissive: readonly ExpandedPolicy[]
  readonly restrictive: readonly ExpandedPolicy[]
}

const OWN = 'r0'

/**
 * What the policies ask of a row: `using` of one that is there, `check` of one as it is to be, by USING where there is no
 * WITH CHECK. Who is not bound by row security meets one policy without a name that always holds.
 *
 * @param reading made of the same catalog by policyReading()
 */
export function expandPredicate(
  catalog: Catalog,
  relation: Relation,
  command: Command,
  side: 'using' | 'check',
  role: string,
  reading: PolicyReading,
): Predicate {
  if (reading.catalog !== catalog) throw new Error('the reading is of another catalog')
  const key = JSON.stringify([relation.oid, command, side, role])
  const known = reading.known.get(key)
  if (known) return known
  const predicate = expanded(relation, command, side, role, reading)
  reading.known.set(key, predicate)
  return predicate
}

function expanded(
  relation: Relation,
  command: Command,
  side: 'using' | 'check',
  role: string,
  reading: PolicyReading,
): Predicate {
  const own: Instance = { alias: OWN, relation }
  if (!isBound(reading, relation, role))
    return { own, permissive: [{ policy: '', tree: constantTree(true) }], restrictive: [] }
  const place = openPlace(reading, role, relation)
  const policies = policiesOf(reading, relation, command, role)
  const expand = (permissive: boolean): readonly ExpandedPolicy[] =>
    policies.flatMap((policy) =>
      policy.permissive === permissive ? expandedPolicy(policy, relation, side, role, place) : [],
    )
  return { own, permissive: expand(true), restrictive: expand(false) }
}

/** A policy without an expression for this side says nothing (the server's add_security_quals leaves it out). */
function expandedPolicy(
  policy: Policy,
  relation: Relation,
  side: 'using' | 'check',
  role: string,
  place: Place,
): readonly ExpandedPolicy[] {
  const text = side === 'using' ? policy.using : (policy.withCheck ?? policy.using)
  return text === null ? [] : [{ policy: policy.name, tree: policyTree(text, relation, OWN, role, place) }]
}
