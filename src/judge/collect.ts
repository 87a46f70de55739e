import { createHash } from 'node:crypto'
import { FINDINGS } from '../domain/finding.ts'
import type { Fact } from '../domain/fact.ts'
import type { Expectation } from '../domain/expectation.ts'
import type { Observation, Reached } from '../domain/probe.ts'
import type { Finding } from '../domain/report.ts'
import type { Severity } from '../domain/vocabulary.ts'

export type { Fact }

/** Storage and Realtime have APIs of their own. */
const SERVED_OTHERWISE: ReadonlySet<string> = new Set(['storage', 'realtime'])

/** `served`: schemas that are served over HTTP, where the project says so. */
export function toFinding(fact: Fact, served: readonly string[] | undefined): Finding {
  const info = FINDINGS[fact.code]
  const fingerprint = fingerprintOf(fact)
  const { schema, qualified } = fact.subject
  const outside =
    served !== undefined &&
    !served.includes(schema) &&
    !SERVED_OTHERWISE.has(schema) &&
    // accounts are written through the auth service, whatever else is served
    qualified !== 'auth.users'
  return {
    id: fingerprint.slice(0, 8),
    fingerprint,
    code: fact.code,
    kind: info.kind,
    severity: severityOf(fact, outside),
    relation: fact.subject.qualified,
    ...(fact.scope === undefined ? {} : { scope: fact.scope }),
    command: fact.command,
    ...(fact.actor === undefined ? {} : { actor: fact.actor }),
    title: info.title,
    evidence:
      outside && info.kind === 'leak'
        ? `${fact.evidence} (reachable over SQL, not through the API)`
        : fact.evidence,
    blame: fact.blame,
    ...(fact.checks === undefined ? {} : { checks: fact.checks }),
    ...(fact.witness === undefined ? {} : { witness: fact.witness }),
    ...(fact.steps === undefined ? {} : { steps: fact.steps }),
    ...(fact.reproduction === undefined ? {} : { reproduction: fact.reproduction }),
  }
}

/** The script of a finding, where one could be made. */
export const scriptIn = (reproduction: string | undefined): Pick<Fact, 'reproduction'> =>
  reproduction === undefined ? {} : { reproduction }

function severityOf(fact: Fact, outside: boolean): Severity {
  const { code, command, declared, trusted, weak } = fact
  const { kind } = FINDINGS[code]
  const severity = fact.severity ?? FINDINGS[code].severity
  if (kind === 'leak' && outside && severity === 'error') return 'warning'
  // only the column's name says that it grants something
  if (code === 'privileged-column' && !trusted) return 'warning'
  if (weak && severity === 'error') return 'warning'
  // a value that can be read and not set is a side channel; a search path that is set and forgets pg_temp, a lesser slip
  if (weak && (code === 'sequence-privilege' || code === 'mutable-search-path')) return 'note'
  // templates and system rows are read by design; nobody means them to be changed
  if (code === 'unowned-access' && command === 'select') return 'note'
  return code === 'write-overblock' && declared ? 'error' : severity
}

/** Stable over line numbers, seeds and row values, so that a finding is known again after unrelated changes. */
function fingerprintOf({ code, subject, scope, command, actor, blame, candidates }: Fact): string {
  const others = candidates ? blame.filter(({ policy }) => policy === undefined) : blame

  const parts = [
    code,
    subject.qualified,
    ...(scope === undefined ? [] : [scope]),
    command,
    actor ?? '',
    ...[...others.map(({ policy }) => policy ?? ''), ...(candidates ?? [])].sort(),
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/** "carol read 3 of 3 rows that belong to alice (control: alice got through)" */
export function evidenceOf(
  observation: Observation,
  reached: Reached,
  expectation: Expectation,
  total: number,
  control: string,
): string {
  const { actor, attempt, detail } = observation.probe
  const who = reached.of.length > 0 ? ` of ${reached.of.join(', ')}` : ''
  const count = `${reached.rows}${total >= reached.rows && observation.probe.command !== 'insert' ? ` of ${total}` : ''} row${total === 1 || (observation.probe.command === 'insert' && reached.rows === 1) ? '' : 's'}`
  const what = detail === '' ? '' : ` (${detail})`
  const outcome =
    observation.outcome.kind === 'admitted'
      ? `; row security let it pass, then ${observation.outcome.thenFailedWith}`
      : ''
  return `${actor}: ${attempt}${what} reached ${count}${who}${outcome}${control}; allowed: ${expectation.upper}, ${expectation.why}`
}
