import { relative } from 'node:path'
import { look, runAgain } from './again.ts'
import type { Before } from './again.ts'
import { loadConfig } from './config/load.ts'
import type { Flags } from './config/settings.ts'
import type { Config } from './domain/config.ts'
import type { Report } from './domain/report.ts'
import { HarnessError } from './errors.ts'
import { checkout } from './git/checkout.ts'
import { defaultBase, resolveRef } from './git/refs.ts'
import type { RunContext } from './run.ts'

export interface SinceOptions {
  /** a commit by any name; absent: where the branch left the main one */
  readonly ref?: string | undefined
  readonly flags: Flags
}

/**
 * Judges what can have changed since a commit.
 *
 * @throws HarnessError as run() does, and GIT_FAILED, REF_UNKNOWN
 */
export async function runSince(
  config: Config,
  { ref, flags }: SinceOptions,
  context: RunContext,
): Promise<Report> {
  const { environment, signal } = context
  const dir = config.projectDir
  const git = { environment, signal }
  const base = ref === undefined ? await defaultBase(dir, git) : { ref, sha: await resolveRef(dir, ref, git) }
  context.progress({ kind: 'step', name: `reading ${base.ref}` })
  const before = await beforeAt(config, base, flags, context)
  const { report } = await runAgain(config, before, context)
  return report
}

/** The project as it was. What is wrong with it there is no error of today's. */
async function beforeAt(
  config: Config,
  base: { readonly ref: string; readonly sha: string },
  flags: Flags,
  context: RunContext,
): Promise<Before> {
  const { environment, signal } = context
  const since = base.ref === base.sha ? base.sha.slice(0, 12) : `${base.ref} (${base.sha.slice(0, 12)})`
  await using made = await checkout(config.projectDir, base.sha, { environment, signal })
  try {
    const old = await loadConfig({
      cwd: made.dir,
      dir: made.dir,
      configPath: config.configFile && relative(config.projectDir, config.configFile),
      environment,
      flags,
    })
    return { since, known: await look(old, { ...context, project: config.projectDir }) }
  } catch (error) {
    if (!(error instanceof HarnessError) || !OF_THE_PROJECT.has(error.code) || signal.aborted) throw error
    return {
      since,
      known: `at ${base.ref} there is nothing to compare with: ${error.message.split('\n')[0] ?? ''}`,
    }
  }
}

const OF_THE_PROJECT: ReadonlySet<HarnessError['code']> = new Set([
  'CONFIG_INVALID',
  'CONFIG_NOT_FOUND',
  'MIGRATION_FAILED',
  'NOTHING_JUDGED',
  'PROBE_FAILED',
  'SOURCES_AMBIGUOUS',
  'SOURCES_NOT_FOUND',
])
