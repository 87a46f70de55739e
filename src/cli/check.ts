import { loadConfig } from '../config/load.ts'
import type { Flags } from '../config/settings.ts'
import { deliverAll, levelOf } from './deliver.ts'
import { exitCode } from './exit-code.ts'
import type { Host } from './host.ts'
import { assertWritable, planOutputs, type OutputFlags } from './outputs.ts'
import { planLock } from './lock-file.ts'
import type { LockFlags } from './lock-file.ts'
import { runProject } from './run-project.ts'

/** Flags of `check` as commander gives them. */
export interface CheckFlags extends Flags, OutputFlags, LockFlags {
  readonly config?: string
  readonly level?: string
  readonly color?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
}

/**
 * Judges one project and writes the reports.
 * @returns the exit code
 * @throws HarnessError when the run could not be carried out
 */
export async function check(dir: string | undefined, flags: CheckFlags, host: Host): Promise<number> {
  const level = levelOf(flags.level)
  const destinations = planOutputs(flags, host.cwd)
  const { environment, cwd } = host
  const config = await loadConfig({ cwd, dir, configPath: flags.config, environment, flags })
  const lock = planLock(config, flags, cwd)
  assertWritable(destinations)
  const report = lock.hold(await runProject(config, flags, host))
  const code = exitCode(report, config.gate)
  deliverAll(report, destinations, { level, code, color: flags.color }, host)
  return code
}
