import type { AccessChange, AccessChanges, DriftFinding } from '../domain/drift.ts'
import type { Finding, Report, ReportedRelation } from '../domain/report.ts'
import { COMMANDS } from '../domain/vocabulary.ts'
import type { Audience } from '../domain/vocabulary.ts'

/** What two states of a schema let through differently: before is that of the migrations. */
export function accessChanges(before: Report, after: Report): AccessChanges {
  const known = new Set(before.findings.map(({ fingerprint }) => fingerprint))
  const now = new Set(after.findings.map(({ fingerprint }) => fingerprint))
  return {
    changes: [...relationChanges(before, after), ...functionChanges(before, after)],
    opened: after.findings.filter(({ fingerprint }) => !known.has(fingerprint)).map(shown),
    closed: before.findings.filter(({ fingerprint }) => !now.has(fingerprint)).map(shown),
    untested: untestedIn(after).filter((one) => !untestedIn(before).includes(one)),
  }
}

const shown = ({ id, code, severity, relation, scope, command, title }: Finding): DriftFinding => ({
  id,
  code,
  severity,
  relation: called(relation, scope),
  command,
  title,
})

const called = (relation: string, scope: string | undefined): string =>
  scope === undefined ? relation : `${relation}/${scope}`

function relationChanges(before: Report, after: Report): readonly AccessChange[] {
  const of = ({ relations }: Report): ReadonlyMap<string, ReportedRelation> =>
    new Map(relations.map((relation) => [called(relation.name, relation.scope), relation]))
  const [old, now] = [of(before), of(after)]
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((relation) =>
    COMMANDS.flatMap((command) => {
      const from = old.get(relation)?.access[command] ?? null
      const to = now.get(relation)?.access[command] ?? null
      // what is not there lets nobody through, and neither does what is closed
      return (from ?? 'nobody') === (to ?? 'nobody') ? [] : [{ relation, command, from, to }]
    }),
  )
}

function functionChanges(before: Report, after: Report): readonly AccessChange[] {
  const of = ({ functions }: Report): ReadonlyMap<string, Audience> =>
    new Map(functions.map(({ name, access }) => [name, access.execute]))
  const [old, now] = [of(before), of(after)]
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((relation) => {
    const from = old.get(relation) ?? null
    const to = now.get(relation) ?? null
    return (from ?? 'nobody') === (to ?? 'nobody')
      ? []
      : [{ relation, command: 'execute' as const, from, to }]
  })
}

const untestedIn = ({ coverage }: Report): readonly string[] => [
  ...new Set(
    coverage.untested.map(({ relation, scope, command }) => `${called(relation, scope)} ${command}`),
  ),
]
