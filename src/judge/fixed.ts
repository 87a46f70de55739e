import type { Relation } from '../domain/catalog.ts'
import type { FixedCondition } from '../domain/fixed-condition.ts'
import type { Blame } from '../domain/report.ts'
import { placeOf, policyText } from './blame.ts'
import type { Fact } from './collect.ts'
import type { JudgeInput } from './input.ts'

/** Parts of policies that never fail or never hold: one fact for each kind and command, with all that are alike in it. */
export function fixedFacts(
  { fixed, definitions }: Pick<JudgeInput, 'fixed' | 'definitions'>,
  relation: Relation,
): readonly Fact[] {
  const groups = new Map<string, FixedCondition[]>()
  for (const one of fixed.get(relation.oid) ?? []) {
    const key = `${one.kind} ${one.command} ${one.redundant}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()].flatMap((conditions) => {
    const [first] = conditions
    if (!first) return []
    const names = [...new Set(conditions.map(({ policy }) => policy))]
    const blame = names.flatMap((name): readonly Blame[] => {
      const policy = relation.policies.find((one) => one.name === name)
      const place = placeOf(definitions, 'policy', `${name} on ${relation.qualified}`)
      return policy ? [{ policy: name, statement: policyText(policy), ...place }] : []
    })
    return [
      {
        code: first.kind,
        subject: relation,
        command: first.command,
        declared: false,
        // what says again what the table says does no harm
        ...(first.redundant ? { severity: 'note' as const } : {}),
        evidence: [...new Set(conditions.map(evidenceOf))].join('; '),
        blame,
      },
    ]
  })
}

const evidenceOf = ({ kind, text, why, policy, side, routine }: FixedCondition): string => {
  const where = routine === null ? (side === 'using' ? 'USING' : 'WITH CHECK') : routine
  return `${text} ${kind === 'tautology' ? 'never fails' : 'never holds'}: ${why} (in ${where}${routine === null ? ` of "${policy}"` : `, called by "${policy}"`})`
}
