import { posix } from 'node:path'
import { DEFAULT_FOLDERS } from '../../domain/config.ts'
import { holdsMigrationFolders, isDirectory, namesIn, textOf, tidy, type Detector } from './detector.ts'

/** Prisma Migrate: `prisma/migrations/<name>/migration.sql`. */
export const prisma: Detector = {
  title: 'Prisma',
  where: 'prisma/migrations/*/migration.sql (or as prisma.config.* or package.json says)',
  find(projectDir) {
    const dir = placesIn(projectDir).find((place) => holdsMigrationFolders(projectDir, place))
    if (dir === undefined || isOthers(textOf(projectDir, dir, 'migration_lock.toml'))) return []
    return [{ tool: 'prisma', dir }]
  },
}

/** The folder that is named, else the one beside the schema, wherever that is said to be. */
function placesIn(projectDir: string): readonly string[] {
  const config = namesIn(projectDir).find((name) => /^prisma\.config\.[cm]?[jt]s$/.test(name))
  const text = config === undefined ? '' : textOf(projectDir, config)
  const named = /\bmigrations\s*:\s*\{[^}]*?\bpath\s*:\s*[^"'`}]*?(["'`])(?<path>[^"'`$]+)\1/.exec(text)
  const path = named?.groups?.['path']
  if (path !== undefined) return [tidy(path)]
  const schema =
    /\bschema\s*:\s*[^"'`,}]*?(["'`])(?<path>[^"'`$]+)\1/.exec(text)?.groups?.['path'] ??
    /"prisma"\s*:\s*\{[^}]*?"schema"\s*:\s*"(?<path>[^"]+)"/.exec(textOf(projectDir, 'package.json'))
      ?.groups?.['path']
  return [
    ...(schema === undefined ? [] : besides(projectDir, tidy(schema))),
    DEFAULT_FOLDERS.prisma,
    'migrations',
  ]
}

/** A schema may be a folder of files: its migrations are in it or beside it. */
function besides(projectDir: string, schema: string): readonly string[] {
  const inside = isDirectory(projectDir, schema) ? [posix.join(schema, 'migrations')] : []
  return [...inside, posix.join(posix.dirname(schema), 'migrations')]
}

const isOthers = (lock: string): boolean => {
  const provider = /^\s*provider\s*=\s*"([^"]*)"/m.exec(lock)?.[1]
  return provider !== undefined && !['postgresql', 'cockroachdb'].includes(provider)
}
