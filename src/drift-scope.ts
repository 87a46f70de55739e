import type { Config } from './domain/config.ts'
import type { ReadOptions } from './drift/rebuild.ts'
import { PLATFORM_EXTENSIONS, PLATFORM_ROLES, SERVICE_SCHEMAS } from './platform/known.ts'
import { PLATFORM_SCHEMAS } from './platform/install.ts'
import { rolesFor } from './scope.ts'

/** What of a database is the project's, by what its platform brings along. */
export function driftScope(config: Config): Omit<ReadOptions, 'buckets'> {
  const isSupabase = config.platform === 'supabase'
  const { roles } = rolesFor(config)
  return {
    platformSchemas: isSupabase ? [...PLATFORM_SCHEMAS, ...SERVICE_SCHEMAS] : [],
    scope: {
      platformRoles: isSupabase ? PLATFORM_ROLES : [],
      apiRoles: isSupabase ? [...new Set([...roles, 'anon', 'authenticated', 'service_role'])] : roles,
      platformExtensions: isSupabase ? PLATFORM_EXTENSIONS : [],
      owner: isSupabase ? 'postgres' : 'app_owner',
    },
  }
}
