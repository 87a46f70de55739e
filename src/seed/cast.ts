import type { Catalog } from '../domain/catalog.ts'
import { settingsOf } from '../domain/config.ts'
import type { Config, CustomIdentity } from '../domain/config.ts'
import type { Lapse, Model } from '../domain/ownership.ts'
import type { Actor, Tenant } from '../domain/population.ts'
import { forgedActors } from './forge.ts'
import type { Forge } from './forge.ts'
import { isLapsed, lapsesOf } from './lapsed.ts'
import { setPath } from './paths.ts'
import { uuidFor } from './place.ts'

/** A user of the cast, before it becomes a session. */
export interface Person {
  readonly name: string
  readonly key: string
  readonly email: string
  /** tenant by name, and what the person is in it */
  readonly tenant: string | null
  readonly membership:
    'highest' | 'lowest' | 'inactive' | { readonly label: string } | { readonly lapse: Lapse } | null
  /** labels that open rights for the person, where policies ask for them: control only */
  readonly right: string | null
  readonly provider: 'email' | 'github'
}

/** Named beside others in rows that may give access: a control, for whom access by such a row is right. */
export const FRIEND = 'frank'

/** Signed up and tied to nobody: in scenarios she is given, row by row, what a policy asks for. */
export const STRANGER = 'eve'

export const TENANTS = ['acme', 'globex'] as const

/**
 * alice and bob of one tenant, carol of another that she administers, dave who is no longer in force in alice's; a
 * member per further role label and a staff member per label that policies ask for, who only serve as control.
 */
export function castPeople(
  model: Model,
  seed: number,
  roleLabels: readonly string[],
  rights: readonly string[],
  integerKeys: boolean,
): readonly Person[] {
  const inactive = model.tenants.some(({ memberships }) => memberships.some((one) => one.inactive !== null))
  const hasTenants = model.tenants.length > 0
  const person = (name: string, index: number, rest: Partial<Person>): Person => ({
    name,
    key: integerKeys ? String(7001 + index) : uuidFor(seed, 'user', name),
    email: `${name}@example.com`,
    tenant: null,
    membership: null,
    right: null,
    provider: index % 2 === 0 ? 'email' : 'github',
    ...rest,
  })
  const acme = hasTenants ? 'acme' : null
  return [
    person('alice', 0, { tenant: acme, membership: 'highest' }),
    person('bob', 1, { tenant: acme, membership: 'lowest' }),
    person('carol', 2, { tenant: hasTenants ? 'globex' : null, membership: 'highest' }),
    person('dave', 3, inactive ? { tenant: 'acme', membership: 'inactive' } : {}),
    person(FRIEND, 4, {}),
    person(STRANGER, 60, {}),
    ...lapsesOf(model).map((lapse, index) =>
      person(`dave-${slug(lapseName(lapse)) || index}`, 20 + index, {
        tenant: 'acme',
        membership: { lapse },
      }),
    ),
    ...(hasTenants ? roleLabels : []).map((label, index) =>
      person(`acme-${slug(label)}`, 10 + index, { tenant: 'acme', membership: { label } }),
    ),
    ...rights.map((right, index) => person(`staff-${slug(right) || index}`, 30 + index, { right })),
  ]
}

/** A date says nothing of what it is the date of. */
const lapseName = ({ column, value }: Lapse): string =>
  value === null || typeof value === 'boolean' || /^\d{4}-/.test(value) ? column : value

const slug = (label: string): string =>
  label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')

