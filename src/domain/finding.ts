import type { Severity } from './vocabulary.ts'

export type FindingKind = 'leak' | 'overblock' | 'broken' | 'static'

export const FINDING_CODES = [
  'read-leak',
  'world-readable',
  'insert-leak',
  'update-leak',
  'giveaway-leak',
  'delete-leak',
  'open-insert',
  'team-access',
  'unowned-access',
  'foreign-aggregate',
  'privileged-column',
  'read-overblock',
  'write-overblock',
  'unseen-write',
  'broken-policy',
  'policy-recursion',
  'missing-setting',
  'failing-cast',
  'policy-needs-privilege',
  'row-security-off',
  'policy-without-row-security',
  'no-policy',
  'restrictive-only',
  'migration-table-exposed',
] as const
export type FindingCode = (typeof FINDING_CODES)[number]

export interface FindingInfo {
  readonly kind: FindingKind
  readonly severity: Severity
  readonly title: string
  /** what somebody can do with it */
  readonly impact: string
  /** what usually closes it */
  readonly remedy: string
}

/** The published list. Each has a page in docs/findings and a fixture in fixtures/findings. */
export const FINDINGS: Readonly<Record<FindingCode, FindingInfo>> = {
  'read-leak': {
    kind: 'leak',
    severity: 'error',
    title: 'Rows are readable by somebody they do not belong to',
    impact: 'Whoever sends this request gets other people’s data.',
    remedy:
      'Let the SELECT policies compare the row’s owner or tenant with the session, and views run with security_invoker.',
  },
  'world-readable': {
    kind: 'leak',
    severity: 'error',
    title: 'Rows that have an owner are readable through using (true)',
    impact:
      'The policy is explicit, but nothing says that it is meant: everybody whom it names reads everybody’s rows.',
    remedy:
      "Declare it (expect: { 'schema.table': { select: 'everyone' } }) or compare the owner with the session.",
  },
  'insert-leak': {
    kind: 'leak',
    severity: 'error',
    title: 'Rows can be inserted in the name of somebody else or into another tenant',
    impact: 'Forged rows appear among the victim’s data, under the victim’s name.',
    remedy: 'Let WITH CHECK tie every owner, tenant and parent column of the new row to the session.',
  },
  'update-leak': {
    kind: 'leak',
    severity: 'error',
    title: 'Rows can be changed or taken over by somebody they do not belong to',
    impact: 'Other people’s data is overwritten, or moves to the attacker.',
    remedy: 'Let USING of the UPDATE policy compare the owner or tenant with the session.',
  },
  'giveaway-leak': {
    kind: 'leak',
    severity: 'error',
    title: 'An own row can be handed to somebody else',
    impact: 'The attacker plants rows in another user’s or tenant’s data.',
    remedy: 'Give the UPDATE policy a WITH CHECK that ties the new owner and tenant to the session.',
  },
  'delete-leak': {
    kind: 'leak',
    severity: 'error',
    title: 'Rows can be deleted by somebody they do not belong to',
    impact: 'Other people’s data is destroyed.',
    remedy: 'Let USING of the DELETE policy compare the owner or tenant with the session.',
  },
  'open-insert': {
    kind: 'leak',
    severity: 'warning',
    title: 'Anybody may insert rows into a relation that belongs to nobody',
    impact: 'The table can be filled with anything by anybody: wanted for a contact form, seldom elsewhere.',
    remedy: "Declare it (expect: { 'schema.table': { insert: 'everyone' } }) or narrow WITH CHECK.",
  },
  'team-access': {
    kind: 'leak',
    severity: 'note',
    title: 'A team mate gets at a row that has an owner inside the tenant',
    impact: 'Wanted in most team applications; a leak where the row is personal.',
    remedy: "Declare it (expect: { 'schema.table': { select: 'tenant' } }, or 'owner' to have it judged).",
  },
  'unowned-access': {
    kind: 'leak',
    severity: 'warning',
    title: 'Rows without an owner are open to strangers',
    impact: 'A NULL owner makes a row everybody’s: it can be read, changed or claimed by whoever comes.',
    remedy: 'Make the owner NOT NULL, or let the policies say what an empty owner means.',
  },
  'foreign-aggregate': {
    kind: 'leak',
    severity: 'note',
    title: 'A view counts or sums rows that the reader may not see',
    impact:
      'Totals over everybody’s rows are public: wanted on a status page, telling where groups are small.',
    remedy: 'Let the view run with security_invoker, or declare it: expect: { select: … }.',
  },
  'privileged-column': {
    kind: 'leak',
    severity: 'error',
    title: 'A user can raise the own rights by updating the own row',
    impact: 'A policy trusts this column; whoever writes it passes the policy.',
    remedy: 'Revoke UPDATE on the column, or hold it unchanged in WITH CHECK or a trigger.',
  },
  'read-overblock': {
    kind: 'overblock',
    severity: 'error',
    title: 'Somebody who should read rows cannot',
    impact: 'The application shows nothing, without an error.',
    remedy: 'Check which column the SELECT policy compares with the session.',
  },
  'write-overblock': {
    kind: 'overblock',
    severity: 'warning',
    title: 'Somebody who should write rows cannot',
    impact: 'The application fails, or silently changes nothing.',
    remedy: 'Check USING, WITH CHECK and the privileges of this command.',
  },
  'unseen-write': {
    kind: 'overblock',
    severity: 'warning',
    title: 'Own rows can be written, but not found: no SELECT policy shows them to whoever writes',
    impact: 'An UPDATE or DELETE with a WHERE changes nothing, without an error.',
    remedy: 'Add a SELECT policy for the same rows: a statement that reads a column needs one.',
  },
  'broken-policy': {
    kind: 'broken',
    severity: 'error',
    title: 'Evaluating the policies ends in an error',
    impact: 'Every request of this kind fails, for everybody, and hides what the policies would allow.',
    remedy:
      'Repair the expression: break the recursion with a security definer function, read settings with missing_ok.',
  },
  'policy-recursion': {
    kind: 'broken',
    severity: 'error',
    title: 'A policy reads the relation that it guards',
    impact: 'Every request of this kind ends in “infinite recursion detected in policy”.',
    remedy: 'Read the relation in a security definer function, to whose owner the policies do not apply.',
  },
  'missing-setting': {
    kind: 'broken',
    severity: 'error',
    title: 'A policy reads a setting that the session does not have',
    impact: 'Every request ends in an error unless something has set it before.',
    remedy: "Read it with missing_ok: current_setting('app.user_id', true) gives NULL instead of an error.",
  },
  'failing-cast': {
    kind: 'broken',
    severity: 'error',
    title: 'A policy casts a value that does not fit the type',
    impact: 'One value that does not fit makes every request fail that meets it.',
    remedy: "Compare as text, or turn empty values into NULL before the cast: nullif(value, '')::uuid.",
  },
  'policy-needs-privilege': {
    kind: 'broken',
    severity: 'error',
    title: 'A policy reads or calls what the role has no privilege for',
    impact:
      'A policy runs with the rights of whoever asks: the request fails although the row may be theirs.',
    remedy:
      'Put the lookup into a security definer function that the role may execute, or grant what it needs.',
  },
  'row-security-off': {
    kind: 'static',
    severity: 'error',
    title: 'Row security is off on a relation that API roles can reach',
    impact: 'Privileges alone decide: whoever has them reaches every row.',
    remedy: 'alter table … enable row level security, and a policy for each command that is meant.',
  },
  'policy-without-row-security': {
    kind: 'static',
    severity: 'error',
    title: 'Policies exist, but row security is off',
    impact: 'The policies are never consulted.',
    remedy: 'alter table … enable row level security.',
  },
  'no-policy': {
    kind: 'static',
    severity: 'note',
    title: 'Row security is on without a policy',
    impact: 'Nobody but roles that bypass row security gets at the rows: right for server-side tables.',
    remedy: 'Add policies, or revoke the privileges to make it plain.',
  },
  'restrictive-only': {
    kind: 'static',
    severity: 'warning',
    title: 'All policies are restrictive: nobody gets in',
    impact:
      'Restrictive policies narrow what permissive ones let through. Without any, every row is refused.',
    remedy: 'Make one of them permissive, or add a permissive policy for what they narrow.',
  },
  'migration-table-exposed': {
    kind: 'static',
    severity: 'warning',
    title: 'A migration tool’s own table is reachable through the API',
    impact: 'Names and times of migrations are readable, and rows may be written.',
    remedy: 'Enable row security on it, or revoke the API roles’ privileges.',
  },
}
