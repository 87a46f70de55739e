import { coverageCounts } from '../domain/coverage.ts'
import { plainSql } from '../domain/plain-sql.ts'
import type { AtomCoverage, PolicyCoverage, Report } from '../domain/report.ts'
import { hanging, type Look } from './look.ts'
import type { Level } from './reporter.ts'
import { count } from './text.ts'

/** `214 of 240 atoms of 58 policies seen both ways`; null where no policy was looked at. */
export function coverageText({ coverage }: Report): string | null {
  const { policies, atoms, seen } = coverageCounts(coverage.policies)
  if (policies === 0) return null
  return `${seen.toLocaleString('en-US')} of ${count(atoms, 'atom')} of ${count(policies, 'policy', 'policies')} seen both ways${scenariosText(coverage.scenarios)}`
}

/** `, 97 scenarios`, and how many did not come about. */
function scenariosText(scenarios: Report['coverage']['scenarios']): string {
  const sum = (of: (one: (typeof scenarios)[number]) => number): number =>
    scenarios.reduce((all, one) => all + of(one), 0)
  const [tried, unsolved, left] = [
    sum((one) => one.tried),
    sum((one) => one.unsolved.length),
    sum((one) => one.left),
  ]
  if (tried + unsolved + left === 0) return ''
  const rest = [
    ...(unsolved > 0 ? [`${unsolved} unsolved`] : []),
    ...(left > 0 ? [`${left} left out`] : []),
  ].join(', ')
  return `, ${count(tried, 'scenario')}${rest === '' ? '' : ` (${rest})`}`
}

/** Atoms of policies that were not seen both to hold and not to hold: what depends on them is not tried on both sides. */
export function coverage(report: Report, level: Level, look: Look): readonly string[] {
  if (level !== 'all') return []
  const lines = report.coverage.policies.flatMap((policy) => described(policy, look))
  const doubts = report.coverage.scenarios.flatMap((one) => doubtsOf(one, look))
  return [
    ...(lines.length === 0 ? [] : ['', ' atoms of policies that were not seen both ways', ...lines]),
    ...(doubts.length === 0 ? [] : ['', ' what could not be derived from policies', ...doubts]),
  ]
}

function doubtsOf(
  { relation, unsolved, left, opaque }: Report['coverage']['scenarios'][number],
  look: Look,
): readonly string[] {
  const texts = [
    ...opaque.map((text) => `opaque: ${text}`),
    ...unsolved.map((text) => `no row found for ${text}`),
    ...(left > 0 ? [`${count(left, 'scenario')} left out`] : []),
  ]
  if (texts.length === 0) return []
  return [
    ...hanging('   ', look.clean(relation), look),
    ...texts.flatMap((text) => hanging('     ', look.clean(text), look)),
  ]
}

function described({ relation, policy, side, atoms }: PolicyCoverage, look: Look): readonly string[] {
  const missing = atoms.filter(({ seenTrue, seenFalse }) => !seenTrue || !seenFalse)
  if (missing.length === 0) return []
  const name = `${relation} "${policy}" ${side === 'using' ? 'using' : 'with check'}`
  return [
    ...hanging('   ', look.clean(name), look),
    ...missing.flatMap((atom) =>
      hanging('     ', look.clean(`${plainSql(atom.text)}: ${seenText(atom)}`), look),
    ),
  ]
}

function seenText({ seenTrue, seenFalse, trueFor, falseFor, why }: AtomCoverage): string {
  const seen = seenTrue
    ? `true for ${trueFor ?? 'somebody'}, never false`
    : seenFalse
      ? `false for ${falseFor ?? 'somebody'}, never true`
      : 'never seen'
  return why === undefined ? seen : `${seen} (${why})`
}