/** Sessions of the cast, with anon, a session without a user, a session with forged metadata, and the service role. */
export function castActors(
  people: readonly Person[],
  tenants: readonly Tenant[],
  model: Model,
  catalog: Catalog,
  config: Pick<Config, 'identity' | 'found' | 'app'>,
  rows: Forge['rows'],
): readonly Actor[] {
  const own = people
    .filter(({ name }) => name !== STRANGER)
    .map((person) => actorFor(person, tenants, model, config))
  const signedIn = [...own, ...(config.app ? throughApplication(own, config.app.role) : [])]
  if (config.identity !== 'supabase') return [...signedIn, nobody(config.identity)]
  const plain = { login: 'authenticator', user: null, tenants: [], settings: {} } as const
  const carol = signedIn.find(({ name }) => name === 'carol')
  const hasRole = (name: string): boolean => catalog.roles.some((role) => role.name === name)
  return [
    ...(hasRole('anon')
      ? [{ ...plain, name: 'anon', role: 'anon', claims: { role: 'anon' }, purpose: 'judged' as const }]
      : []),
    ...signedIn,
    {
      ...plain,
      name: 'no-sub',
      role: 'authenticated',
      claims: { role: 'authenticated', aud: 'authenticated' },
      purpose: 'judged',
    },
    ...(carol ? [...forgedActors({ model, people, tenants, rows }, carol), ...visitors(carol, model)] : []),
    ...(hasRole('service_role')
      ? [
          {
            ...plain,
            name: 'service',
            role: 'service_role',
            claims: { role: 'service_role' },
            purpose: 'control' as const,
          },
        ]
      : []),
  ]
}

/** For whoever belongs to no tenant: a key that is none, in the form that keys have, so that a cast of it succeeds. */
function strangersKey(tenants: readonly Tenant[], kind: number): string {
  const key = tenants[0]?.keys[kind]
  return key !== undefined && /^[0-9a-f]{8}-/.test(key)
    ? uuidFor('no tenant')
    : key !== undefined && /^\d+$/.test(key)
      ? '0'
      : ''
}

/** The same users as the application's own connection shows them: a role that owns the tables walks around their policies. */
function throughApplication(actors: readonly Actor[], role: string): readonly Actor[] {
  return actors
    .filter(({ purpose }) => purpose === 'judged')
    .map((actor) => ({ ...actor, name: `${actor.name} (as ${role})`, role, login: role }))
}

/** Nobody is signed in: no setting is set, and a token says no more than that. */
function nobody({ role, claims }: CustomIdentity): Actor {
  return {
    ...(claims ? { roleClaim: 'anon' } : {}),
    name: 'nobody',
    role,
    login: role,
    user: null,
    tenants: [],
    claims: claims ? { role: 'anon' } : {},
    settings: {},
    purpose: 'judged',
  }
}

/** The session of one person, as the project's identity shows it to the database. */
export function actorFor(
  person: Person,
  tenants: readonly Tenant[],
  model: Model,
  config: Pick<Config, 'identity' | 'found'>,
): Actor {
  const active = person.tenant !== null && !isLapsed(person)
  const tenant = active ? tenants.find(({ name }) => name === person.tenant) : undefined
  const common = {
    name: person.name,
    user: person.key,
    tenants: tenant ? [tenant.name] : [],
    purpose: person.name === FRIEND || person.right !== null ? 'control' : 'judged',
  } as const
  const group = person.right === null ? tenant : tenants[0]
  const filling = { person, tenant: group, tenants, model }
  const settings = filledSettings(settingsOf(config), filling)
  if (config.identity === 'supabase')
    return {
      ...common,
      role: 'authenticated',
      login: 'authenticator',
      settings: { ...settings, ...settingsFor(tenant, model) },
      claims: claimsFor(person, tenant, model),
    }
  const { role, claims } = config.identity
  if (!claims) return { ...common, role, login: role, claims: {}, settings }
  const token = { ...claimsFor(person, group, model) }
  for (const [path, value] of Object.entries(claims))
    setPath(token, path.split('.'), filled(value, filling, path))
  return { ...common, role, login: role, claims: token, roleClaim: String(token['role']), settings }
}

interface Filling {
  readonly person: Person
  readonly tenant: Tenant | undefined
  readonly tenants: readonly Tenant[]
  readonly model: Model
}

/** Settings with the person's own keys in them; whoever has a right carries the word that opens it. */
function filledSettings(
  settings: Readonly<Record<string, string>>,
  filling: Filling,
): Readonly<Record<string, string>> {
  const { person, model } = filling
  const given = model.claims.flatMap(({ path, literals }) =>
    path[0] === 'setting' && person.right !== null && literals.includes(person.right)
      ? [[path[1] ?? '', person.right] as const]
      : [],
  )
  return {
    ...Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [name, filled(value, filling, name)]),
    ),
    ...Object.fromEntries(given),
  }
}

