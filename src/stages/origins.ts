import type { Config } from '../domain/config.ts'
import { grantsOf, madeAt } from '../migrations/grants.ts'
import type { Prepared } from '../prepare.ts'
import type { Origins } from '../probe/privileges-origin.ts'

/** What the migrations granted, and to whom the platform opens new tables by itself. */
export function originsIn(
  { definitions, apiPrivileges }: Pick<Prepared, 'definitions' | 'apiPrivileges'>,
  { platform }: Pick<Config, 'platform'>,
): Origins {
  const isLegacy = platform === 'supabase' && apiPrivileges === 'legacy'
  return {
    statements: grantsOf(definitions),
    platformRoles: isLegacy ? ['anon', 'authenticated'] : [],
    madeAt: madeAt(definitions),
  }
}
