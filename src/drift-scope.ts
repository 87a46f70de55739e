import type { Config } from './domain/config.ts'
import type { ReadOptions } from './drift/rebuild.ts'
import {
  NEON_ROLES,
  NEON_SCHEMAS,
  PLATFORM_EXTENSIONS,
  PLATFORM_ROLES,
  SERVICE_SCHEMAS,
} from './platform/known.ts'
import { PLATFORM_SCHEMAS } from './platform/install.ts'
import { migrationRole } from './platform/profile.ts'
import { rolesFor } from './scope.ts'

/** What of a database is the project's, by what its platform brings along. */
export function driftScope(config: Config): Omit<ReadOptions, 'buckets'> {
  const { platform } = config
  const isSupabase = platform === 'supabase'
  const { roles } = rolesFor(config)
  return {
    platformSchemas: isSupabase
      ? [...PLATFORM_SCHEMAS, ...SERVICE_SCHEMAS]
      : platform === 'neon'
        ? NEON_SCHEMAS
        : [],
    scope: {
      platformRoles: isSupabase ? PLATFORM_ROLES : platform === 'neon' ? NEON_ROLES : [],
      apiRoles: isSupabase ? [...new Set([...roles, 'anon', 'authenticated', 'service_role'])] : roles,
      platformExtensions: isSupabase ? PLATFORM_EXTENSIONS : [],
      owner: migrationRole(platform),
    },
  }
}
