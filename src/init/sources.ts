import { dirname, join } from 'node:path'
import { globSync } from 'tinyglobby'
import { findBelow, findSources } from '../config/detect/choose.ts'
import { tidy, type Found } from '../config/detect/detector.ts'
import { placeOf } from '../config/detect/written.ts'
import type { SourceConfig } from '../domain/config.ts'
import type { FoundSource } from './facts.ts'

/** What is never somebody's migrations. */
const IGNORED = ['**/node_modules/**', '**/.*/**', '**/dist/**', '**/vendor/**']

/** Deeper than this lies nothing that a person would call the project's migrations. */
const DEPTH = 5

/** What `check` recognises by itself. */
export const sourcesIn = (projectDir: string): readonly FoundSource[] =>
  asFacts(projectDir, findSources(projectDir))

/** What may be the migrations of a project in which none are recognised: tools in folders below, other SQL. */
export function candidatesIn(projectDir: string): readonly FoundSource[] {
  const isTool = ({ source }: Found): boolean => !('tool' in source) || source.tool !== 'sql'
  const tools = asFacts(projectDir, findBelow(projectDir).filter(isTool))
  const taken = new Set(tools.flatMap(({ source }) => filesOf(projectDir, source)))
  const sql = globSync(['**/*.sql'], { cwd: projectDir, deep: DEPTH, ignore: IGNORED })
  const others = sql.filter((file) => !taken.has(join(projectDir, file)))
  const folders = [...new Set(others.map((file) => tidy(dirname(file))))].toSorted()
  return [...tools, ...folders.map((dir) => plain(projectDir, dir))]
}

function plain(projectDir: string, dir: string): FoundSource {
  const source: SourceConfig = { tool: 'sql', dir }
  return { title: 'SQL', place: dir, source, files: filesOf(projectDir, source).length }
}

const asFacts = (projectDir: string, found: readonly Found[]): readonly FoundSource[] =>
  found.map(({ detector, source }) => ({
    title: detector.title,
    place: placeOf(source),
    source,
    files: filesOf(projectDir, source).length,
  }))

/** The files of a source, absolute; of a command none are known. */
export function filesOf(projectDir: string, source: SourceConfig): readonly string[] {
  if ('command' in source) return []
  const dir = 'sql' in source ? '.' : (source.dir ?? '.')
  const files = globSync(patternsOf(source), {
    cwd: join(projectDir, dir),
    absolute: true,
    deep: DEPTH,
    ignore: IGNORED,
  })
  return files.map((file) => join(file)).toSorted()
}

/** Supabase's folder holds its seed and pgTAP tests as well, and numbered files are read without those in folders below. */
function patternsOf(source: Exclude<SourceConfig, { command: unknown }>): readonly string[] {
  if ('sql' in source) return source.sql
  switch (source.tool) {
    case 'supabase':
      return ['migrations/*.sql', 'schemas/**/*.sql']
    case 'sqitch':
      return ['**/deploy/*.sql']
    case 'drizzle':
    case 'prisma':
    case 'flyway':
      return ['**/*.sql']
    case 'goose':
    case 'golang-migrate':
    case 'dbmate':
    case 'node-pg-migrate':
    case 'sql':
      return ['*.sql']
  }
}
