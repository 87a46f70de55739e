import { isDirectory, namesIn, type Detector } from './detector.ts'

/** Supabase CLI: migrations, else declared schemas. A `supabase/config.toml` alone is no source: it is read as settings. */
export const supabase: Detector = {
  title: 'Supabase',
  where: 'supabase/migrations/*.sql, or supabase/schemas/**/*.sql where there are none',
  find: (projectDir) =>
    holdsSql(projectDir, 'supabase', 'migrations') || holdsSchemas(projectDir, 'supabase', 'schemas')
      ? [{ tool: 'supabase', dir: 'supabase' }]
      : [],
}

const holdsSql = (...parts: readonly string[]): boolean =>
  namesIn(...parts).some((name) => name.endsWith('.sql'))

const holdsSchemas = (...parts: readonly string[]): boolean =>
  holdsSql(...parts) ||
  namesIn(...parts).some((name) => isDirectory(...parts, name) && holdsSchemas(...parts, name))
