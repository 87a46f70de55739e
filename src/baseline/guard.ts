import { createHash } from 'node:crypto'
import type { ReportedRelation } from '../domain/report.ts'

interface About {
  readonly relation: string
  readonly scope?: string
  readonly command: string
}

/**
 * A digest of what the policies said that a finding or doubt is about: where they say something else, it is another one,
 * though its name and theirs are the same. Undefined where no policy has a say.
 */
export function guardOf(relations: readonly ReportedRelation[], about: About): string | undefined {
  const relation = relations.find(({ name, scope }) => name === about.relation && scope === about.scope)
  const policies = (relation?.policies ?? [])
    .filter(({ command }) => command === 'all' || command === 'select' || command === about.command)
    .map(({ name, command, permissive, roles, using, withCheck }) =>
      JSON.stringify([name, command, permissive, [...roles].sort(), using, withCheck]),
    )
    .sort()
  if (policies.length === 0) return undefined
  return createHash('sha256').update(policies.join('\n')).digest('hex').slice(0, 12)
}
