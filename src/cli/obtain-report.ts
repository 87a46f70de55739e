import { resolve } from 'node:path'
import { loadConfig } from '../config/load.ts'
import type { Flags } from '../config/settings.ts'
import type { Report } from '../domain/report.ts'
import { readReport } from '../read-report.ts'
import type { Host } from './host.ts'
import { runProject } from './run-project.ts'

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
  const { environment, cwd } = host
  if (flags.report !== undefined) return readReport(resolve(cwd, flags.report), flags.report)
  const config = await loadConfig({ cwd, dir, configPath: flags.config, environment, flags })
  return runProject(config, flags, host)
}
