import { makeAtom } from '../policy/read.ts'
import type { Literal } from '../policy/terms.ts'
import { minTerms } from '../policy/terms.ts'
import type { Atom, Instance, Search } from '../policy/tree.ts'
import { child, nameParts, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { elementsOf } from './settings.ts'
import type { Wish } from './settings.ts'

/** A column that a condition does not ask for, put out of force: `status = 'revoked'`. */
export interface Lapsed {
  readonly alias: string
  readonly column: string
  readonly value: string | boolean | null
}

/** Rows and conditions, none of which looks for further rows: what a scenario is to be. */
export interface Proposal {
  readonly label: string
  /** rows beside the policy's own, and whether they are looked for with anybody's rights */
  readonly instances: readonly Instance[]
  readonly wishes: readonly Wish[]
  /** what can be asked only once all rows stand: functions that nobody can read */
  readonly opaque: readonly Literal[]
  readonly lapsed: Lapsed | null
  /** the condition is not to hold */
  readonly misses: boolean
}

/** Ways of looking for the same rows that are tried. */
const MOST_INNER = 6
const MOST_ELEMENTS = 8
const MOST_DEPTH = 4

/** Which of several ways is taken, where a search, a list or a function leaves a choice. */
interface Choice {
  /** atom whose inner alternative, and which */
  readonly inner: ReadonlyMap<Atom, number>
  /** atom whose element, and which */
  readonly element: ReadonlyMap<Atom, number>
  /** atom of a search that the row which is found is not to satisfy */
  readonly flipped: Atom | null
}

const FIRST: Choice = { inner: new Map(), element: new Map(), flipped: null }

/**
 * Everything that is worth trying about one way through a policy: as it stands, by each inner alternative and each element
 * of a list, without the related row, with NULL where the row has something to compare.
 */
export function proposalsFor(name: string, term: readonly Literal[]): readonly Proposal[] {
  const base = flatten(term, FIRST)
  const admit = base ? [{ ...base, label: name, misses: false }] : []
  return [
    ...admit,
    ...searchesIn(term).flatMap((atom) => [
      ...innerChoices(name, term, atom),
      ...nearMisses(name, term, atom),
    ]),
    ...listsIn(base?.wishes ?? []).flatMap(([atom, count]) =>
      Array.from({ length: Math.min(count, MOST_ELEMENTS) - 1 }, (_, index) =>
        proposal(`${name}, element ${index + 2}`, term, { ...FIRST, element: new Map([[atom, index + 1]]) }),
      ).flat(),
    ),
    ...term.flatMap((literal) => without(name, term, literal)),
    ...nullsOf(term).flatMap((wish) => [
      { label: `${name}, with ${wish.atom.text ?? ''}`, ...NOTHING, wishes: [wish] },
    ]),
  ]
}

const NOTHING = { instances: [], opaque: [], lapsed: null, misses: true } as const

const proposal = (
  label: string,
  term: readonly Literal[],
  choice: Choice,
  misses = false,
): readonly Proposal[] => {
  const flat = flatten(term, choice)
  return flat ? [{ ...flat, label, misses }] : []
}

/** The same with the literal the other way round: a row that is not found, a condition that does not hold. */
function without(name: string, term: readonly Literal[], literal: Literal): readonly Proposal[] {
  if (literal.atom.form === 'constant') return []
  const flipped = term.map((one) => (one === literal ? { ...one, wanted: !one.wanted } : one))
  const what = literal.atom.search
    ? literal.wanted
      ? 'no such row'
      : 'such a row'
    : `${literal.wanted ? 'not ' : ''}${literal.atom.text ?? ''}`
  return proposal(`${name}, with ${what}`, flipped, FIRST, true)
}

function innerChoices(name: string, term: readonly Literal[], atom: Atom): readonly Proposal[] {
  const searches = searchesOf(atom)
  const ways = searches.reduce((sum, one) => sum + waysOf(one).length, 0)
  return Array.from({ length: Math.max(0, Math.min(ways, MOST_INNER) - 1) }, (_, index) =>
    proposal(`${name}, way ${index + 2}`, term, { ...FIRST, inner: new Map([[atom, index + 1]]) }),
  ).flat()
}

/** A related row that has all that is asked for but one thing. */
function nearMisses(name: string, term: readonly Literal[], atom: Atom): readonly Proposal[] {
  const [first] = searchesOf(atom)
  const asked = (first ? (waysOf(first)[0] ?? []) : []).filter(
    (literal) => searchesOf(literal.atom).length === 0,
  )
  return asked.slice(0, MOST_INNER).flatMap((literal) =>
    proposal(
      `${name}, with ${literal.wanted ? 'not ' : ''}${literal.atom.text ?? ''}`,
      term,
      {
        ...FIRST,
        flipped: literal.atom,
      },
      true,
    ),
  )
}

const searchesOf = (atom: Atom): readonly Search[] => (atom.search ? [atom.search] : (atom.hints ?? []))

const WAYS = new WeakMap<Search, readonly (readonly Literal[])[]>()

function waysOf(search: Search): readonly (readonly Literal[])[] {
  const known = WAYS.get(search) ?? minTerms(search.condition, true, MOST_INNER).terms
  WAYS.set(search, known)
  return known
}

/** Atoms of a term, those inside of searches included, that look for rows. */
function searchesIn(term: readonly Literal[], depth = 0): readonly Atom[] {
  if (depth > MOST_DEPTH) return []
  return term.flatMap(({ atom, wanted }) => {
    const searches = searchesOf(atom)
    if (!wanted || searches.length === 0) return []
    const inner = searches.flatMap((one) => searchesIn(waysOf(one)[0] ?? [], depth + 1))
    return [atom, ...inner]
  })
}

function flatten(
  term: readonly Literal[],
  choice: Choice,
  depth = 0,
): Omit<Proposal, 'label' | 'misses'> | null {
  const instances: Instance[] = []
  const wishes: Wish[] = []
  const opaque: Literal[] = []
  for (const literal of term) {
    const { atom, wanted } = literal
    const searches = searchesOf(atom)
    const isUnknown = atom.search === undefined && atom.opaque !== undefined
    if (isUnknown) opaque.push(literal)
    if (searches.length > 0 && wanted) {
      const inner = depth < MOST_DEPTH ? pickWay(searches, choice.inner.get(atom) ?? 0) : undefined
      const flat = inner && flatten(inner.way, choice, depth + 1)
      if (!flat) return null
      instances.push(...inner.search.instances, ...flat.instances)
      wishes.push(...flat.wishes)
      opaque.push(...flat.opaque)
    } else if (searches.length === 0 && !isUnknown) {
      const element = choice.element.get(atom)
      const isMissed = depth > 0 && choice.flipped === atom
      wishes.push({ atom, wanted: wanted !== isMissed, ...(element === undefined ? {} : { element }) })
    }
  }
  return { instances, wishes, opaque, lapsed: null }
}

function pickWay(
  searches: readonly Search[],
  index: number,
): { readonly search: Search; readonly way: readonly Literal[] } | undefined {
  const all = searches.flatMap((search) => waysOf(search).map((way) => ({ search, way })))
  return all[index]
}

/** Conditions over a list, with how many elements it has. */
function listsIn(wishes: readonly Wish[]): readonly (readonly [Atom, number])[] {
  return wishes.flatMap(({ atom, wanted }) => {
    if (!wanted || (atom.form !== 'in' && atom.form !== 'any')) return []
    const right = child(atom.node, 'rexpr')
    const count = right ? elementsOf(right).length : 0
    return count > 1 ? [[atom, count] as const] : []
  })
}

/** The row's own columns that a term looks at, left empty. */
function nullsOf(term: readonly Literal[]): readonly Wish[] {
  const columns = new Map<string, Wish>()
  for (const { atom } of term)
    for (const node of walk(atom.node)) {
      const [alias, column, ...more] = node.kind === 'ColumnRef' ? nameParts(node, 'fields') : []
      if (alias !== 'r0' || column === undefined || more.length > 0 || atom.form === 'null test') continue
      columns.set(column, nullWish(node))
    }
  return [...columns.values()]
}

function nullWish(column: Node): Wish {
  const fields = { arg: { [column.kind]: column.fields }, nulltesttype: 'IS_NULL' }
  return { atom: makeAtom({ kind: 'NullTest', fields }), wanted: true }
}

/** How many further ways of finding rows, elements of lists and near misses there are than are proposed. */
export function leftOf(term: readonly Literal[]): number {
  const base = flatten(term, FIRST)
  const beyond = (count: number, most: number): number => Math.max(0, count - most)
  const searches = searchesIn(term).map((atom) => searchesOf(atom))
  return [
    base ? 0 : 1,
    ...searches.map((all) => beyond(all.flatMap((one) => waysOf(one)).length, MOST_INNER)),
    ...searches.flatMap((all) => all.map(({ condition }) => minTerms(condition, true, MOST_INNER).left)),
    ...listsIn(base?.wishes ?? []).map(([, count]) => beyond(count, MOST_ELEMENTS)),
  ].reduce((sum, one) => sum + one, 0)
}
