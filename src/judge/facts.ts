import { SEVERITIES } from '../domain/vocabulary.ts'
import type { Fact } from './collect.ts'

/** One finding per code, relation, command and standing: the first observation that is no weak one is its evidence. */
export function deduplicate(facts: readonly Fact[]): readonly Fact[] {
  const found = new Map<string, Fact>()
  for (const fact of facts) {
    const key = [fact.code, fact.subject.qualified, fact.scope, fact.command, fact.actor].join(' ')
    const known = found.get(key)
    if (!known || weightOf(fact) > weightOf(known)) found.set(key, fact)
  }
  return [...found.values()]
}

/** What is no weak one, and not less than what its code stands for. */
const weightOf = ({ weak, severity }: Fact): number =>
  (severity ? SEVERITIES.indexOf(severity) : SEVERITIES.length) - (weak ? SEVERITIES.length : 0)

/** Who can change any row can also hand it on: where an update leaks, a giveaway by the same people says nothing new. */
export function withoutObvious(facts: readonly Fact[]): readonly Fact[] {
  return facts.filter(
    (fact) =>
      fact.code !== 'giveaway-leak' ||
      !facts.some(
        (other) => other.code === 'update-leak' && isSame(other, fact) && other.actor === fact.actor,
      ),
  )
}

/** What anybody without a session can do, a session without a user can do, too: that is no news about those who sign in. */
export function withoutEchoes(facts: readonly Fact[]): readonly Fact[] {
  return facts.filter(
    (fact) =>
      fact.by !== 'no-sub' ||
      !facts.some((other) => other.actor === 'anon' && isSame(other, fact) && other.command === fact.command),
  )
}

const isSame = (a: Fact, b: Fact): boolean =>
  a.subject.qualified === b.subject.qualified && a.scope === b.scope
