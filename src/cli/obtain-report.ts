import { resolve } from 'node:path'
import { loadConfig } from '../config/load.ts'
import type { Flags } from '../config/settings.ts'
import type { Report } from '../domain/report.ts'
import { readReport } from '../read-report.ts'
import { isLive, isUnicode } from './appearance.ts'
import type { Host } from './host.ts'
import { progressTo } from './progress.ts'

/** Flags of the commands that are about one finding. */
export interface FindingFlags extends Flags {
  readonly config?: string
  readonly report?: string
  readonly color?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
}

/**
 * The report that is named, or that of a run of the project.
 *
 * @throws HarnessError where the file is no such report, or the run could not be carried out
 */
export async function obtainReport(
  dir: string | undefined,
  flags: FindingFlags,
  host: Host,
): Promise<Report> {
  const { environment, signal, today, cwd } = host
  if (flags.report !== undefined) return readReport(resolve(cwd, flags.report), flags.report)
  const config = await loadConfig({ cwd, dir, configPath: flags.config, environment, flags })
  const progress = progressTo(host.stderr, {
    quiet: flags.quiet ?? false,
    live: isLive(host.stderr, environment),
    unicode: isUnicode(host),
  })
  const report = await host
    .run(config, { environment, signal, today, progress: progress.show })
    .finally(progress.end)
  signal.throwIfAborted()
  return report
}
