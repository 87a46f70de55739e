import { loadConfig } from '../config/load.ts'
import type { Flags } from '../config/settings.ts'
import type { Report } from '../domain/report.ts'
import { HarnessError } from '../errors.ts'
import { headOf } from '../git/refs.ts'
import type { Head } from '../git/refs.ts'
import { deliverAll, isFull, levelOf } from './deliver.ts'
import { exitCode } from './exit-code.ts'
import type { Host } from './host.ts'
import { assertWritable, planOutputs, type OutputFlags } from './outputs.ts'
import { planLock } from './lock-file.ts'
import type { LockFlags } from './lock-file.ts'
import { withProgress } from './run-project.ts'

/** Flags of `check` as commander gives them. */
export interface CheckFlags extends Flags, OutputFlags, LockFlags {
  readonly config?: string
  readonly level?: string
  readonly full?: boolean
  readonly color?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
  readonly watch?: boolean
  /** a commit, or true: where the branch began */
  readonly changed?: string | true
}

/**
 * Judges one project and writes the reports.
 * @returns the exit code
 * @throws HarnessError when the run could not be carried out
 */
export async function check(dir: string | undefined, flags: CheckFlags, host: Host): Promise<number> {
  if (flags.watch) {
    const { watchProject } = await import('./watch.ts')
    return watchProject(dir, flags, host)
  }
  const level = levelOf(flags.level)
  refuseParts(flags)
  const { environment, cwd } = host
  const destinations = planOutputs(flags, cwd, environment)
  const config = await loadConfig({ cwd, dir, configPath: flags.config, environment, flags })
  const lock = planLock(config, flags, cwd)
  assertWritable(destinations)
  const { changed } = flags
  const ref = changed === true ? undefined : changed
  // the commit is looked up while the project is judged; nobody waits for it where that fails
  const failed = new AbortController()
  const signal = AbortSignal.any([host.signal, failed.signal])
  const commit = headOf(config.projectDir, { environment, signal }).catch(() => undefined)
  const seen = await withProgress(flags, host, (context) =>
    changed === undefined ? host.run(config, context) : host.runSince(config, { ref, flags }, context),
  ).catch((error: unknown) => {
    failed.abort()
    throw error
  })
  const report = lock.hold(withCommit(seen, await commit))
  const code = exitCode(report, config.gate)
  const { gate, projectDir } = config
  const delivery = { level, full: isFull(flags), code, color: flags.color, failOn: gate.failOn, projectDir }
  deliverAll(report, destinations, delivery, host)
  return code
}

/** The report with the commit that it is about; there may be none, or no git. A shard's report is sealed as it is. */
function withCommit(report: Report, git: Head | undefined): Report {
  return git && !report.run.shard ? { ...report, run: { ...report.run, git } } : report
}

/** @throws HarnessError USAGE */
function refuseParts({ shard, changed }: CheckFlags): void {
  if (shard === undefined || changed === undefined) return
  throw new HarnessError('USAGE', '--shard and --changed do not go together: each is a part of its own', {
    hint: 'Share out a whole run with --shard, or judge what changed on one machine with --changed.',
  })
}
