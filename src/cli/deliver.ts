import { statSync } from 'node:fs'
import { didYouMean } from '../config/nearest.ts'
import type { Config } from '../domain/config.ts'
import type { Report } from '../domain/report.ts'
import { HarnessError } from '../errors.ts'
import { LEVELS, type Level, type ReporterOptions } from '../report/reporter.ts'
import { REPORTERS } from '../report/reporters.ts'
import { coloursFor, isInCi, isUnicode } from './appearance.ts'
import type { Host } from './host.ts'
import { appendOutput, writeOutput, type Destination } from './outputs.ts'
import { rootOf } from './repository.ts'

const DEFAULT_LEVEL: Level = 'warning'

/** GitHub refuses a summary of 1 MiB or more, all of it. */
const SUMMARY = 1024 * 1024 - 1
/** Less than this is no room for a report. */
const ROOM = 65_536

/** How a report is to look, and what it was made under. */
export interface Delivery {
  readonly level: Level
  /** everything is wanted, however long it is */
  readonly full?: boolean
  readonly code: 0 | 1 | 2
  readonly color: boolean | undefined
  readonly failOn: Config['gate']['failOn']
  /** absolute: what paths in the report are relative to */
  readonly projectDir: string
}

/** Writes a report to every place that wants it. */
export function deliverAll(
  report: Report,
  destinations: readonly Destination[],
  delivery: Delivery,
  host: Host,
): void {
  for (const destination of destinations) {
    if (destination.isSummary && destination.path !== undefined)
      addToSummary(report, destination.path, delivery, host)
    else deliver(report, destination, delivery, host)
  }
}

function deliver(report: Report, { reporter, path }: Destination, delivery: Delivery, host: Host): void {
  const text = REPORTERS[reporter](report, optionsOf(path !== undefined, delivery, host))
  if (path === undefined) host.stdout.write(text)
  else writeOutput(path, text)
}

function optionsOf(toFile: boolean, delivery: Delivery, host: Host): ReporterOptions {
  const { level, full = false, code, color, failOn, projectDir } = delivery
  return {
    level,
    colour: toFile ? color === true : coloursFor(host.stdout, color, host.environment),
    unicode: isUnicode(host),
    // a log that is kept is searched for names; a file holds everything
    brief: !toFile && !full && !isInCi(host.environment),
    width: (toFile ? undefined : host.stdout.columns) ?? 100,
    exitCode: code,
    failOn,
    root: rootOf(projectDir),
    forCodeScanning: host.environment['GITHUB_ACTIONS'] === 'true',
  }
}

/** Below what other commands of the step have written: together they must stay below the limit. */
function addToSummary(report: Report, path: string, delivery: Delivery, host: Host): void {
  const longest = SUMMARY - (statSync(path, { throwIfNoEntry: false })?.size ?? 0)
  if (longest < ROOM) {
    host.stderr.write('! the job summary is full: nothing was added to it\n')
    return
  }
  appendOutput(path, REPORTERS.markdown(report, { ...optionsOf(true, delivery, host), longest }))
}

/** Whoever says which findings are wanted wants all of these. */
export const isFull = ({ full, level }: { readonly full?: boolean; readonly level?: string }): boolean =>
  full === true || level !== undefined

/** @throws HarnessError USAGE */
export function levelOf(text: string | undefined): Level {
  if (text === undefined) return DEFAULT_LEVEL
  const level = LEVELS.find((candidate) => candidate === text)
  if (level !== undefined) return level
  throw new HarnessError('USAGE', `--level: "${text}" is not one of ${LEVELS.join(', ')}`, {
    hint: didYouMean(text, LEVELS),
  })
}
