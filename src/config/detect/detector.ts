import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceConfig } from '../../domain/config.ts'

/** One migration tool: how its files are recognised in a project. */
export interface Detector {
  readonly title: string
  /** what is looked for, relative to the project */
  readonly where: string
  /** Looks into `projectDir` and says where the migrations are; nothing where this tool has none. */
  find(projectDir: string): readonly SourceConfig[]
  /** what else a person should know of a command before it can run */
  remark?(projectDir: string): string | undefined
}

/** Migrations of one tool that are in a project. */
export interface Found {
  readonly detector: Pick<Detector, 'title'>
  readonly source: SourceConfig
  /** the folder of the project in which they were looked for; absent: the project itself */
  readonly folder?: string
  /** what a person should know of a command before it can run */
  readonly remark?: string | undefined
}

/** Whether a path of the project is a regular file. */
export function isFile(...parts: readonly string[]): boolean {
  return statSync(join(...parts), { throwIfNoEntry: false })?.isFile() ?? false
}

/** Whether a path of the project is a directory. */
export function isDirectory(...parts: readonly string[]): boolean {
  return statSync(join(...parts), { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** Names in a directory, sorted; none where there is no such directory. */
export function namesIn(...parts: readonly string[]): readonly string[] {
  return isDirectory(...parts) ? readdirSync(join(...parts)).sort() : []
}

/** Whether some folder in this directory holds a `migration.sql`: the layout of Prisma and of Drizzle 1. */
export function holdsMigrationFolders(...parts: readonly string[]): boolean {
  return namesIn(...parts).some(
    (name) => isDirectory(...parts, name) && isFile(...parts, name, 'migration.sql'),
  )
}

/** A path as it is written in a configuration: relative, with forward slashes, without `./` and a slash at the end. */
export function tidy(path: string): string {
  return path.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/+$/, '')
}

/** The text of a file of the project; '' where it is not there. */
export function textOf(...parts: readonly string[]): string {
  return isFile(...parts) ? readFileSync(join(...parts), 'utf8') : ''
}
