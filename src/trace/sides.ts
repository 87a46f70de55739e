import type { Catalog, Policy } from '../domain/catalog.ts'
import { readCondition } from '../policy/read.ts'
import { atomsOf } from '../policy/tree.ts'
import type { Atom, Tree } from '../policy/tree.ts'

/** One side of a policy: its text as the server prints it, and what it is made of. */
export interface Side {
  readonly policy: Policy
  readonly side: 'using' | 'check'
  readonly expression: string
  /** null where the parser does not read it: it is evaluated as a whole alone */
  readonly tree: Tree | null
  /** in the order of the text; the same text stands there once */
  readonly atoms: readonly Atom[]
}

const read = new WeakMap<Policy, readonly Side[]>()

/** The sides that a policy has of its own: without WITH CHECK its USING stands in, and is not told twice. */
export function sidesOf(policy: Policy): readonly Side[] {
  const sides = read.get(policy) ?? [
    ...sideOf(policy, 'using', policy.using),
    ...sideOf(policy, 'check', policy.withCheck),
  ]
  read.set(policy, sides)
  return sides
}

function sideOf(policy: Policy, side: Side['side'], expression: string | null): readonly Side[] {
  if (expression === null) return []
  const tree = readCondition(expression)
  const atoms = tree ? atomsOf(tree) : []
  const told = new Map(atoms.map((atom, at) => [atom.text ?? `${at}`, atom]))
  return [{ policy, side, expression, tree, atoms: [...told.values()] }]
}

/** The side that is asked: WITH CHECK where rows are written and the policy has one, USING otherwise. */
export function sideFor(policy: Policy, side: Side['side']): Side | undefined {
  const sides = sidesOf(policy)
  return sides.find((one) => one.side === side) ?? (side === 'check' ? sides[0] : undefined)
}

/** A role with all those whose privileges it has: policies for one of them are its own, too (policy.c, check_role_for_policy). */
export function rolesOf({ roles }: Pick<Catalog, 'roles'>, name: string): readonly string[] {
  return [name, ...(roles.find((role) => role.name === name)?.inherits ?? [])]
}

export const isFor = (policy: Policy, roles: readonly string[]): boolean =>
  policy.roles.some((name) => name === 'public' || roles.includes(name))
