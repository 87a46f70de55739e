import { resolve } from 'node:path'
import { DEFAULT_FOLDERS, type SourceConfig, type SourceTool } from '../domain/config.ts'
import type { Source } from '../domain/source.ts'
import { HarnessError } from '../errors.ts'
import { findCommand } from './command-source.ts'
import { findDbmate } from './dbmate.ts'
import { findDrizzle } from './drizzle.ts'
import { findFlyway } from './flyway.ts'
import { findGolangMigrate } from './golang-migrate.ts'
import { findGoose } from './goose.ts'
import { findNodePgMigrate } from './node-pg-migrate.ts'
import { findFolder, findScripts } from './plain.ts'
import { findPrisma } from './prisma.ts'
import { findSqitch } from './sqitch.ts'
import { findSupabase } from './supabase.ts'

const READERS: Readonly<Record<SourceTool, (projectDir: string, dir?: string) => Source>> = {
  supabase: findSupabase,
  drizzle: findDrizzle,
  prisma: findPrisma,
  flyway: findFlyway,
  goose: findGoose,
  'golang-migrate': findGolangMigrate,
  dbmate: findDbmate,
  'node-pg-migrate': findNodePgMigrate,
  sqitch: findSqitch,
  sql: findFolder,
}

/** What a folder of a tool holds, for people. */
const LOOKED_FOR: Readonly<Record<SourceTool, readonly string[]>> = {
  supabase: ['migrations/<number>_<name>.sql', 'schemas/**/*.sql'],
  drizzle: ['meta/_journal.json', '*/migration.sql'],
  prisma: ['*/migration.sql'],
  flyway: ['V<version>__<name>.sql'],
  goose: ['<number>_<name>.sql'],
  'golang-migrate': ['<number>_<name>.up.sql'],
  dbmate: ['<number>_<name>.sql'],
  'node-pg-migrate': ['<number>_<name>.sql'],
  sqitch: ['sqitch.plan'],
  sql: ['*.sql'],
}

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
  if ('command' in config) return findCommand(projectDir, config)
  return READERS[config.tool](projectDir, config.dir)
}

function placesOf(config: SourceConfig): readonly string[] {
  if ('sql' in config) return config.sql.length > 0 ? config.sql : ['an empty list of files']
  if ('command' in config) return []
  const folder = config.dir ?? DEFAULT_FOLDERS[config.tool]
  return LOOKED_FOR[config.tool].map((name) => (folder === '.' ? name : `${folder}/${name}`))
}

function nothingFound(message: string, notes: readonly string[] = []): HarnessError {
  const advice =
    "Say where they are in rls.config.ts, for example migrations: [{ tool: 'drizzle', dir: 'db/drizzle' }] or " +
    "migrations: [{ sql: ['schema.sql', 'migrations/*.sql'] }]."
  return new HarnessError('SOURCES_NOT_FOUND', message, { hint: [...notes, advice].join('\n') })
}
