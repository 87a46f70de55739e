import { loadConfig } from '../config/load.ts'
import type { Flags } from '../config/settings.ts'
import { isLive, isUnicode } from './appearance.ts'
import { deliverAll, levelOf } from './deliver.ts'
import { exitCode } from './exit-code.ts'
import type { Host } from './host.ts'
import { assertWritable, planOutputs, type OutputFlags } from './outputs.ts'
import { progressTo } from './progress.ts'

/** Flags of `check` as commander gives them. */
export interface CheckFlags extends Flags, OutputFlags {
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
  const { environment, signal, today } = host
  const destinations = planOutputs(flags, host.cwd, environment)
  const config = await loadConfig({ cwd: host.cwd, dir, configPath: flags.config, environment, flags })
  assertWritable(destinations)
  const progress = progressTo(host.stderr, {
    quiet: flags.quiet ?? false,
    live: isLive(host.stderr, environment),
    unicode: isUnicode(host),
  })
  const report = await host
    .run(config, { environment, signal, today, progress: progress.show })
    .finally(progress.end)
  // what was cut short proves nothing: no report of it
  signal.throwIfAborted()
  const code = exitCode(report, config.gate)
  const { gate, projectDir } = config
  const delivery = { level, code, color: flags.color, failOn: gate.failOn, projectDir }
  deliverAll(report, destinations, delivery, host)
  return code
}
