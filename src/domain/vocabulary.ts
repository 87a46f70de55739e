/** The four things that a policy can be written for. */
export const COMMANDS = ['select', 'insert', 'update', 'delete'] as const
export type Command = (typeof COMMANDS)[number]

/** Everything that can be tried: what policies are written for, and what only privileges guard. */
export const OPERATIONS = [...COMMANDS, 'truncate', 'references', 'trigger', 'execute'] as const
// not `(typeof OPERATIONS)[number]`: what writes the JSON Schema reads no spread
export type Operation = Command | 'truncate' | 'references' | 'trigger' | 'execute'

/** Who may, from the narrowest to the widest. `service` means nobody but the service role. */
export const AUDIENCES = ['nobody', 'owner', 'tenant', 'authenticated', 'everyone'] as const
export type Audience = (typeof AUDIENCES)[number]

/**
 * What a row is to an actor: `own` (one of its users is the actor), `team` (its tenant is the actor's),
 * `foreign` (somebody else's), `unowned` (nobody's: a NULL owner, or a relation that is shared by all).
 */
export const TIES = ['own', 'team', 'foreign', 'unowned'] as const
export type Tie = (typeof TIES)[number]

/** The column of the matrix that an actor's access to a row stands in: no session, no tie, same tenant, own. */
export const STANDINGS = ['anon', 'foreign', 'team', 'own'] as const
export type Standing = (typeof STANDINGS)[number]

export const SEVERITIES = ['note', 'warning', 'error'] as const
export type Severity = (typeof SEVERITIES)[number]

/** The narrowest audience that contains somebody of this standing. */
export function audienceOf(standing: Standing): Audience {
  switch (standing) {
    case 'anon':
      return 'everyone'
    case 'foreign':
      return 'authenticated'
    case 'team':
      return 'tenant'
    case 'own':
      return 'owner'
  }
}

/** Whether somebody of this standing is in the audience. */
export function includes(audience: Audience, standing: Standing): boolean {
  return AUDIENCES.indexOf(audience) >= AUDIENCES.indexOf(audienceOf(standing))
}

export function widest(...audiences: readonly Audience[]): Audience {
  return audiences.reduce((a, b) => (AUDIENCES.indexOf(a) >= AUDIENCES.indexOf(b) ? a : b), 'nobody')
}
