import type { Relation } from '../domain/catalog.ts'
import type { Node } from '../sql/parse.ts'

/** What an atom asks, as far as that decides how it can be made true or false. */
export type AtomForm =
  | 'constant'
  | 'comparison'
  | 'null test'
  | 'distinct'
  | 'boolean'
  | 'in'
  | 'any'
  | 'all'
  | 'like'
  | 'regex'
  | 'containment'
  | 'exists'
  | 'in subquery'
  | 'subquery'
  | 'function'
  | 'other'

/** A condition that is no AND, OR, NOT or CASE of others. */
export interface Atom {
  readonly form: AtomForm
  readonly node: Node
  /** the SQL text; null where it cannot be written back. Of an expanded condition its columns are `alias.column` */
  readonly text: string | null
  /** of an expanded condition: what a subquery or a function looks for; the atom holds where such rows are found */
  readonly search?: Search
  /** why it cannot be looked into: an unknown function, an aggregate; what it comes to is known by asking alone */
  readonly opaque?: string
  /** searches that stand inside of what is opaque: hints at what it may want, no more */
  readonly hints?: readonly Search[]
}

/** A row that a condition speaks of: the policy's own, called `r0`, or one that a subquery looks for. */
export interface Instance {
  readonly alias: string
  readonly relation: Relation
}

/** Rows that have to be there at once, and what is asked of them: EXISTS, IN and scalar subqueries alike. */
export interface Search {
  readonly instances: readonly Instance[]
  readonly condition: Tree
  /** inside of a security definer function: the policies of what it reads do not apply */
  readonly definer: boolean
}

/** A condition in SQL's three-valued logic: what `kind` says of its parts, which may be unknown as well as true or false. */
export type Tree =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Tree[] }
  | { readonly kind: 'not' | 'is true'; readonly part: Tree }
  | { readonly kind: 'atom'; readonly atom: Atom }

/** True, false, or unknown. */
export type Truth = boolean | null

/** The atoms of a condition, from left to right; the same text may stand there twice. */
export function atomsOf(tree: Tree): readonly Atom[] {
  switch (tree.kind) {
    case 'atom':
      return [tree.atom]
    case 'not':
    case 'is true':
      return atomsOf(tree.part)
    case 'and':
    case 'or':
      return tree.parts.flatMap(atomsOf)
  }
}

/** What the condition comes to, given what its atoms come to. */
export function truthOf(tree: Tree, valueOf: (atom: Atom) => Truth): Truth {
  switch (tree.kind) {
    case 'atom':
      return valueOf(tree.atom)
    case 'not': {
      const value = truthOf(tree.part, valueOf)
      return value === null ? null : !value
    }
    case 'is true':
      return truthOf(tree.part, valueOf) === true
    case 'and':
    case 'or': {
      const decides = tree.kind === 'or'
      const values = tree.parts.map((part) => truthOf(part, valueOf))
      if (values.includes(decides)) return decides
      return values.includes(null) ? null : !decides
    }
  }
}

/** A step on the way to a verdict: an atom, and what it came to. */
export interface Reason {
  readonly atom: Atom
  readonly value: Truth
}

/**
 * Why a condition that holds does: one list of atoms for each alternative that does by itself. Empty where it does not
 * hold.
 */
export function branchesTaken(tree: Tree, valueOf: (atom: Atom) => Truth): readonly (readonly Reason[])[] {
  return truthOf(tree, valueOf) === true ? reasonsFor(tree, true, valueOf) : []
}

/** Alternatives that make a part come to `wanted`, or, where nothing is wanted but that it is not true, to less. */
function reasonsFor(
  tree: Tree,
  wanted: boolean,
  valueOf: (atom: Atom) => Truth,
): readonly (readonly Reason[])[] {
  switch (tree.kind) {
    case 'atom':
      return [[{ atom: tree.atom, value: valueOf(tree.atom) }]]
    case 'not':
      return reasonsFor(tree.part, !wanted, valueOf)
    case 'is true':
      return reasonsFor(tree.part, wanted, valueOf)
    case 'and':
    case 'or': {
      const isAll = (tree.kind === 'and') === wanted
      const parts = isAll ? tree.parts : tree.parts.filter((part) => fits(truthOf(part, valueOf), wanted))
      const alternatives = parts.map((part) => reasonsFor(part, wanted, valueOf))
      return isAll ? product(alternatives) : alternatives.flat()
    }
  }
}

const fits = (value: Truth, wanted: boolean): boolean => (wanted ? value === true : value !== true)

const MOST_ALTERNATIVES = 8

const product = (parts: readonly (readonly (readonly Reason[])[])[]): readonly (readonly Reason[])[] =>
  parts.reduce<readonly (readonly Reason[])[]>(
    (all, some) => all.flatMap((one) => some.map((more) => [...one, ...more])).slice(0, MOST_ALTERNATIVES),
    [[]],
  )
