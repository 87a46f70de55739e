import type { SourceConfig, SourceTool } from '../../domain/config.ts'
import { namesIn, textOf, type Detector } from './detector.ts'

/** Where files of SQL are by custom, whatever tool runs them. */
export const FOLDERS = [
  'migrations',
  'db/migrations',
  'database/migrations',
  'sql/migrations',
  'src/migrations',
  'src/db/migrations',
  'src/database/migrations',
  'internal/db/migrations',
  'db/migrate',
  'sql',
  'db/sql',
  'database/sql',
] as const

/** More files than these say nothing new about who runs them. */
const READ = 5

/** Names of the SQL files right in a folder. */
export const sqlIn = (...parts: readonly string[]): readonly string[] =>
  namesIn(...parts).filter((name) => name.endsWith('.sql'))

/** Whether some of the first files of a folder has such a line. */
export const isMarked = (projectDir: string, folder: string, mark: RegExp): boolean =>
  sqlIn(projectDir, folder)
    .slice(0, READ)
    .some((name) => mark.test(textOf(projectDir, folder, name)))

/** A tool that is told by what one of the usual folders, or the project itself, holds. */
export function folderTool(
  tool: SourceTool,
  said: Pick<Detector, 'title' | 'where'>,
  isHere: (projectDir: string, folder: string) => boolean,
): Detector {
  return {
    ...said,
    find: (projectDir) =>
      [...FOLDERS, '.'].flatMap((dir): readonly SourceConfig[] =>
        isHere(projectDir, dir) ? [{ tool, dir }] : [],
      ),
  }
}
