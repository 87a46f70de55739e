import { distance } from '../config/nearest.ts'
import type { Finding, Report } from '../domain/report.ts'
import { HarnessError } from '../errors.ts'
import { placeOf } from '../report/place.ts'

const MOST_LISTED = 40
const MOST_NEAR = 3

/**
 * The finding that somebody means by its fingerprint or the beginning of it.
 *
 * @throws HarnessError USAGE where none is called like that, or several
 */
export function findFinding(
  { findings, groups }: Pick<Report, 'findings' | 'groups'>,
  given: string,
): Finding {
  const id = given.trim().toLowerCase()
  const found = id === '' ? [] : findings.filter(({ fingerprint }) => fingerprint.startsWith(id))
  const [first, ...others] = found
  if (first && others.length === 0) return first
  if (first)
    throw new HarnessError('USAGE', `"${given}" is the beginning of ${found.length} findings`, {
      hint: `Write more of it:\n${listOf(found, longerThan(found, id))}`,
    })
  if (groups.some((group) => group.id === id))
    throw new HarnessError('USAGE', `"${given}" is a group of findings, and not one of them`, {
      hint: `Name one of those that are listed by: rls-harness explain ${id}`,
    })
  if (findings.length === 0)
    throw new HarnessError('USAGE', `there is no finding "${given}": the report has none`)
  const near = nearestTo(findings, id)
  throw new HarnessError('USAGE', `there is no finding "${given}"`, {
    hint: `${near.length > 0 ? `Did you mean ${near.join(', ')}? ` : ''}The findings are:\n${listOf(findings)}`,
  })
}

/** As many characters as tell them apart. */
function longerThan(findings: readonly Finding[], id: string): number {
  const longest = Math.max(...findings.map(({ fingerprint }) => fingerprint.length))
  for (let length = Math.max(8, id.length + 1); length < longest; length++)
    if (new Set(findings.map(({ fingerprint }) => fingerprint.slice(0, length))).size === findings.length)
      return length
  return longest
}

function listOf(findings: readonly Finding[], length?: number): string {
  const lines = findings.slice(0, MOST_LISTED).map((one) => {
    const name = length === undefined ? one.id : one.fingerprint.slice(0, length)
    const who = one.actor === undefined ? '' : ` ${one.actor}`
    return `  ${name}  ${one.code}  ${placeOf(one.relation, one.scope)}  ${one.command}${who}`
  })
  const rest = findings.length - lines.length
  return [...lines, ...(rest > 0 ? [`  and ${rest} more`] : [])].join('\n')
}

/** Ids that differ in a slip or two of the fingers. */
function nearestTo(findings: readonly Finding[], id: string): readonly string[] {
  return findings
    .map((one) => ({ id: one.id, steps: distance(id.slice(0, one.id.length), one.id) }))
    .filter(({ steps }) => steps <= 2)
    .sort((a, b) => a.steps - b.steps)
    .slice(0, MOST_NEAR)
    .map((one) => one.id)
}
