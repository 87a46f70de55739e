import type { Severity } from './vocabulary.ts'

export type FindingKind = 'leak' | 'overblock' | 'broken' | 'static'

export const FINDING_CODES = [
  'read-leak',
  'world-readable',
  'insert-leak',
  'update-leak',
  'giveaway-leak',
  'delete-leak',
  'function-read-leak',
  'function-write-leak',
  'existence-oracle',
  'open-insert',
  'team-access',
  'unowned-access',
  'foreign-aggregate',
  'privileged-column',
  'escalation',
  'forged-claim',
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
  'tautology',
  'contradiction',
  'migration-table-exposed',
  'row-security-bypassed',
  'truncate-privilege',
  'references-privilege',
  'trigger-privilege',
  'sequence-privilege',
  'void-column-revoke',
  'role-membership',
  'mutable-search-path',
  'public-bucket',
  'published-without-row-security',
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
      "Declare whom it is for (expect: { 'schema.table': { select: 'authenticated' } }, or 'everyone'), or compare the owner with the session.",
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
  'function-read-leak': {
    kind: 'leak',
    severity: 'error',
    title: 'A function returns what stands in rows of somebody else',
    impact: 'Whoever may execute it gets other people’s data, whatever the policies of the tables say.',
    remedy:
      'Let the function compare the rows with auth.uid(), run with SECURITY INVOKER, or revoke EXECUTE from the role.',
  },
  'function-write-leak': {
    kind: 'leak',
    severity: 'error',
    title: 'A function changes rows of somebody else',
    impact:
      'Whoever may execute it writes among other people’s data, whatever the policies of the tables say.',
    remedy:
      'Let the function check that the row is the caller’s before it writes, run with SECURITY INVOKER, or revoke EXECUTE from the role.',
  },
  'existence-oracle': {
    kind: 'leak',
    severity: 'note',
    title: 'An answer tells whether something hidden exists',
    impact: 'Keys, addresses or names can be tried one after the other to find out who or what is there.',
    remedy:
      'Let a function answer alike whether the row exists or not; make a key unique per owner or tenant; or accept it: a unique user name must tell that it is taken.',
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
    title: 'A user can raise the own rights by writing the own row',
    impact: 'A policy trusts this column; whoever writes it passes the policy.',
    remedy:
      'Revoke INSERT and UPDATE on the column, or hold it unchanged in WITH CHECK or a trigger; what is paid for is written by the server alone.',
  },
  escalation: {
    kind: 'leak',
    severity: 'error',
    title: 'A user can open rows by a statement that nobody granted',
    impact: 'Whoever first joins, shares, approves or promotes himself gets at other people’s data.',
    remedy:
      'Close the first step: let the owner of what it gives access to, or somebody who administers it, write the row.',
  },
  'forged-claim': {
    kind: 'leak',
    severity: 'error',
    title: 'A claim or header that the caller writes is believed',
    impact: 'Whoever sets it to somebody else’s value gets at that one’s data.',
    remedy:
      'Ask app_metadata or a table that users cannot write; never user_metadata, headers or the shape of an address.',
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
  tautology: {
    kind: 'static',
    severity: 'warning',
    title: 'A part of a policy never fails, whatever the row and the session are',
    impact: 'What it was meant to check is not checked: the other parts of the policy decide alone.',
    remedy:
      'Compare what was meant, with the alias or the function name in front of each name; or drop the part.',
  },
  contradiction: {
    kind: 'static',
    severity: 'warning',
    title: 'A part of a policy never holds, whatever the row and the session are',
    impact:
      'Whom it was meant to let through is kept out, or, behind NOT, whom it was meant to keep out gets in.',
    remedy: 'Compare with a value that can be there, and with IS NULL where NULL is meant; or drop the part.',
  },
  'migration-table-exposed': {
    kind: 'static',
    severity: 'warning',
    title: 'A migration tool’s own table is reachable through the API',
    impact: 'Names and times of migrations are readable, and rows may be written.',
    remedy: 'Enable row security on it, or revoke the API roles’ privileges.',
  },
  'row-security-bypassed': {
    kind: 'leak',
    severity: 'error',
    title: 'The role that the application connects as walks around row security',
    impact:
      'Policies filter nothing in its sessions: whatever a request’s claims say, it gets everybody’s rows.',
    remedy:
      'Connect as a role of its own that owns no table and is neither superuser nor BYPASSRLS, and set the user per transaction; where the owner must connect, alter table … force row level security.',
  },
  'truncate-privilege': {
    kind: 'leak',
    severity: 'warning',
    title: 'A role that callers come in as may truncate the relation',
    impact: 'TRUNCATE asks no policy: one statement over SQL empties the table, everybody’s rows with it.',
    remedy: 'revoke truncate on … from the role: no application needs it.',
  },
  'references-privilege': {
    kind: 'leak',
    severity: 'warning',
    title: 'A foreign key tells which keys a hidden table holds',
    impact: 'Whoever can make a table and reference this one learns of each key whether it exists.',
    remedy: 'revoke references on … from the role, and create on the schema.',
  },
  'trigger-privilege': {
    kind: 'leak',
    severity: 'warning',
    title: 'A caller’s own trigger function runs with the rights of whoever writes',
    impact:
      'A trigger that somebody else put on the table runs as the writer: with the server’s rights when the server writes.',
    remedy: 'revoke trigger on … from the role: no application needs it.',
  },
  'sequence-privilege': {
    kind: 'leak',
    severity: 'warning',
    title: 'A sequence can be read or reset by callers',
    impact:
      'Its value tells how many rows all users together have made; setval() makes everybody’s next insert fail.',
    remedy: 'revoke all on sequence … from the role, and grant usage alone to those who insert.',
  },
  'void-column-revoke': {
    kind: 'static',
    severity: 'warning',
    title: 'Revoking a column privilege had no effect',
    impact:
      'The role holds the privilege on the whole table, which a REVOKE of single columns leaves as it is.',
    remedy: 'Revoke the privilege on the table, then grant it on the columns that are meant.',
  },
  'role-membership': {
    kind: 'leak',
    severity: 'warning',
    title: 'A role that callers come in as can become a stronger one',
    impact:
      'SET ROLE is all it takes, in an injected statement or a function: then no policy binds the session.',
    remedy: 'revoke the membership, or grant it with set false (PostgreSQL 16).',
  },
  'mutable-search-path': {
    kind: 'leak',
    severity: 'warning',
    title: 'A security definer function believes a caller’s temporary table',
    impact: 'Over a direct SQL session a temporary table of the right name answers in place of the real one.',
    remedy: "Qualify every name in the function, and set search_path = '' on it.",
  },
  'public-bucket': {
    kind: 'static',
    severity: 'note',
    title: 'A bucket is public although its policies restrict reading',
    impact: 'The public URL asks no policy: whoever knows or guesses the name of an object downloads it.',
    remedy: 'Make the bucket private and hand out signed URLs, or keep nothing confidential in it.',
  },
  'published-without-row-security': {
    kind: 'static',
    severity: 'note',
    title: 'Changes of a table without row security are broadcast to every subscriber',
    impact: 'Whoever subscribes is sent every new, changed and deleted row as it happens.',
    remedy: 'Enable row security on it, or take it out of the publication supabase_realtime.',
  },
}
