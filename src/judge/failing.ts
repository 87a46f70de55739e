import type { Policy, Relation } from '../domain/catalog.ts'
import type { FindingCode } from '../domain/finding.ts'
import { gotThrough } from '../domain/probe.ts'
import type { Observation } from '../domain/probe.ts'
import type { ServerError } from '../domain/server-error.ts'
import { hasControl } from './control.ts'
import type { Matter } from './control.ts'

/** What is wrong with policies whose evaluation ended in this error (manual, appendix "PostgreSQL Error Codes"). */
export function failureCode(observation: Observation): FindingCode {
  const error = errorOf(observation)
  const sqlstate = error?.sqlstate ?? ''
  switch (sqlstate) {
    case '42P17':
      return 'policy-recursion'
    case '42501':
      return 'policy-needs-privilege'
    case '42704':
      return SETTING_ROUTINES.has(error?.routine ?? '') ? 'missing-setting' : 'broken-policy'
    default:
      return CASTS.has(sqlstate) ? 'failing-cast' : 'broken-policy'
  }
}

export const errorOf = ({ error, failedWhole }: Observation): ServerError | undefined => failedWhole ?? error

const SETTING_ROUTINES: ReadonlySet<string> = new Set(['find_option', 'GetConfigOptionByName'])

/** Texts, dates, numbers and documents that the type does not take. */
const CASTS: ReadonlySet<string> = new Set(['22P02', '22007', '22008', '22003', '22018', '22030', '22032'])

/** What the text of a policy must hold to be the cause: without it, it is not to blame. */
const CAUSES: Partial<Record<FindingCode, RegExp>> = {
  'policy-recursion': /\bselect\b|\w\(/i,
  'policy-needs-privilege': /\bselect\b|\w\(/i,
  'missing-setting': /\w\(/,
  'failing-cast': /::|\w\(/,
}

/** The policies that can have caused the failure; all of them where none stands out. */
export function causesOf(code: FindingCode, policies: readonly Policy[]): readonly Policy[] {
  const cause = CAUSES[code]
  const named = policies.filter(({ using, withCheck }) => cause?.test(`${using ?? ''} ${withCheck ?? ''}`))
  return named.length > 0 ? named : policies
}

/**
 * Whether an error is a refusal in effect: the policies raise it whatever row is meant, nothing came out for this actor, and
 * others get through, so that the rows were there. It is fail-closed, but hardly meant.
 */
export function isRefusalInEffect(
  matter: Matter,
  observation: Observation,
  relation: Relation,
  base: Relation,
): boolean {
  const { command, actor } = observation.probe
  if (observation.error === undefined || !isRaisedByPolicy(observation, relation, base)) return false
  const same = matter.observations.filter(({ probe }) => probe.actor === actor && probe.command === command)
  return hasControl(matter) && !same.some(gotThrough)
}

/**
 * Triggers, rules and CHECKs raise errors of the same kind: where there are any, nobody knows who did. What happens
 * inside of a trigger's function is told with its context (manual, "Reporting Errors and Messages").
 */
function isRaisedByPolicy(
  { probe: { command }, error }: Observation,
  relation: Relation,
  base: Relation,
): boolean {
  const sqlstate = error?.sqlstate ?? ''
  const isData = sqlstate.startsWith('22') || ['42704', '42501', '42P17'].includes(sqlstate)
  const others =
    command !== 'select' &&
    (base.hasRules ||
      relation !== base ||
      base.checks.length > 0 ||
      ((error?.where ?? '') !== '' &&
        base.triggers.some(({ enabled, events }) => enabled && events.includes(command))))
  return isData && base.rowSecurity.enabled && !others
}
