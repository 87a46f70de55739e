import type { Config } from '../domain/config.ts'
import type { Report } from '../domain/report.ts'
import type { RunContext } from '../run.ts'
import { isLive, isUnicode } from './appearance.ts'
import type { Host } from './host.ts'
import { progressTo } from './progress.ts'

/**
 * Shows how far a piece of work is.
 *
 * @throws what the signal gives where the work was cut short: what came of it proves nothing
 */
export async function withProgress<Result>(
  { quiet }: { readonly quiet?: boolean },
  host: Host,
  work: (context: RunContext) => Promise<Result>,
): Promise<Result> {
  const { environment, signal, today } = host
  const progress = progressTo(host.stderr, {
    quiet: quiet ?? false,
    live: isLive(host.stderr, environment),
    unicode: isUnicode(host),
  })
  const result = await work({ environment, signal, today, progress: progress.show }).finally(progress.end)
  signal.throwIfAborted()
  return result
}

/**
 * Runs the pipeline on a project.
 *
 * @throws HarnessError where it could not be carried out
 */
export const runProject = (
  config: Config,
  flags: { readonly quiet?: boolean },
  host: Host,
): Promise<Report> => withProgress(flags, host, (context) => host.run(config, context))
