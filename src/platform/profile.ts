import type { Connection } from '../database/connection.ts'
import type { PlatformName } from '../domain/config.ts'
import { installNeon, installPlain, installPlatform, type PlatformOptions } from './install.ts'

/** With whose rights migrations run: the role that owns a project's database there. */
export function migrationRole(platform: PlatformName): string {
  switch (platform) {
    case 'supabase':
      return 'postgres'
    case 'neon':
      return 'neondb_owner'
    case 'none':
      return 'app_owner'
  }
}

/**
 * Puts into the connection's database what a project has before its first migration.
 * @throws HarnessError PLATFORM_FAILED
 */
export function installProfile(
  connection: Connection,
  platform: PlatformName,
  options: PlatformOptions,
): Promise<void> {
  switch (platform) {
    case 'supabase':
      return installPlatform(connection, options)
    case 'neon':
      return installNeon(connection, options)
    case 'none':
      return installPlain(connection)
  }
}
