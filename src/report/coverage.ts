import { plainSql } from '../domain/plain-sql.ts'
import type { AtomCoverage, PolicyCoverage, Report } from '../domain/report.ts'
import { hanging, type Look } from './look.ts'
import type { Level } from './reporter.ts'

/** Atoms of policies that were not seen both to hold and not to hold: what depends on them is not tried on both sides. */
export function coverage(report: Report, level: Level, look: Look): readonly string[] {
  if (level !== 'all') return []
  const lines = report.coverage.policies.flatMap((policy) => described(policy, look))
  return lines.length === 0 ? [] : ['', ' atoms of policies that were not seen both ways', ...lines]
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
