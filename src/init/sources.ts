import { dirname, join } from 'node:path'
import { globSync } from 'tinyglobby'
import { findSources, placeOf } from '../config/detect/choose.ts'
import { tidy } from '../config/detect/detector.ts'
import type { SourceConfig } from '../domain/config.ts'
import type { FoundSource } from './facts.ts'

/** What is never somebody's migrations. */
const IGNORED = ['**/node_modules/**', '**/.*/**', '**/dist/**', '**/vendor/**']

/** Deeper than this lies nothing that a person would call the project's migrations. */
const DEPTH = 5

/** What `check` recognises by itself. */
export function sourcesIn(projectDir: string): readonly FoundSource[] {
  return findSources(projectDir).map(({ detector, source }) => ({
    title: detector.title,
    place: placeOf(source),
    source,
    files: filesOf(projectDir, source).length,
  }))
}

/** What may be the migrations of a project in which none are recognised: tools one or two folders down, other SQL. */
export function candidatesIn(projectDir: string): readonly FoundSource[] {
  const sql = globSync(['**/*.sql'], { cwd: projectDir, deep: DEPTH, ignore: IGNORED })
  const inside = [...new Set(sql.flatMap((file) => foldersAbove(file).slice(0, 2)))].toSorted()
  const tools = inside.flatMap((folder) =>
    sourcesIn(join(projectDir, folder))
      .filter(({ source }) => 'tool' in source && source.tool !== 'sql')
      .map((found) => below(folder, found)),
  )
  const taken = new Set(tools.flatMap(({ source }) => filesOf(projectDir, source)))
  const others = sql.filter((file) => !taken.has(join(projectDir, file)))
  const folders = [...new Set(others.map((file) => tidy(dirname(file))))].toSorted()
  return [...tools, ...folders.map((dir) => plain(projectDir, dir))]
}

/** `a/b/c.sql` → `a`, `a/b` */
function foldersAbove(file: string): readonly string[] {
  const parts = tidy(file).split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

function below(folder: string, { title, source, files }: FoundSource): FoundSource {
  const moved: SourceConfig =
    'sql' in source
      ? { sql: source.sql.map((path) => `${folder}/${path}`) }
      : { ...source, dir: tidy(`${folder}/${source.dir ?? ''}`) }
  return { title, place: placeOf(moved), source: moved, files }
}

function plain(projectDir: string, dir: string): FoundSource {
  const source: SourceConfig = { tool: 'sql', dir }
  return { title: 'SQL', place: dir, source, files: filesOf(projectDir, source).length }
}

/** The files of a source, absolute. */
export function filesOf(projectDir: string, source: SourceConfig): readonly string[] {
  const dir = 'sql' in source ? '.' : (source.dir ?? '.')
  const files = globSync(patternsOf(source), { cwd: join(projectDir, dir), absolute: true })
  return files.map((file) => join(file)).toSorted()
}

/** Supabase's folder holds its seed and pgTAP tests as well, and plain folders are read without those inside them. */
function patternsOf(source: SourceConfig): readonly string[] {
  if ('sql' in source) return source.sql
  switch (source.tool) {
    case 'supabase':
      return ['migrations/*.sql']
    case 'sql':
      return ['*.sql']
    case 'drizzle':
    case 'prisma':
      return ['**/*.sql']
  }
}
