import type { Actor } from '../domain/population.ts'

/** What is changed of a session: claims by name; `undefined` takes one away, objects are merged. */
export type ClaimChanges = Readonly<Record<string, unknown>>

/** A session that no account stands behind. */
export interface CustomIdentity {
  /** database role of the session */
  readonly role: string
  /** role that logs in before `role` is taken; default: `authenticator` where there are claims, else `role` */
  readonly login?: string
  readonly claims?: Readonly<Record<string, unknown>>
  /** settings of the transaction, such as `{ 'app.user_id': '42' }` */
  readonly settings?: Readonly<Record<string, string>>
  /** for messages */
  readonly name?: string
}

/** Roles that PostgREST takes on behalf of a token; any other one is a login of its own. */
const API_ROLES: ReadonlySet<string> = new Set(['anon', 'authenticated', 'service_role'])

/**
 * The same actor with other claims. A `role` among them is the role that PostgREST would take: the database role of the
 * session changes with it.
 */
export function withClaims(actor: Actor, changes: ClaimChanges): Actor {
  const claims = merged(actor.claims, changes)
  const role = typeof changes['role'] === 'string' ? changes['role'] : actor.role
  const sub = claims['sub']
  return {
    ...actor,
    name: `${actor.name} (${describe(changes)})`,
    role,
    user: 'sub' in changes ? (typeof sub === 'string' ? sub : null) : actor.user,
    claims,
    // claims that a token carried word for word would win over the changes
    settings: Object.fromEntries(
      Object.entries(actor.settings).filter(([name]) => name !== 'request.jwt.claims'),
    ),
  }
}

function merged(base: Readonly<Record<string, unknown>>, changes: ClaimChanges): Record<string, unknown> {
  const result: Record<string, unknown> = { ...base }
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete result[name]
    else result[name] = isPlain(value) && isPlain(result[name]) ? merged(result[name], value) : value
  }
  return result
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

function describe(changes: ClaimChanges): string {
  return Object.entries(changes)
    .map(([name, value]) => (value === undefined ? `no ${name}` : `${name} ${JSON.stringify(value)}`))
    .join(', ')
}

/** A database role by itself: one of the API's as PostgREST takes it, or a login of its own without claims. */
export function roleActor(role: string): Actor {
  return customActor(API_ROLES.has(role) ? { role, claims: { role } } : { role })
}

/** A session as it is described. */
export function customActor({ role, login, claims = {}, settings = {}, name }: CustomIdentity): Actor {
  const hasClaims = Object.keys(claims).length > 0
  const sub = claims['sub']
  return {
    name: name ?? role,
    role,
    login: login ?? (hasClaims ? 'authenticator' : role),
    user: typeof sub === 'string' ? sub : null,
    tenants: [],
    claims,
    settings,
    purpose: 'judged',
  }
}
