import { bypassOf, bypassText } from '../domain/bypass.ts'
import type { Relation } from '../domain/catalog.ts'
import type { Observation } from '../domain/probe.ts'
import type { Blame } from '../domain/report.ts'
import type { Matter } from './control.ts'
import type { JudgeInput } from './input.ts'
import type { Verdict } from './verdict.ts'

/** Why the policies behind a relation do not bind a role; null where they do, or where a view's owner stands in for it. */
export function bypassBehind(
  { catalog, baseOf }: Pick<JudgeInput, 'catalog' | 'baseOf'>,
  relation: Relation,
  role: string,
): Blame | null {
  if (relation.kind === 'materialized' || (relation.view && !relation.view.securityInvoker)) return null
  const bypass = bypassOf(catalog, baseOf(relation), role)
  return bypass && { statement: bypassText(bypass, role) }
}

/**
 * What was observed of sessions that policies bind: the others get through whatever the policies say, and would stand as
 * a control that proves nothing. Where nobody is bound, everything.
 */
export function boundBy(input: JudgeInput, relation: Relation, matter: Matter): readonly Observation[] {
  const bypasses = (actor: string): boolean => {
    const role = matter.actors.get(actor)?.role
    return role !== undefined && bypassBehind(input, relation, role) !== null
  }
  const bound = matter.observations.filter(({ probe }) => !bypasses(probe.actor))
  // what privileges close to the others, policies are not asked about
  const asked = bound.some(({ outcome }) => outcome.kind !== 'denied' || outcome.by !== 'privilege')
  return asked ? bound : matter.observations
}

/**
 * A leak through a session that no policy binds is one thing, whichever command and column showed it. What it does with
 * rows of its own, or with those of colleagues who may see them by taste, says nothing.
 */
export function asBypass(verdict: Extract<Verdict, { kind: 'leak' }>): typeof verdict | null {
  if (verdict.standing === 'own' || verdict.code === 'team-access') return null
  return { ...verdict, code: 'row-security-bypassed', weak: false }
}
