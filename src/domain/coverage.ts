import type { AtomCoverage, PolicyCoverage, ScenarioCoverage, Truth } from './report.ts'
import type { TriedUnit } from './tried.ts'

/** An atom of a policy that was seen to come to something for somebody. */
export interface AtomEvidence {
  /** `schema.name` */
  readonly relation: string
  readonly policy: string
  readonly side: PolicyCoverage['side']
  /** the atom's text, as the coverage has it */
  readonly atom: string
  /** name of the actor */
  readonly actor: string
  readonly came: Truth
}

/**
 * What was seen of policies in several places, put together: who saw it first is who stands first. Evidence of atoms that
 * no coverage knows is left out. What is not true counts as false, NULL included: the row does not get through by it.
 */
export function mergeCoverage(
  coverages: readonly PolicyCoverage[],
  evidence: readonly AtomEvidence[] = [],
): readonly PolicyCoverage[] {
  const merged = new Map<string, PolicyCoverage>()
  for (const one of coverages) {
    const known = merged.get(keyOf(one))
    merged.set(keyOf(one), known ? { ...known, atoms: joined(known.atoms, one.atoms) } : one)
  }
  for (const one of evidence) {
    const known = merged.get(keyOf(one))
    if (known) merged.set(keyOf(one), { ...known, atoms: joined(known.atoms, [atomOf(one)]) })
  }
  return [...merged.values()]
}

const keyOf = ({ relation, policy, side }: Pick<PolicyCoverage, 'relation' | 'policy' | 'side'>): string =>
  JSON.stringify([relation, policy, side])

const atomOf = ({ atom, actor, came }: AtomEvidence): AtomCoverage =>
  came === true
    ? { text: atom, seenTrue: true, seenFalse: false, trueFor: actor }
    : { text: atom, seenTrue: false, seenFalse: true, falseFor: actor }

function joined(all: readonly AtomCoverage[], more: readonly AtomCoverage[]): readonly AtomCoverage[] {
  return all.map((atom) => more.filter(({ text }) => text === atom.text).reduce(bothOf, atom))
}

function bothOf(a: AtomCoverage, b: AtomCoverage): AtomCoverage {
  const [trueFor, falseFor] = [a.trueFor ?? b.trueFor, a.falseFor ?? b.falseFor]
  const [seenTrue, seenFalse] = [a.seenTrue || b.seenTrue, a.seenFalse || b.seenFalse]
  // why nobody was asked is no reason any more once somebody was
  const why = a.seenTrue || a.seenFalse || !(b.seenTrue || b.seenFalse) ? (a.why ?? b.why) : b.why
  return {
    text: a.text,
    ...(a.constant ? { constant: a.constant } : {}),
    seenTrue,
    seenFalse,
    ...(trueFor === undefined ? {} : { trueFor }),
    ...(falseFor === undefined ? {} : { falseFor }),
    ...((seenTrue && seenFalse) || why === undefined ? {} : { why }),
  }
}

/** How many atoms of how many policies there are, constants aside, and how many were seen both to hold and not to hold. */
export function coverageCounts(policies: readonly PolicyCoverage[]): {
  readonly policies: number
  readonly atoms: number
  readonly seen: number
} {
  const atoms = policies.flatMap((one) => one.atoms.filter(({ constant }) => !constant))
  return {
    policies: new Set(policies.map(({ relation, policy }) => JSON.stringify([relation, policy]))).size,
    atoms: atoms.length,
    seen: atoms.filter(({ seenTrue, seenFalse }) => seenTrue && seenFalse).length,
  }
}

/** `214 of 240 atoms of 58 policies seen both ways`; null where no policy was looked at. */
export function coverageText(coverages: readonly PolicyCoverage[]): string | null {
  const { policies, atoms, seen } = coverageCounts(coverages)
  if (policies === 0) return null
  const number = (count: number): string => count.toLocaleString('en-US')
  return `${number(seen)} of ${number(atoms)} ${atoms === 1 ? 'atom' : 'atoms'} of ${number(policies)} ${policies === 1 ? 'policy' : 'policies'} seen both ways`
}

/** `97 scenarios (2 unsolved)`: what was derived from policies, and how much did not come about; null where nothing was. */
export function scenariosText(scenarios: readonly ScenarioCoverage[]): string | null {
  const sum = (of: (one: ScenarioCoverage) => number): number =>
    scenarios.reduce((all, one) => all + of(one), 0)
  const [tried, unsolved, failed, left] = [
    sum((one) => one.tried),
    sum((one) => one.unsolved.length),
    sum((one) => one.failed.length),
    sum((one) => one.left),
  ]
  if (tried + unsolved + left === 0) return null
  const rest = [
    ...(unsolved > 0 ? [`${unsolved} unsolved`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(left > 0 ? [`${left} left out`] : []),
  ].join(', ')
  return `${tried} ${tried === 1 ? 'scenario' : 'scenarios'}${rest === '' ? '' : ` (${rest})`}`
}

/** The unit with what was seen of its policies, and what was derived from them, where anything was. */
export function withCoverage(
  unit: TriedUnit,
  policies: readonly PolicyCoverage[],
  derived: ScenarioCoverage | undefined,
): TriedUnit {
  const scenarios = derived && withoutSeen(derived, policies)
  const isNothing =
    !scenarios || scenarios.tried + scenarios.left + scenarios.unsolved.length + scenarios.opaque.length === 0
  return {
    ...unit,
    ...(policies.length === 0 ? {} : { policies }),
    ...(isNothing ? {} : { scenarios }),
  }
}

/** A way that the usual rows and sessions went through needs no scenario. */
function withoutSeen(derived: ScenarioCoverage, policies: readonly PolicyCoverage[]): ScenarioCoverage {
  const isSeen = (text: string): boolean =>
    policies.some(
      ({ policy, atoms }) => text.startsWith(`"${policy}"`) && atoms.every(({ seenTrue }) => seenTrue),
    )
  return { ...derived, unsolved: derived.unsolved.filter((text) => !isSeen(text)) }
}
