import { namesIn, type Detector } from './detector.ts'

/** Supabase CLI: `supabase/migrations/*.sql`. A `supabase/config.toml` alone is no source: it is read as settings. */
export const supabase: Detector = {
  title: 'Supabase',
  where: 'supabase/migrations/*.sql',
  isThere(projectDir) {
    const holdsSql = namesIn(projectDir, 'supabase', 'migrations').some((name) => name.endsWith('.sql'))
    return holdsSql ? { tool: 'supabase', dir: 'supabase' } : undefined
  },
}
