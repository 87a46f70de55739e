import { loadConfig } from '../config/load.ts'
import { didYouMean } from '../config/nearest.ts'
import type { Flags } from '../config/settings.ts'
import { HarnessError } from '../errors.ts'
import type { Report } from '../domain/report.ts'
import { LEVELS, type Level } from '../report/reporter.ts'
import { REPORTERS } from '../report/reporters.ts'
import { coloursFor, isLive, isUnicode } from './appearance.ts'
import { exitCode } from './exit-code.ts'
import type { Host } from './host.ts'
import { assertWritable, planOutputs, writeOutput, type Destination, type OutputFlags } from './outputs.ts'
import { progressTo } from './progress.ts'

/** Flags of `check` as commander gives them. */
export interface CheckFlags extends Flags, OutputFlags {
  readonly config?: string
  readonly level?: string
  readonly color?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
}

const DEFAULT_LEVEL: Level = 'warning'

/**
 * Judges one project and writes the reports.
 * @returns the exit code
 * @throws HarnessError when the run could not be carried out
 */
export async function check(dir: string | undefined, flags: CheckFlags, host: Host): Promise<number> {
  const level = levelOf(flags.level)
  const destinations = planOutputs(flags, host.cwd)
  const { environment, signal, today } = host
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
  for (const destination of destinations)
    deliver(report, destination, { level, code, color: flags.color }, host)
  return code
}

interface Delivery {
  readonly level: Level
  readonly code: 0 | 1 | 2
  readonly color: boolean | undefined
}

function deliver(report: Report, { reporter, path }: Destination, delivery: Delivery, host: Host): void {
  const { level, code, color } = delivery
  const toFile = path !== undefined
  const text = REPORTERS[reporter](report, {
    level,
    colour: toFile ? color === true : coloursFor(host.stdout, color, host.environment),
    unicode: isUnicode(host),
    width: (toFile ? undefined : host.stdout.columns) ?? 100,
    exitCode: code,
  })
  if (toFile) writeOutput(path, text)
  else host.stdout.write(text)
}

function levelOf(text: string | undefined): Level {
  if (text === undefined) return DEFAULT_LEVEL
  const level = LEVELS.find((candidate) => candidate === text)
  if (level !== undefined) return level
  throw new HarnessError('USAGE', `--level: "${text}" is not one of ${LEVELS.join(', ')}`, {
    hint: didYouMean(text, LEVELS),
  })
}
