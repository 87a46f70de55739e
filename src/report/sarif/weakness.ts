import type { FindingCode } from '../../domain/finding.ts'

/** CWE entries that findings are instances of, as MITRE names them. */
export const WEAKNESSES = [
  { id: '203', name: 'Observable Discrepancy' },
  { id: '285', name: 'Improper Authorization' },
  { id: '290', name: 'Authentication Bypass by Spoofing' },
  { id: '426', name: 'Untrusted Search Path' },
  { id: '732', name: 'Incorrect Permission Assignment for Critical Resource' },
  { id: '862', name: 'Missing Authorization' },
  { id: '863', name: 'Incorrect Authorization' },
] as const
export type WeaknessId = (typeof WEAKNESSES)[number]['id']

export interface Danger {
  /** GitHub: above 9.0 critical, from 7.0 high, from 4.0 medium, from 0.1 low */
  readonly score: string
  readonly weakness: WeaknessId
}

/** How dangerous what a code says is; null where somebody is kept out, or an error is all that comes of it. */
export const DANGERS: Readonly<Record<FindingCode, Danger | null>> = {
  'read-leak': { score: '8.6', weakness: '863' },
  'world-readable': { score: '7.5', weakness: '862' },
  'insert-leak': { score: '8.1', weakness: '863' },
  'update-leak': { score: '8.8', weakness: '863' },
  'giveaway-leak': { score: '7.1', weakness: '863' },
  'delete-leak': { score: '8.1', weakness: '863' },
  'function-read-leak': { score: '8.6', weakness: '862' },
  'function-write-leak': { score: '8.8', weakness: '862' },
  'existence-oracle': { score: '3.7', weakness: '203' },
  'open-insert': { score: '5.3', weakness: '862' },
  'team-access': { score: '3.1', weakness: '863' },
  'unowned-access': { score: '5.3', weakness: '863' },
  'foreign-aggregate': { score: '3.7', weakness: '863' },
  'privileged-column': { score: '8.8', weakness: '285' },
  escalation: { score: '9.1', weakness: '863' },
  'forged-claim': { score: '9.1', weakness: '290' },
  'read-overblock': null,
  'write-overblock': null,
  'unseen-write': null,
  'broken-policy': null,
  'policy-recursion': null,
  'missing-setting': null,
  'failing-cast': null,
  'policy-needs-privilege': null,
  'row-security-off': { score: '9.8', weakness: '862' },
  'policy-without-row-security': { score: '9.8', weakness: '862' },
  'no-policy': null,
  'restrictive-only': null,
  tautology: { score: '4.3', weakness: '863' },
  contradiction: null,
  'migration-table-exposed': { score: '5.3', weakness: '862' },
  'row-security-bypassed': { score: '9.8', weakness: '863' },
  'truncate-privilege': { score: '6.5', weakness: '732' },
  'references-privilege': { score: '4.3', weakness: '203' },
  'trigger-privilege': { score: '6.3', weakness: '732' },
  'sequence-privilege': { score: '4.3', weakness: '732' },
  'void-column-revoke': { score: '5.3', weakness: '732' },
  'role-membership': { score: '6.5', weakness: '732' },
  'mutable-search-path': { score: '6.3', weakness: '426' },
  'public-bucket': { score: '3.7', weakness: '862' },
  'published-without-row-security': { score: '3.7', weakness: '862' },
}
