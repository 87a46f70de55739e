import type { IgnoreEntry } from '../domain/config.ts'
import type { Finding } from '../domain/report.ts'

/**
 * Marks findings that the configuration accepts; tells which entries have expired and which match nothing. Of a part of
 * the findings only the first is told: what matches nothing among them may match the rest.
 */
export function applyIgnores(
  findings: readonly Finding[],
  entries: readonly IgnoreEntry[],
  today: string,
  extent: 'all' | 'part' = 'all',
): { readonly findings: readonly Finding[]; readonly notices: readonly string[] } {
  const used = new Set<IgnoreEntry>()
  const marked = findings.map((finding) => {
    const entry = entries.find((one) => matches(one, finding))
    if (!entry) return finding
    used.add(entry)
    if (isExpired(entry, today)) return finding
    return {
      ...finding,
      suppressed: {
        by: 'ignore' as const,
        reason: entry.reason,
        ...(entry.expires === undefined ? {} : { expires: entry.expires }),
      },
    }
  })
  const notices = entries.flatMap((entry) => {
    if (!used.has(entry))
      return extent === 'part' ? [] : [`ignore: ${nameOf(entry)} matches no finding: remove it`]
    return isExpired(entry, today)
      ? [`ignore: ${nameOf(entry)} expired on ${entry.expires}: its finding is back`]
      : []
  })
  return { findings: marked, notices }
}

const isExpired = ({ expires }: IgnoreEntry, today: string): boolean =>
  expires !== undefined && expires < today

const nameOf = ({ code, relation, command, actor }: IgnoreEntry): string =>
  [code, relation, command, actor].filter((part) => part !== undefined).join(' ')

function matches(entry: IgnoreEntry, finding: Finding): boolean {
  return (
    entry.code === finding.code &&
    (entry.relation === undefined || globToRegExp(entry.relation).test(finding.relation)) &&
    (entry.command === undefined || entry.command === finding.command) &&
    (entry.actor === undefined || entry.actor === finding.actor)
  )
}

/** `*` stands for any characters; everything else for itself. */
export function globToRegExp(glob: string): RegExp {
  return new RegExp(
    `^${glob
      .split('*')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  )
}
