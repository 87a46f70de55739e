import type { SourceConfig } from '../../domain/config.ts'
import { HarnessError } from '../../errors.ts'
import { isFile, type Detector } from './detector.ts'
import { drizzle } from './drizzle.ts'
import { plain } from './plain.ts'
import { prisma } from './prisma.ts'
import { supabase } from './supabase.ts'

const TOOLS: readonly Detector[] = [supabase, drizzle, prisma]

/** What was recognised, and in words how. */
export interface Detected {
  readonly sources: readonly SourceConfig[]
  readonly sourcesFrom: string
}

/** Migrations of one tool that are in a project. */
export interface Found {
  readonly detector: Detector
  readonly source: SourceConfig
}

/** Everything that is recognised, in no order that means anything: plain SQL folders only where no tool was. */
export function findSources(projectDir: string): readonly Found[] {
  const tools = search(TOOLS, projectDir)
  return tools.length > 0 ? withoutGenerators(tools) : search(plain, projectDir)
}

/**
 * Recognises the migrations of a project. One tool is taken; of several none is guessed at; plain SQL folders count
 * only where no tool was found.
 * @throws HarnessError SOURCES_AMBIGUOUS, SOURCES_NOT_FOUND
 */
export function detectSources(projectDir: string): Detected {
  const found = findSources(projectDir)
  const [only, ...others] = found
  if (only === undefined) throw notFound(projectDir)
  if (others.length > 0) throw ambiguous(found)
  return {
    sources: [only.source],
    sourcesFrom: `detected: ${only.detector.title} in ${placeOf(only.source)}`,
  }
}

function search(detectors: readonly Detector[], projectDir: string): readonly Found[] {
  return detectors.flatMap((detector) => {
    const source = detector.isThere(projectDir)
    return source === undefined ? [] : [{ detector, source }]
  })
}

/** Drizzle may generate straight into `supabase/migrations`: that is one list of files, which the Supabase CLI applies. */
function withoutGenerators(found: readonly Found[]): readonly Found[] {
  if (!found.some(({ detector }) => detector === supabase)) return found
  return found.filter(({ source }) => !('tool' in source && source.dir === 'supabase/migrations'))
}

/** Where the SQL of a source is, as people write it. */
export function placeOf(source: SourceConfig): string {
  return 'sql' in source ? source.sql.join(', ') : (source.dir ?? source.tool)
}

/** A source as it stands in a configuration. */
export function written(source: SourceConfig): string {
  if ('sql' in source) return `{ sql: [${source.sql.map(quoted).join(', ')}] }`
  return `{ tool: '${source.tool}', dir: ${quoted(source.dir ?? '')} }`
}

const quoted = (path: string): string => `'${path.replaceAll(/['\\]/g, String.raw`\$&`)}'`

function ambiguous(found: readonly Found[]): HarnessError {
  const names = found.map(({ detector, source }) => `${detector.title} (${placeOf(source)})`)
  const lines = found.map(({ source }) => `    ${written(source)},`)
  return new HarnessError('SOURCES_AMBIGUOUS', `migrations of several tools are here: ${names.join(', ')}`, {
    hint: `Say in rls.config.ts which of them are applied, in order:\n  migrations: [\n${lines.join('\n')}\n  ],`,
  })
}

function notFound(projectDir: string): HarnessError {
  const looked = [...TOOLS, ...plain].map((detector) => `  ${detector.where}`)
  const settingsOnly = isFile(projectDir, 'supabase', 'config.toml')
    ? '\nsupabase/config.toml is there, but supabase/migrations holds no .sql file.'
    : ''
  return new HarnessError(
    'SOURCES_NOT_FOUND',
    `no migrations found in ${projectDir}; looked for\n${looked.join('\n')}${settingsOnly}`,
    {
      hint: "Name them in rls.config.ts: export default { migrations: [{ sql: ['db/*.sql'] }] }, or give the project: rls-harness check <dir>",
    },
  )
}
