import { callersIn } from './catalog/callers.ts'
import type { Caller } from './catalog/callers.ts'
import type { Connection } from './database/connection.ts'
import type { Catalog } from './domain/catalog.ts'
import type { Config } from './domain/config.ts'
import type { FoundIdentity, FoundSetting } from './domain/identity.ts'
import { foundSettings } from './ownership/found-settings.ts'
import { installStandIn, PLATFORM_SCHEMAS, STAND_IN } from './platform/install.ts'

/** Schemas of which the project has written nothing. Without a platform even `auth` is its own. */
const foreignSchemas = ({ platform }: Pick<Config, 'platform'>): readonly string[] =>
  platform === 'none' ? [] : PLATFORM_SCHEMAS

/**
 * The role that callers come in as, where the configuration leaves it open: Supabase's where policies bind them, else
 * the one that policies or grants name. Where a project without platform brings none that policies bind, one is made,
 * and the owner is tried beside it: whoever connects is one of the two. The connection is a superuser's.
 *
 * @throws HarnessError PLATFORM_FAILED
 */
export async function identifyCallers(connection: Connection, config: Config): Promise<Config> {
  if (!config.identityOpen || config.found) return config
  const callers = await callersIn(connection, PLATFORM_SCHEMAS)
  const named = callerNamed(callers, config.platform)
  const found = (role?: FoundIdentity['role']): FoundIdentity => ({
    ...(role ? { role } : {}),
    settings: {},
    found: [],
  })
  if (named === 'platform') return { ...config, found: found() }
  if (named)
    return {
      ...config,
      identity: { role: named.name, settings: {}, claims: {} },
      found: found({ name: named.name, evidence: evidenceOf(named) }),
    }
  await installStandIn(connection)
  const owner = ownerAmong(callers)
  return {
    ...config,
    identity: { role: STAND_IN, settings: {}, claims: {} },
    ...(config.app || !owner ? {} : { app: { role: owner.name } }),
    found: found({
      name: STAND_IN,
      made: true,
      evidence: 'no policy and no grant names a role that is not the owner: it was made for this run',
    }),
  }
}

/** Roles that Supabase has, and what a Supabase project's own roles are told from. */
const PLATFORM_ROLES: ReadonlySet<string> = new Set([
  'public',
  'anon',
  'anonymous',
  'authenticated',
  'authenticator',
  'dashboard_user',
  'postgres',
  'service_role',
  STAND_IN,
  'app_owner',
])

const isOwn = ({ name, superuser, bypasses }: Caller): boolean =>
  !PLATFORM_ROLES.has(name) && !/^(supabase|pg)_/.test(name) && !superuser && !bypasses

function callerNamed(
  callers: readonly Caller[],
  platform: Config['platform'],
): Caller | 'platform' | undefined {
  const isNamed = ({ policies }: Caller): boolean => policies > 0
  if (platform !== 'none') {
    const own = callers.filter((one) => isOwn(one) && isNamed(one) && one.granted > 0)
    const binds = callers.some(
      (one) => isNamed(one) && ['public', 'anon', 'authenticated', 'anonymous'].includes(one.name),
    )
    return binds ? 'platform' : (own[0] ?? 'platform')
  }
  const plain = callers.filter(
    ({ name, superuser, bypasses, owned }) =>
      !superuser && !bypasses && owned === 0 && !['public', STAND_IN, 'app_owner', 'anon'].includes(name),
  )
  // whoever may read a few tables alone is a service of its own
  const most = plain.find(isNamed) ?? plain.find(({ granted, tables }) => granted * 2 >= tables)
  const hasApi = callers.some(({ name, policies, granted }) => name === 'anon' && policies + granted > 0)
  return most?.name === 'authenticated' || (!most && hasApi) ? 'platform' : most
}

const evidenceOf = ({ policies, granted, tables }: Caller): string =>
  policies > 0
    ? `${policies} ${policies === 1 ? 'policy names' : 'policies name'} it`
    : `granted ${granted} of ${tables} tables`

/** The owner that an application may connect as: whoever owns most, if policies would bind it were it not for that. */
function ownerAmong(callers: readonly Caller[]): Caller | undefined {
  const [most] = callers
    .filter(({ superuser, bypasses, owned }) => owned > 0 && !superuser && !bypasses)
    .toSorted((a, b) => b.owned - a.owned)
  return most
}

/**
 * With what settings of the session stand for, as policies have it. What the configuration sets holds. Sessions of
 * Supabase's or Neon's roles come through its API, which sets none: there policies wait for what nobody has.
 */
export function identifySettings(catalog: Catalog, config: Config): Config {
  const { identity, found } = config
  const settings = foundSettings(catalog, foreignSchemas(config))
  if (settings.length === 0) return config
  const isDeclared = ({ name }: FoundSetting): boolean => identity !== 'supabase' && name in identity.settings
  const open =
    config.identityOpen && (identity !== 'supabase' || config.platform === 'none')
      ? settings.filter((one) => !isDeclared(one))
      : []
  const values = open.flatMap((one) => {
    const value = valueOf(one)
    return value === null ? [] : [[one.name, value] as const]
  })
  return {
    ...config,
    found: {
      ...(found?.role ? { role: found.role } : {}),
      settings: Object.fromEntries(values),
      found: settings,
    },
  }
}

/** What a session of the cast has in the setting. */
function valueOf({ name, stands, labels, cast }: FoundSetting): string | null {
  switch (stands) {
    case 'user':
      return '$user'
    case 'tenant':
      return '$tenant'
    case 'email':
      return '$email'
    case 'label':
      return name === 'request.jwt.claim.role' ? 'authenticated' : harmless(labels, cast)
    case 'unknown':
      return null
  }
}

const OPPOSITE: Readonly<Record<string, string>> = {
  true: 'false',
  t: 'f',
  on: 'off',
  yes: 'no',
  '1': '0',
}

const LOW = /^(user|member|viewer|guest|customer|student|client|reader|employee|participant|subscriber)/i

/** The word that opens least: the opposite of a flag, the label of an ordinary user, else none. */
function harmless(labels: readonly string[], cast: FoundSetting['cast']): string {
  const flag = labels.find((label) => label.toLowerCase() in OPPOSITE)
  if (flag !== undefined) return OPPOSITE[flag.toLowerCase()] ?? ''
  return labels.find((label) => LOW.test(label)) ?? (cast === 'boolean' ? 'false' : '')
}
