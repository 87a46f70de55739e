import type { Config } from './domain/config.ts'
import type { Report, Timing } from './domain/report.ts'
import type { ConnectionTarget } from './domain/server.ts'
import { prepare } from './prepare.ts'
import type { Prepared } from './prepare.ts'
import { count, stepper } from './step.ts'
import type { Describe, ProgressEvent } from './step.ts'

export type { ProgressEvent } from './step.ts'

export interface RunContext {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** aborts the run; what was started is stopped and removed before run() rejects */
  readonly signal: AbortSignal
  readonly progress: (event: ProgressEvent) => void
  /** ISO date, for the expiry of ignore entries */
  readonly today: string
  /** a look at the database that the migrations left, before anything is put into it */
  readonly onMigrated?: (target: ConnectionTarget) => Promise<void>
}

/**
 * The pipeline: migrate, introspect, infer, seed, probe, judge.
 *
 * @throws HarnessError where the run could not be carried out: nothing of what it made is left behind
 */
export async function run(config: Config, context: RunContext): Promise<Report> {
  const steps: Timing[] = []
  const started = performance.now()
  const step = stepper(context, steps)

  await using prepared = await step('migrate', () => prepareFor(config, context), describeMigrated)
  try {
    await context.onMigrated?.(prepared.target)
    const { judgeDatabase } = await loadJudging()
    return await judgeDatabase(prepared, { config, context, step, steps, started })
  } catch (error) {
    throw await prepared.causeOf(error)
  }
}

/** The first step alone, told as a run tells it. */
export function prepareStep(config: Config, context: RunContext): Promise<Prepared> {
  return stepper(context, [])('migrate', () => prepareFor(config, context), describeMigrated)
}

function prepareFor(config: Config, context: RunContext): Promise<Prepared> {
  return prepare(config, {
    ...context,
    onProgress: (name) => context.progress({ kind: 'step', name }),
    onNotice: (text) => context.progress({ kind: 'notice', text }),
    // what fails to load is told by whoever needs it
    onIdle: () => void loadJudging().catch(() => {}),
  })
}

/** What comes after the migrations is read from the disk while the server starts. */
const loadJudging = () => import('./judge-database.ts')

/**
 * Judges a database that the migrations ran in: seeds it, probes it, judges what was seen.
 *
 * @throws HarnessError where the run could not be carried out
 */
export async function judgePrepared(
  prepared: Prepared,
  config: Config,
  context: RunContext,
): Promise<Report> {
  const { judgeDatabase } = await loadJudging()
  const steps: Timing[] = []
  const started = performance.now()
  return judgeDatabase(prepared, { config, context, step: stepper(context, steps), steps, started })
}

const describeMigrated: Describe<{
  readonly sources: readonly {
    readonly tool: string
    readonly files: readonly { readonly path: string; readonly notes: readonly string[] }[]
  }[]
  readonly reused: number
}> = ({ sources, reused }) => ({
  text: `${sources.map(({ tool, files }) => `${count(files.length, 'file')} (${tool})`).join(' + ')}${reusedText(sources, reused)}`,
  notes: sources.flatMap(({ files }) => files.flatMap(({ notes }) => notes)),
})

function reusedText(sources: readonly { readonly files: readonly unknown[] }[], reused: number): string {
  const all = sources.reduce((sum, { files }) => sum + files.length, 0)
  return reused === 0 ? '' : reused === all ? ', cached' : `, ${reused} of them cached`
}
