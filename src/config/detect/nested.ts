import { readdirSync } from 'node:fs'
import { join, posix } from 'node:path'
import type { SourceConfig } from '../../domain/config.ts'
import { textOf, tidy, type Found } from './detector.ts'
import { sqlIn } from './folders.ts'
import { placeOf, written } from './written.ts'

/** Deeper than this, or among more folders, lies nothing that a person would call the project's migrations. */
const DEPTH = 6
const MOST_FOLDERS = 4000

/** What is never somebody's migrations. */
const IGNORED = /^(\..*|node_modules|dist|build|out|vendor|target|coverage|venv|__pycache__)$/

/** What is somebody's, but hardly what the project runs. */
const ASIDE =
  /(^|\/)(examples?|samples?|demos?|templates?|tests?|__tests__|spec|fixtures?|e2e|docs?|_?archived?|old|backups?|seeds?)(\/|$)/i

/** Folders below the project, the shallow ones first. */
export function foldersBelow(projectDir: string): readonly string[] {
  const found: string[] = []
  let level: readonly string[] = ['']
  for (let depth = 0; depth < DEPTH && found.length < MOST_FOLDERS; depth += 1) {
    level = level.flatMap((folder) => innerFolders(projectDir, folder))
    found.push(...level)
  }
  return found.slice(0, MOST_FOLDERS)
}

function innerFolders(projectDir: string, folder: string): readonly string[] {
  try {
    return readdirSync(join(projectDir, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !IGNORED.test(entry.name))
      .map(({ name }) => posix.join(folder, name))
      .toSorted()
  } catch {
    return [] // a folder that may not be read holds nothing for us
  }
}

/** What is recognised in folders of a project, as sources of the project, each once. */
export function moved(folder: string, found: readonly Found[]): readonly Found[] {
  return found.map((one) => ({ ...one, source: below(folder, one.source), folder }))
}

function below(folder: string, source: SourceConfig): SourceConfig {
  if ('sql' in source) return { sql: source.sql.map((path) => `${folder}/${path}`) }
  if ('command' in source) return { ...source, cwd: tidy(posix.join(folder, source.cwd ?? '.')) }
  return { ...source, dir: tidy(posix.join(folder, source.dir ?? '.')) }
}

/** Each source once, found from the folder that is nearest to it without being it: that is where a person would stand. */
export function eachOnce(found: readonly Found[]): readonly Found[] {
  const kept = new Map<string, Found>()
  for (const one of found) {
    const key = written(one.source)
    if (!kept.has(key) || placeOf(one.source) !== one.folder) kept.set(key, one)
  }
  return [...kept.values()]
}

/** Whether it is hardly what the project runs: an example, a test, a seed. */
export const isAside = ({ folder = '' }: Found): boolean => ASIDE.test(folder)

/** Whether some SQL file right in a folder makes a table. */
export const makesTables = (projectDir: string, folder: string): boolean =>
  sqlIn(projectDir, folder).some((name) =>
    /^\s*create\s+(?:table|schema)\b/im.test(textOf(projectDir, folder, name)),
  )
