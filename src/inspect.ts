import { readFileSync } from 'node:fs'
import { Connection } from './database/connection.ts'
import type { Config } from './domain/config.ts'
import type { Report } from './domain/report.ts'
import type { ConnectionTarget } from './domain/server.ts'
import type { UsableSchema, UsageReport } from './domain/usage.ts'
import { HarnessError } from './errors.ts'
import { prepare } from './prepare.ts'
import { run } from './run.ts'
import type { RunContext } from './run.ts'
import { missingIn } from './usage/compare.ts'
import { scan } from './usage/scan.ts'
import { readSchema } from './usage/schema.ts'
import { untestedIn, usedIn } from './usage/untested.ts'
import type { Tested } from './usage/untested.ts'

export interface InspectOptions {
  /** globs of the application's sources, relative to the project; absent: all but tests */
  readonly globs?: readonly string[]
  /** absolute: the JSON report of a run; absent: one is made */
  readonly reportFile?: string
}

/**
 * Holds the names that an application uses against the migrated schema and against what a run tested.
 *
 * @throws HarnessError where the sources hold nothing to look at, or the run could not be carried out
 */
export async function inspect(
  config: Config,
  options: InspectOptions,
  context: RunContext,
): Promise<UsageReport> {
  const { projectDir } = config
  const given = options.reportFile === undefined ? null : readReport(options.reportFile)
  const sources = await scan({
    projectDir,
    signal: context.signal,
    ...(options.globs ? { globs: options.globs } : {}),
  })
  if (sources.files === 0) throw noSources(options.globs)
  const { schema, report } = given
    ? { schema: await schemaOnly(config, context), report: given }
    : await wholeRun(config, context)
  const dynamic = sources.uses.flatMap((use) =>
    use.kind === 'dynamic' ? [{ what: use.what, place: use.place }] : [],
  )
  return {
    schemaVersion: 1,
    files: sources.files,
    used: usedIn(sources.uses),
    missing: missingIn(sources.uses, schema),
    untested: untestedIn(sources.uses, schema, report),
    dynamic,
    unread: sources.unread,
  }
}

async function wholeRun(
  config: Config,
  context: RunContext,
): Promise<{ schema: UsableSchema; report: Report }> {
  let schema: UsableSchema | undefined
  const report = await run(config, {
    ...context,
    onMigrated: async (target) => {
      schema = await schemaOf(target, config)
    },
  })
  if (!schema) throw new Error('the run ended without a migrated database')
  return { schema, report }
}

async function schemaOnly(config: Config, context: RunContext): Promise<UsableSchema> {
  await using prepared = await prepare(config, {
    ...context,
    onProgress: (name) => context.progress({ kind: 'step', name }),
  })
  return await schemaOf(prepared.target, config)
}

async function schemaOf(target: ConnectionTarget, { supabase }: Config): Promise<UsableSchema> {
  await using connection = await Connection.open(target)
  return await readSchema(connection, supabase.exposedSchemas)
}

/** The JSON report that `check --json` wrote. */
function readReport(file: string): Tested {
  let report: unknown
  try {
    report = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new HarnessError('USAGE', `--report: ${file} cannot be read: ${reason}`, { cause: error })
  }
  if (isReport(report) && isPart(report))
    throw new HarnessError(
      'USAGE',
      `--report: ${file} is the report of a shard: it holds a part of the run`,
      {
        hint: 'Join the reports of all shards first: rls-harness merge *.json --json > report.json',
      },
    )
  if (isReport(report)) return report
  throw new HarnessError('USAGE', `--report: ${file} is no JSON report of this version`, {
    hint: 'Write one with: rls-harness check --json > report.json',
  })
}

const isPart = (report: Partial<Report>): boolean => report.run?.shard !== undefined

function isReport(value: unknown): value is Tested {
  if (typeof value !== 'object' || value === null) return false
  const report = value as Partial<Report>
  return (
    report.schemaVersion === 1 &&
    Array.isArray(report.relations) &&
    Array.isArray(report.functions) &&
    Array.isArray(report.coverage?.untested) &&
    Array.isArray(report.probes?.rows) &&
    Array.isArray(report.probes.columns)
  )
}

function noSources(globs: readonly string[] | undefined): HarnessError {
  return globs
    ? new HarnessError('USAGE', `--src: no source is like ${globs.join(', ')}`, {
        hint: "Write globs relative to the project, in quotes: --src 'apps/web/**/*.ts'",
      })
    : new HarnessError('SOURCES_NOT_FOUND', 'the project has no TypeScript or JavaScript sources', {
        hint: 'Name the directory of the application, or give --src.',
      })
}
