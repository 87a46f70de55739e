import { settingsOf } from './domain/config.ts'
import type { Config } from './domain/config.ts'
import type { ReportedClaim, ReportedIdentity } from './domain/identity.ts'
import type { Model } from './domain/ownership.ts'
import { rolesFor } from './scope.ts'

/** How the sessions of a run say who asks, and how that is known. */
export function reportedIdentity(config: Config, model: Model): ReportedIdentity {
  const { identity, identityOpen, found, app } = config
  const values = settingsOf(config)
  const known = found?.found ?? []
  const declared = Object.entries(identity === 'supabase' ? {} : identity.settings)
    .filter(([name]) => !known.some((one) => one.name === name))
    .map(([name, value]) => ({
      name,
      stands: STANDS[value] ?? ('label' as const),
      labels: [],
      evidence: 'declared in the configuration',
      value,
    }))
  const isFound = identityOpen && found?.role !== undefined
  const { apiRoles } = rolesFor(config)
  return {
    from: isFound ? 'found' : identity === 'supabase' ? 'platform' : 'declared',
    roles: apiRoles.filter((role) => role !== app?.role),
    ...(found?.role ? { evidence: found.role.evidence } : {}),
    ...(found?.role?.made ? { made: true as const } : {}),
    ...(app ? { app: app.role } : {}),
    settings: [
      ...known.map((one) => {
        const value = values[one.name]
        return value === undefined ? one : { ...one, value }
      }),
      ...declared,
    ],
    claims: model.claims.flatMap((claim) => reportedClaim(claim, model)),
  }
}

const STANDS: Readonly<Record<string, 'user' | 'tenant' | 'email'>> = {
  $user: 'user',
  $tenant: 'tenant',
  $email: 'email',
}

function reportedClaim({ path, literals }: Model['claims'][number], model: Model): readonly ReportedClaim[] {
  if (path[0] === 'setting') return []
  const name = path.join('.')
  const isTenants = model.tenants.some(({ claims }) => claims.some((one) => one.join('.') === name))
  const stands = isTenants ? 'tenant' : name === 'email' ? 'email' : literals.length > 0 ? 'label' : 'unknown'
  return [{ path: name, stands, labels: literals }]
}

/** For people: what was found, where something was. */
export function identityLines({
  from,
  roles,
  evidence,
  made,
  app,
  settings,
}: ReportedIdentity): readonly string[] {
  if (from !== 'found') return []
  return [
    ...(evidence === undefined
      ? []
      : [
          `identity: role ${roles.join(', ')} (${made ? '' : 'found: '}${evidence})${app ? `; tried beside it: the owner ${app}` : ''}`,
        ]),
    ...settings.map(
      ({ name, stands, labels, evidence: why }) =>
        `identity: ${name} → ${stands === 'unknown' ? 'unknown, no session sets it' : stands}${stands === 'label' && labels.length > 0 ? ` ${labels.join(', ')}` : ''} (${why})`,
    ),
  ]
}
