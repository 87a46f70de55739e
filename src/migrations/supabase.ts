import { globSync } from 'tinyglobby'
import { posix, resolve } from 'node:path'
import { DEFAULT_FOLDERS } from '../domain/config.ts'
import type { MigrationFile, Source } from '../domain/source.ts'
import { codeOrder } from './natural-order.ts'
import { SourceBuilder } from './read.ts'
import { displayPath, isFile, isFolder, isInside, namesIn, readText } from './text-file.ts'
import { field, parseToml } from './toml.ts'

/** What the Supabase CLI takes for a migration; files of older projects have a dash. */
const MIGRATION_NAME = /^[0-9]+[_-].*\.sql$/

/** roles.sql, then the migrations by file name, then the seeds, as `supabase db reset` runs them. */
export function findSupabase(projectDir: string, dir = DEFAULT_FOLDERS.supabase): Source {
  const root = displayPath(projectDir, posix.basename(dir) === 'migrations' ? posix.dirname(dir) : dir)
  const settings = readSettings(projectDir, `${root}/config.toml`)
  const source = new SourceBuilder(projectDir, 'supabase')
  if (isFile(projectDir, `${root}/roles.sql`)) source.add(`${root}/roles.sql`, 'roles')
  if (!addMigrations(source, root)) addSchemas(source, root, settings)
  addSeeds(source, root, settings)
  return source.build()
}

function addMigrations(source: SourceBuilder, root: string): boolean {
  const names = namesIn(source.projectDir, `${root}/migrations`)
  for (const name of names) {
    const path = `${root}/migrations/${name}`
    if (MIGRATION_NAME.test(name) && isFile(source.projectDir, path)) source.add(path, 'migration')
    else if (name.endsWith('.sql')) source.note(`${path} is not run: the name is not <number>_<name>.sql`)
  }
  return names.some((name) => MIGRATION_NAME.test(name))
}

/** Declared schemas stand in for migrations that nobody has generated yet: as config.toml orders them, else by path. */
function addSchemas(source: SourceBuilder, root: string, settings: unknown): void {
  const given = patterns(field(settings, 'db', 'migrations', 'schema_paths'))
  addMatches(source, root, given ?? ['schemas/**/*.sql'], 'migration')
  if (given === undefined && isFolder(source.projectDir, `${root}/schemas`))
    source.note(`${root}/schemas is run by path: [db.migrations] schema_paths of config.toml says no order`)
}

function addSeeds(source: SourceBuilder, root: string, settings: unknown): void {
  const seed = field(settings, 'db', 'seed')
  if (field(seed, 'enabled') === false) return source.note(`${root}/config.toml switches seeds off`)
  addMatches(source, root, patterns(field(seed, 'sql_paths')) ?? ['./seed.sql'], 'seed')
}

/** What patterns match, in their order, and by path what one of them matches; each file once. */
function addMatches(
  source: SourceBuilder,
  root: string,
  given: readonly string[],
  role: MigrationFile['role'],
): void {
  const cwd = resolve(source.projectDir, root)
  if (!isFolder(source.projectDir, root)) return
  const seen = new Set<string>()
  for (const pattern of given) {
    for (const name of globSync(posix.normalize(pattern), { cwd, dot: true }).sort(codeOrder)) {
      const path = displayPath(source.projectDir, `${root}/${name}`)
      if (seen.has(path)) continue
      seen.add(path)
      if (isInside(source.projectDir, path)) source.add(path, role)
      else source.note(`${path} is not run: it lies outside of the project`)
    }
  }
}

/** The CLI's defaults hold where config.toml says nothing. */
function patterns(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  return value.filter((path): path is string => typeof path === 'string')
}

function readSettings(projectDir: string, path: string): unknown {
  return isFile(projectDir, path) ? parseToml(path, readText(projectDir, path)) : undefined
}