/** A value with `$user`, `$tenant` and `$email` in it, of a tenant's kind that the setting is known to carry. */
function filled(value: string, { person, tenant, tenants, model }: Filling, name: string): string {
  const kind = model.tenants.findIndex(({ claims }) =>
    claims.some((path) => path[0] === 'setting' && path[1] === name),
  )
  return value
    .replaceAll('$user', person.key)
    .replaceAll('$email', person.email)
    .replaceAll('$tenant', tenant?.keys[Math.max(0, kind)] ?? strangersKey(tenants, Math.max(0, kind)))
}

/** The headers that an application sends for its user, as far as policies look for the tenant in them. */
function settingsFor(tenant: Tenant | undefined, model: Model): Readonly<Record<string, string>> {
  const headers: Record<string, unknown> = {}
  model.tenants.forEach(({ claims }, index) => {
    for (const path of claims)
      if (path[0] === 'request.headers' && tenant) setPath(headers, path.slice(1), tenant.keys[index])
  })
  return Object.keys(headers).length === 0 ? {} : { 'request.headers': JSON.stringify(headers) }
}

/** Somebody who signed in without an address and without a second factor, where policies ask for either. */
function visitors(stranger: Actor, model: Model): readonly Actor[] {
  if (!model.claims.some(({ path }) => ['is_anonymous', 'aal', 'amr'].includes(path[0] ?? ''))) return []
  const claims = { ...stranger.claims, is_anonymous: true, aal: 'aal1', email: '', email_verified: false }
  return [{ ...stranger, name: `${stranger.name} (anonymous sign-in)`, claims }]
}

/** Seconds since 1970: a token of the reference date that does not expire while somebody looks at a report. */
const ISSUED_AT = 1_767_225_600
const EXPIRES_AT = 4_102_444_800

/** The payload of an access token as Supabase issues it, with what the project's policies read from it. */
function claimsFor(
  person: Person,
  tenant: Tenant | undefined,
  model: Model,
): Readonly<Record<string, unknown>> {
  const claims: Record<string, unknown> = {
    sub: person.key,
    role: 'authenticated',
    aud: 'authenticated',
    email: person.email,
    email_verified: true,
    aal: 'aal2',
    is_anonymous: false,
    phone: '',
    iss: 'http://127.0.0.1:54321/auth/v1',
    iat: ISSUED_AT,
    exp: EXPIRES_AT,
    amr: [{ method: 'password', timestamp: ISSUED_AT }],
    session_id: uuidFor('session', person.key),
    app_metadata: { provider: person.provider, providers: [person.provider] },
    user_metadata: { full_name: person.name, email: person.email, email_verified: true },
  }
  for (const path of new Set(model.tenants.flatMap((kind) => kind.claims))) {
    const index = model.tenants.findIndex((kind) => kind.claims.includes(path))
    const isList = model.claims.some((use) => use.elements && use.path.join('.') === path.join('.'))
    const key = tenant?.keys[index]
    if (tenant && !BESIDE_TOKEN.has(path[0] ?? '')) setPath(claims, path, isList ? [key] : key)
  }
  if (person.right !== null)
    for (const { path, literals } of model.claims)
      if (literals.includes(person.right) && !isPlatformClaim(path) && !BESIDE_TOKEN.has(path[0] ?? ''))
        setPath(claims, path, person.right)
  return claims
}

const isPlatformClaim = (path: readonly string[]): boolean =>
  ['role', 'sub', 'aud', 'email', 'aal', 'is_anonymous'].includes(path.join('.'))

/** What stands in a setting of its own. */
const BESIDE_TOKEN: ReadonlySet<string> = new Set(['request.headers', 'setting'])

/** What users and callers write themselves. */
const CALLERS_OWN: ReadonlySet<string> = new Set(['user_metadata', 'request.headers'])

/** Labels in claims that grant something and that users cannot write themselves. */
export function claimRights(model: Model): readonly string[] {
  return model.claims
    .filter(({ path }) => !isPlatformClaim(path) && !CALLERS_OWN.has(path[0] ?? ''))
    .flatMap(({ literals }) => literals)
}
