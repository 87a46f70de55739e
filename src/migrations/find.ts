import { resolve } from 'node:path'
import type { SourceConfig } from '../domain/config.ts'
import type { Source } from '../domain/source.ts'
import { HarnessError } from '../errors.ts'
import { findDrizzle } from './drizzle.ts'
import { findFolder, findScripts } from './plain.ts'
import { findPrisma } from './prisma.ts'
import { findSupabase } from './supabase.ts'

/**
 * Reads the migrations of a project, in the order in which their tools would run them.
 *
 * @param projectDir absolute; paths in the result are relative to it
 * @throws HarnessError SOURCES_NOT_FOUND when a file that must be there is missing or unreadable, or a source
 *   has no file at all
 */
export function findSources(projectDir: string, configs: readonly SourceConfig[]): readonly Source[] {
  if (configs.length === 0) throw nothingFound(`no migrations are declared for ${resolve(projectDir)}`)
  return configs.map((config) => {
    const source = findSource(projectDir, config)
    if (source.files.length > 0) return source
    throw nothingFound(
      `no migration found in ${placesOf(config).join(' or ')} of ${resolve(projectDir)}`,
      source.notes,
    )
  })
}

function findSource(projectDir: string, config: SourceConfig): Source {
  if ('sql' in config) return findScripts(projectDir, config.sql)
  switch (config.tool) {
    case 'supabase':
      return findSupabase(projectDir, config.dir)
    case 'drizzle':
      return findDrizzle(projectDir, config.dir)
    case 'prisma':
      return findPrisma(projectDir, config.dir)
    case 'sql':
      return findFolder(projectDir, config.dir)
  }
}

function placesOf(config: SourceConfig): readonly string[] {
  if ('sql' in config) return config.sql.length > 0 ? config.sql : ['an empty list of files']
  switch (config.tool) {
    case 'supabase':
      return [`${config.dir ?? 'supabase'}/migrations/<number>_<name>.sql`]
    case 'drizzle':
      return ['meta/_journal.json', '*/migration.sql'].map((name) => `${config.dir ?? 'drizzle'}/${name}`)
    case 'prisma':
      return [`${config.dir ?? 'prisma/migrations'}/*/migration.sql`]
    case 'sql':
      return [`${config.dir ?? 'migrations'}/*.sql`]
  }
}

function nothingFound(message: string, notes: readonly string[] = []): HarnessError {
  const advice =
    "Say where they are in rls.config.ts, for example migrations: [{ tool: 'drizzle', dir: 'db/drizzle' }] or " +
    "migrations: [{ sql: ['schema.sql', 'migrations/*.sql'] }]."
  return new HarnessError('SOURCES_NOT_FOUND', message, { hint: [...notes, advice].join('\n') })
}
