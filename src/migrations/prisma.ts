import { posix } from 'node:path'
import { DEFAULT_FOLDERS } from '../domain/config.ts'
import type { Source } from '../domain/source.ts'
import { HarnessError } from '../errors.ts'
import { SourceBuilder } from './read.ts'
import { displayPath, isFile, isFolder, namesIn, readText } from './text-file.ts'

/** A folder per migration, by name. */
export function findPrisma(projectDir: string, dir = DEFAULT_FOLDERS.prisma): Source {
  const given = displayPath(projectDir, dir)
  const nested = posix.join(given, 'migrations')
  const folder = isFolder(projectDir, nested) ? nested : given
  refuseOtherDatabases(projectDir, `${folder}/migration_lock.toml`)
  const source = new SourceBuilder(projectDir, 'prisma')
  for (const name of namesIn(projectDir, folder)) {
    if (!isFolder(projectDir, `${folder}/${name}`)) continue
    const path = `${folder}/${name}/migration.sql`
    if (!isFile(projectDir, path)) {
      throw new HarnessError('SOURCES_NOT_FOUND', `${path} is missing`, {
        hint: `Restore it from git, or delete the folder ${folder}/${name}: prisma migrate stops here, too (P3015).`,
      })
    }
    source.add(path, 'migration')
  }
  return source.build()
}

function refuseOtherDatabases(projectDir: string, lock: string): void {
  if (!isFile(projectDir, lock)) return
  const [, provider] = /^\s*provider\s*=\s*"([^"]*)"/m.exec(readText(projectDir, lock)) ?? []
  if (provider === undefined || provider === 'postgresql' || provider === 'cockroachdb') return
  throw new HarnessError('CONFIG_INVALID', `${lock}: these migrations are for ${provider}, not PostgreSQL`)
}
