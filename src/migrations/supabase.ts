import { parse } from 'smol-toml'
import { globSync } from 'tinyglobby'
import { posix, resolve } from 'node:path'
import type { Source } from '../domain/source.ts'
import { HarnessError } from '../errors.ts'
import { codeOrder } from './natural-order.ts'
import { SourceBuilder } from './read.ts'
import { displayPath, isFile, isFolder, isInside, namesIn, readText } from './text-file.ts'

/** What the Supabase CLI takes for a migration; files of older projects have a dash. */
const MIGRATION_NAME = /^[0-9]+[_-].*\.sql$/

interface SeedSettings {
  readonly enabled: boolean
  readonly patterns: readonly string[]
}

/** roles.sql, then the migrations by file name, then the seeds, as `supabase db reset` runs them. */
export function findSupabase(projectDir: string, dir = 'supabase'): Source {
  const root = displayPath(projectDir, posix.basename(dir) === 'migrations' ? posix.dirname(dir) : dir)
  const source = new SourceBuilder(projectDir, 'supabase')
  if (isFile(projectDir, `${root}/roles.sql`)) source.add(`${root}/roles.sql`, 'roles')
  for (const name of namesIn(projectDir, `${root}/migrations`)) {
    const path = `${root}/migrations/${name}`
    if (MIGRATION_NAME.test(name) && isFile(projectDir, path)) source.add(path, 'migration')
    else if (name.endsWith('.sql')) source.note(`${path} is not run: the name is not <number>_<name>.sql`)
  }
  addSeeds(source, root)
  return source.build()
}

function addSeeds(source: SourceBuilder, root: string): void {
  const { enabled, patterns } = seedSettings(source.projectDir, `${root}/config.toml`)
  if (!enabled) return source.note(`${root}/config.toml switches seeds off`)
  const cwd = resolve(source.projectDir, root)
  if (!isFolder(source.projectDir, root)) return
  const seen = new Set<string>()
  for (const pattern of patterns) {
    for (const name of globSync(posix.normalize(pattern), { cwd, dot: true }).sort(codeOrder)) {
      const path = displayPath(source.projectDir, `${root}/${name}`)
      if (seen.has(path)) continue
      seen.add(path)
      if (isInside(source.projectDir, path)) source.add(path, 'seed')
      else source.note(`${path} is not run: it lies outside of the project`)
    }
  }
}

/** `[db.seed]` of config.toml; the CLI's defaults where it says nothing. */
function seedSettings(projectDir: string, path: string): SeedSettings {
  const standard: SeedSettings = { enabled: true, patterns: ['./seed.sql'] }
  if (!isFile(projectDir, path)) return standard
  const seed = child(child(parseToml(path, readText(projectDir, path)), 'db'), 'seed')
  const paths = field(seed, 'sql_paths')
  return {
    enabled: field(seed, 'enabled') !== false,
    patterns: Array.isArray(paths)
      ? paths.filter((path): path is string => typeof path === 'string')
      : standard.patterns,
  }
}

function parseToml(path: string, text: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    throw new HarnessError('CONFIG_INVALID', `${path} is not valid TOML: ${reason}`, { cause: error })
  }
}

function child(table: unknown, key: string): unknown {
  return field(table, key) ?? {}
}

function field(table: unknown, key: string): unknown {
  return typeof table === 'object' && table !== null ? Reflect.get(table, key) : undefined
}
