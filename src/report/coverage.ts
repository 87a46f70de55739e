import { plainSql } from '../domain/plain-sql.ts'
import type { AtomCoverage, PolicyCoverage, Report } from '../domain/report.ts'
import { hanging, type Look } from './look.ts'
import type { Level } from './reporter.ts'
import { count } from './text.ts'

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
  { relation, unsolved, failed, left, opaque }: Report['coverage']['scenarios'][number],
  look: Look,
): readonly string[] {
  const texts = [
    ...opaque.map((text) => `opaque: ${text}`),
    ...unsolved.map((text) => `no row found for ${text}`),
    ...failed.map((text) => `ended in an error: ${text}`),
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
