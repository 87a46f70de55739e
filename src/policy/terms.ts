import { constantOf } from '../sql/parse.ts'
import type { Predicate } from './predicate.ts'
import { uncast } from './nodes.ts'
import type { Atom, Tree } from './tree.ts'

/** An atom and what it has to come to: true, or anything else. */
export interface Literal {
  readonly atom: Atom
  readonly wanted: boolean
}

/** Atoms that make a condition hold together. */
export type Term = readonly Literal[]

export interface Terms {
  readonly terms: readonly Term[]
  /** how many more there are, of which some may be impossible */
  readonly left: number
}

/** A way through the policies, and the permissive policy that it leads through. */
export interface PolicyTerm {
  readonly policy: string
  readonly literals: Term
}

export interface PolicyTerms {
  readonly terms: readonly PolicyTerm[]
  readonly left: number
}

/**
 * Every way to make the condition true, or, with `wanted` false, to make it anything else: disjunctive normal form, the
 * shortest first. Unknown counts as not wanted.
 *
 * @param most how many are given at most
 */
export function minTerms(tree: Tree, wanted: boolean, most: number): Terms {
  const { terms, left } = termsOf(tree, { value: wanted, orUnknown: !wanted }, most)
  return cut(terms, most, left)
}

/** Every way through the permissive policies, each with a way through all of the restrictive ones. */
export function termsOfPredicate({ permissive, restrictive }: Predicate, most: number): PolicyTerms {
  const asked = restrictive.reduce<Terms>(
    (all, { tree }) => product(all, termsOf(tree, TRUE, most), most),
    ONE,
  )
  const found = permissive.map(({ policy, tree }) => ({
    policy,
    ...product(termsOf(tree, TRUE, most), asked, most),
  }))
  const all = found.flatMap(({ policy, terms }) => terms.map((literals) => ({ policy, literals })))
  const beyond = found.reduce((sum, { left }) => sum + left, 0)
  return { terms: all.slice(0, most), left: beyond + Math.max(0, all.length - most) }
}

const ONE: Terms = { terms: [[]], left: 0 }
const NONE: Terms = { terms: [], left: 0 }

/** What a part has to come to. What is to be false to its whole being true must not be unknown. */
interface Want {
  readonly value: boolean
  readonly orUnknown: boolean
}

const TRUE: Want = { value: true, orUnknown: false }

function termsOf(tree: Tree, want: Want, most: number): Terms {
  switch (tree.kind) {
    case 'atom':
      return ofAtom(tree.atom, want)
    case 'not':
      return termsOf(tree.part, { ...want, value: !want.value }, most)
    case 'is true':
      return termsOf(tree.part, { value: want.value, orUnknown: !want.value }, most)
    case 'and':
    case 'or': {
      const parts = tree.parts.map((part) => termsOf(part, want, most))
      return (tree.kind === 'and') === want.value
        ? parts.reduce((all, part) => product(all, part, most), ONE)
        : parts.reduce((all, part) => sum(all, part, most), NONE)
    }
  }
}

function ofAtom(atom: Atom, { value: wanted, orUnknown }: Want): Terms {
  const value = truthOfConstant(atom)
  if (value === undefined) return { terms: [[{ atom, wanted }]], left: 0 }
  return value === wanted || (value === null && orUnknown) ? ONE : NONE
}

function truthOfConstant(atom: Atom): boolean | null | undefined {
  if (atom.form !== 'constant') return undefined
  const value = constantOf(uncast(atom.node))
  if (value === undefined || value === null || typeof value === 'boolean') return value
  return value === 't' || value === 'true' ? true : value === 'f' || value === 'false' ? false : undefined
}

const sum = (a: Terms, b: Terms, most: number): Terms =>
  cut(deduplicated([...a.terms, ...b.terms]), most, a.left + b.left)

function product(a: Terms, b: Terms, most: number): Terms {
  const terms = a.terms.flatMap((one) => b.terms.flatMap((other) => merged(one, other) ?? []))
  const sizes = [a, b].map(({ terms, left }) => terms.length + left)
  const beyond = (sizes[0] ?? 0) * (sizes[1] ?? 0) - a.terms.length * b.terms.length
  return cut(deduplicated(terms), most, beyond)
}

/** Both at once; null where they want different things of one atom. */
function merged(one: Term, other: Term): readonly [Term] | null {
  const known = new Map(one.map((literal) => [keyOf(literal.atom), literal.wanted]))
  const more: Literal[] = []
  for (const literal of other) {
    const before = known.get(keyOf(literal.atom))
    if (before === undefined) more.push(literal)
    else if (before !== literal.wanted) return null
    known.set(keyOf(literal.atom), literal.wanted)
  }
  return [[...one, ...more]]
}

/** Atoms without a text are each their own. */
const keyOf = (atom: Atom): unknown => atom.text ?? atom

function deduplicated(terms: readonly Term[]): readonly Term[] {
  const seen = new Set<string>()
  const numbers = new Map<unknown, number>()
  const numberOf = (atom: Atom): number => {
    const number = numbers.get(keyOf(atom)) ?? numbers.size
    numbers.set(keyOf(atom), number)
    return number
  }
  return terms.filter((term) => {
    const key = term
      .map(({ atom, wanted }) => `${numberOf(atom)}${wanted ? '+' : '-'}`)
      .sort()
      .join(' ')
    return !seen.has(key) && seen.add(key)
  })
}

/** The sort is stable: among those of one length the first stays first. */
function cut(terms: readonly Term[], most: number, before: number): Terms {
  const sorted = terms.length > most ? [...terms].sort((a, b) => a.length - b.length) : terms
  return { terms: sorted.slice(0, most), left: before + Math.max(0, terms.length - most) }
}
