import type { Catalog, Policy, Relation } from '../domain/catalog.ts'
import type { Command } from '../domain/vocabulary.ts'
import { isBound } from './reading.ts'
import type { PolicyReading } from './reading.ts'
import { constantTree, openPlace, policiesOf, policyTree } from './security.ts'
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
  const parts = policiesOf(reading, relation, command, role).flatMap((policy) => partOf(policy, side))
  const trees = treesOf(
    parts.map(({ text }) => text),
    relation,
    role,
    reading,
  )
  const made = parts.map(({ policy, permissive }, index) => ({ policy, permissive, tree: trees[index] }))
  const expand = (wanted: boolean): readonly ExpandedPolicy[] =>
    made.flatMap(({ policy, permissive, tree }) =>
      permissive === wanted && tree !== undefined ? [{ policy, tree }] : [],
    )
  return { own, permissive: expand(true), restrictive: expand(false) }
}

/** A policy without an expression for this side says nothing (the server's add_security_quals leaves it out). */
function partOf({ name, permissive, using, withCheck }: Policy, side: 'using' | 'check') {
  const text = side === 'using' ? using : (withCheck ?? using)
  return text === null ? [] : [{ policy: name, permissive, text }]
}

/** Policies for several commands often say the same. */
function treesOf(
  texts: readonly string[],
  relation: Relation,
  role: string,
  reading: PolicyReading,
): readonly Tree[] {
  const key = JSON.stringify([relation.oid, role, ...texts])
  const known = reading.trees.get(key)
  if (known) return known
  const place = openPlace(reading, role, relation)
  const trees = texts.map((text) => policyTree(text, relation, OWN, role, place))
  reading.trees.set(key, trees)
  return trees
}
