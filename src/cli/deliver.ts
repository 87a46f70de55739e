import { didYouMean } from '../config/nearest.ts'
import type { Report } from '../domain/report.ts'
import { HarnessError } from '../errors.ts'
import { LEVELS, type Level } from '../report/reporter.ts'
import { REPORTERS } from '../report/reporters.ts'
import { coloursFor, isUnicode } from './appearance.ts'
import type { Host } from './host.ts'
import { writeOutput, type Destination } from './outputs.ts'

const DEFAULT_LEVEL: Level = 'warning'

/** How a report is to look. */
export interface Delivery {
  readonly level: Level
  readonly code: 0 | 1 | 2
  readonly color: boolean | undefined
}

/** Writes a report to every place that wants it. */
export function deliverAll(
  report: Report,
  destinations: readonly Destination[],
  delivery: Delivery,
  host: Host,
): void {
  for (const destination of destinations) deliver(report, destination, delivery, host)
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

/** @throws HarnessError USAGE */
export function levelOf(text: string | undefined): Level {
  if (text === undefined) return DEFAULT_LEVEL
  const level = LEVELS.find((candidate) => candidate === text)
  if (level !== undefined) return level
  throw new HarnessError('USAGE', `--level: "${text}" is not one of ${LEVELS.join(', ')}`, {
    hint: didYouMean(text, LEVELS),
  })
}
