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
