import { resolve } from 'node:path'
import { globSync, isDynamicPattern } from 'tinyglobby'
import { DEFAULT_FOLDERS } from '../domain/config.ts'
import type { Source } from '../domain/source.ts'
import { HarnessError } from '../errors.ts'
import { tokensOf } from '../sql/split-tokens.ts'
import { naturalOrder } from './natural-order.ts'
import { nearest } from './nearest.ts'
import { SourceBuilder } from './read.ts'
import { displayPath, isFile, isFolder, namesIn } from './text-file.ts'

/** Where dbmate, goose and node-pg-migrate begin the part that undoes a migration; counts in comments only. */
const DOWN_PART = /^--\s*(migrate:down|\+goose\s+down|down\s+migration)\b/i

/** Every *.sql file of one folder in natural order. */
export function findFolder(projectDir: string, dir = DEFAULT_FOLDERS.sql): Source {
  const folder = displayPath(projectDir, dir)
  const source = new SourceBuilder(projectDir, 'sql')
  const names = namesIn(projectDir, folder).filter((name) => isFile(projectDir, `${folder}/${name}`))
  const scripts = names.filter((name) => name.endsWith('.sql')).map((name) => `${folder}/${name}`)
  addAll(source, scripts)
  return source.build()
}

/** Files and globs in the given order, what a glob matches in natural order; a file is run once. */
export function findScripts(projectDir: string, patterns: readonly string[]): Source {
  const source = new SourceBuilder(projectDir, 'sql')
  const seen = new Set<string>()
  for (const pattern of patterns) {
    const paths = matches(projectDir, pattern).filter((path) => !seen.has(path))
    for (const path of paths) seen.add(path)
    if (paths.length === 1 && isFile(projectDir, pattern)) source.add(pattern, 'migration', { trim: upPart })
    else addAll(source, paths)
  }
  return source.build()
}

function matches(projectDir: string, pattern: string): readonly string[] {
  if (isFile(projectDir, pattern)) return [displayPath(projectDir, pattern)]
  const found = isDynamicPattern(pattern)
    ? globSync(pattern, { cwd: projectDir, ignore: ['**/node_modules/**'] })
    : []
  if (found.length > 0) return found.map((path) => displayPath(projectDir, path))
  throw new HarnessError('SOURCES_NOT_FOUND', `${pattern} matches no file in ${resolve(projectDir)}`, {
    hint: hintFor(projectDir, pattern),
  })
}

function hintFor(projectDir: string, pattern: string): string {
  if (isFolder(projectDir, pattern)) return `It is a folder: write "${pattern.replace(/\/$/, '')}/*.sql".`
  const scripts = globSync('**/*.sql', { cwd: projectDir, ignore: ['**/node_modules/**'], deep: 8 })
  const similar = nearest(displayPath(projectDir, pattern), scripts)
  return similar === undefined ? 'The project has no .sql file.' : `Did you mean "${similar}"?`
}

/** In natural order; `x.down.sql` undoes `x.up.sql` and stays out. */
function addAll(source: SourceBuilder, paths: readonly string[]): void {
  for (const path of paths.toSorted(naturalOrder)) {
    const undoes = path.endsWith('.down.sql') && paths.includes(path.replace(/\.down\.sql$/, '.up.sql'))
    if (undoes) source.note(`${path} is not run: it undoes another`)
    else source.add(path, 'migration', { trim: upPart })
  }
}

function upPart(text: string): string {
  for (const { kind, start, end } of tokensOf(text)) {
    if (kind === 'comment' && DOWN_PART.test(text.slice(start, end))) return text.slice(0, start)
  }
  return text
}
