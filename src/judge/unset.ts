import type { Untested } from '../domain/report.ts'
import type { JudgeInput } from './input.ts'

/**
 * Relations that are closed to everybody who asked, and whose policies read a setting that nobody of them had: they are
 * meant for another connection, which was not tried. That nobody got in says nothing about it.
 */
export function judgeUnset({ relations, expectations, unset }: JudgeInput): {
  readonly facts: readonly never[]
  readonly untested: readonly Untested[]
} {
  const untested = relations.flatMap(({ oid, qualified }) => {
    const own = expectations.filter(({ relation }) => relation === oid)
    const settings = unset.get(oid)
    if (settings === undefined || own.some(({ closedBy }) => closedBy === null)) return []
    return own
      .filter(({ closedBy }) => closedBy?.startsWith('no policy') === false)
      .map(({ command }) => ({
        relation: qualified,
        command,
        actor: 'all' as const,
        reason: `no role that was tried may reach it, and its policies read ${settings.join(' and ')}, which no session sets: \`identity\` or \`app\` in rls.config.ts say who connects`,
      }))
  })
  return { facts: [], untested }
}
