import type { SourceConfig } from '../../domain/config.ts'
import type { HarnessError } from '../../errors.ts'
import { alembic } from './alembic.ts'
import { dbmate } from './dbmate.ts'
import { holdsMigrationFolders, type Detector, type Found } from './detector.ts'
import { drizzle } from './drizzle.ts'
import { dump } from './dump.ts'
import { ambiguous, notFound, severalFolders, undeclared } from './failure.ts'
import { flyway } from './flyway.ts'
import { golangMigrate } from './golang-migrate.ts'
import { goose } from './goose.ts'
import { knex } from './knex.ts'
import { eachOnce, foldersBelow, isAside, makesTables, moved } from './nested.ts'
import { nodePgMigrate } from './node-pg-migrate.ts'
import { plain } from './plain.ts'
import { prisma } from './prisma.ts'
import { rails } from './rails.ts'
import { sequelize } from './sequelize.ts'
import { sqitch } from './sqitch.ts'
import { supabase } from './supabase.ts'
import { typeorm } from './typeorm.ts'
import { placeOf } from './written.ts'

/** Each in the place of the one before, where that finds nothing. */
const TIERS: readonly (readonly Detector[])[] = [
  [
    supabase,
    drizzle,
    prisma,
    flyway,
    goose,
    golangMigrate,
    dbmate,
    nodePgMigrate,
    sqitch,
    rails,
    alembic,
    knex,
    typeorm,
    sequelize,
  ],
  [plain],
  [dump],
]

/** What was recognised, and in words how. */
export interface Detected {
  readonly sources: readonly SourceConfig[]
  readonly sourcesFrom: string
}

/** What is recognised in the project itself: plain SQL folders only where no tool was, a dump only where nothing was. */
export function findSources(projectDir: string): readonly Found[] {
  for (const tier of TIERS) {
    const found = withoutGenerators(projectDir, search(tier, projectDir))
    if (found.length > 0) return found
  }
  return []
}

/** What is recognised in folders below, where the project itself holds nothing; tools before plain SQL that makes tables. */
export function findBelow(projectDir: string): readonly Found[] {
  const folders = foldersBelow(projectDir)
  const [tools = []] = TIERS
  const found = folders.flatMap((folder) =>
    moved(folder, withoutGenerators(projectDir, search(tools, `${projectDir}/${folder}`))),
  )
  if (found.length > 0) return eachOnce(found)
  return folders
    .concat('.')
    .filter((folder) => makesTables(projectDir, folder))
    .map((folder) => ({ detector: plain, source: { tool: 'sql', dir: folder }, folder }))
}

/**
 * Recognises the migrations of a project. One tool is taken; of several none is guessed at. Where the project itself holds
 * none, those of the one folder that does are taken, unless they are an example or a test. A command is never run
 * unasked: it is the project's code, and may reach another database than ours.
 * @throws HarnessError SOURCES_AMBIGUOUS, SOURCES_NOT_FOUND
 */
export function detectSources(projectDir: string): Detected {
  const found = findSources(projectDir)
  if (found.length > 0) return decided(found, ambiguous)
  const nested = findBelow(projectDir)
  const likely = nested.filter((one) => !isAside(one))
  if (likely.length === 0) {
    throw nested.length > 0 ? severalFolders(nested) : notFound(projectDir, TIERS.flat())
  }
  return decided(likely, severalFolders)
}

function decided(found: readonly Found[], several: (found: readonly Found[]) => HarnessError): Detected {
  const [only, ...others] = found
  if (only === undefined || others.length > 0) throw several(found)
  if ('command' in only.source) throw undeclared(only)
  return {
    sources: [only.source],
    sourcesFrom: `detected: ${only.detector.title} in ${placeOf(only.source)}`,
  }
}

function search(detectors: readonly Detector[], projectDir: string): readonly Found[] {
  return detectors.flatMap((detector) =>
    detector
      .find(projectDir)
      .map((source) => ({ detector, source, remark: remarkOn(detector, source, projectDir) })),
  )
}

const remarkOn = (detector: Detector, source: SourceConfig, projectDir: string): string | undefined =>
  'command' in source ? detector.remark?.(projectDir) : undefined

/**
 * Drizzle and others may generate straight into `supabase/migrations`: that is one list of files, which the Supabase CLI
 * applies. Folders with a `migration.sql` it does not.
 */
function withoutGenerators(projectDir: string, found: readonly Found[]): readonly Found[] {
  if (!found.some(({ detector }) => detector === supabase)) return found
  const isSame = ({ source }: Found): boolean =>
    'tool' in source &&
    source.dir === 'supabase/migrations' &&
    !holdsMigrationFolders(projectDir, 'supabase/migrations')
  return found.filter((one) => !isSame(one))
}
