import { readFileSync } from 'node:fs'

const textOf = (name: string): string => readFileSync(new URL(`./sql/${name}`, import.meta.url), 'utf8')

const firstWords = (name: string): readonly string[] =>
  [...textOf(name).matchAll(/^ +\('([a-z_-]+)', '/gm)].map(([, word = '']) => word)

/** The roles of a Supabase cluster: no migration makes them. */
export const PLATFORM_ROLES: readonly string[] = firstWords('10-roles.sql')

/** The roles of a Neon project, and the schemas that it has beside `public`. */
export const NEON_ROLES: readonly string[] = firstWords('neon-roles.sql')
export const NEON_SCHEMAS: readonly string[] = ['auth', 'neon_auth']

/** The extensions that a Supabase database starts with. */
export const PLATFORM_EXTENSIONS: readonly string[] = firstWords('90-extensions.sql')

/** Schemas of services that a hosted project has and the harness does without. */
export const SERVICE_SCHEMAS: readonly string[] = ['_analytics', '_supavisor', 'pgbouncer']
