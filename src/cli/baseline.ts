import { relative, resolve } from 'node:path'
import { metIn, openIn } from '../baseline/take.ts'
import { BASELINE_NAME, isDate, printBaseline } from '../baseline/text.ts'
import { loadConfig } from '../config/load.ts'
import type { Flags } from '../config/settings.ts'
import type { Baseline } from '../domain/baseline.ts'
import type { Config } from '../domain/config.ts'
import { HarnessError } from '../errors.ts'
import { baselineText } from '../report/baseline.ts'
import { count } from '../report/text.ts'
import { lookFor } from './appearance.ts'
import type { Host } from './host.ts'
import { refuseNarrowed } from './lock-file.ts'
import { assertWritable, writeOutput } from './outputs.ts'
import { runProject } from './run-project.ts'

/** Flags of the commands about the baseline as commander gives them. */
export interface BaselineFlags extends Flags {
  readonly config?: string
  readonly update?: boolean
  readonly reason?: string
  readonly expires?: string
  readonly baseline?: string
  readonly color?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
}

const SHORTEST_REASON = 10

/**
 * Accepts everything that a check finds now, so that only what is new fails from then on. A baseline that is there already
 * is only added to where that is said.
 *
 * @returns the exit code
 * @throws HarnessError when the run could not be carried out, or a baseline is there
 */
export async function writeBaseline(dir: string | undefined, flags: BaselineFlags, host: Host): Promise<0> {
  checkReason(flags)
  const { config, path, name } = await target(dir, flags, host)
  const before = config.baseline
  if (before && !flags.update)
    throw new HarnessError('OUTPUT_FAILED', `${name} is there already`, {
      hint: 'See what it accepts with rls-harness baseline show, remove what is gone with baseline prune, and accept what is new with baseline write --update.',
    })
  assertWritable([{ reporter: 'terminal', path }])
  const report = await runProject(config, flags, host)
  const open = openIn(report)
  const reason = flags.reason ?? `There when the project was adopted on ${host.today}`
  const whyNew = { ...(before ? { reason } : {}), ...(flags.expires ? { expires: flags.expires } : {}) }
  const because = <Entry extends object>(one: Entry): Entry => ({ ...one, ...whyNew })
  const next: Baseline = {
    file: name,
    reason: before?.reason ?? reason,
    findings: withNew(before?.findings ?? [], open.findings.map(because), ({ fingerprint }) => fingerprint),
    untested: withNew(before?.untested ?? [], open.untested.map(because), placeOf),
  }
  writeOutput(path, printBaseline(next))
  const added = `${count(open.findings.length, 'finding')} and ${open.untested.length} untested`
  host.stdout.write(
    `${name} ${before ? `accepts ${added} more` : `is written: it accepts ${added}`}\nhint: From now on only what is new fails rls-harness check. Keep the file in git.\n`,
  )
  return 0
}

const placeOf = (one: Baseline['untested'][number]): string =>
  JSON.stringify([one.relation, one.scope, one.command, one.actor])

/** What has come back replaces what was said of it. */
function withNew<Entry>(
  old: readonly Entry[],
  added: readonly Entry[],
  keyOf: (entry: Entry) => string,
): readonly Entry[] {
  return [...new Map([...old, ...added].map((one) => [keyOf(one), one])).values()]
}

/**
 * Removes what a check no longer meets.
 *
 * @throws HarnessError when the run could not be carried out, or there is no baseline
 */
export async function pruneBaseline(dir: string | undefined, flags: BaselineFlags, host: Host): Promise<0> {
  const { config, path, name } = await target(dir, flags, host)
  if (!config.baseline) throw missing(name)
  refuseNarrowed(config, 'baseline prune: a narrowed run meets a part of what is accepted')
  assertWritable([{ reporter: 'terminal', path }])
  const report = await runProject(config, flags, host)
  const { kept, gone } = metIn(report, config.baseline)
  if (gone > 0) writeOutput(path, printBaseline(kept))
  const rest = kept.findings.length + kept.untested.length
  host.stdout.write(
    gone > 0
      ? `${name}: ${count(gone, 'entry', 'entries')} removed, ${rest} left\n`
      : `${name}: all ${count(rest, 'entry', 'entries')} are still met\n`,
  )
  return 0
}

/**
 * Prints what is accepted. Nothing is run.
 *
 * @throws HarnessError where there is no baseline
 */
export async function showBaseline(dir: string | undefined, flags: BaselineFlags, host: Host): Promise<0> {
  const { config, name } = await target(dir, flags, host)
  if (!config.baseline) throw missing(name)
  host.stdout.write(baselineText(config.baseline, host.today, lookFor(host, flags.color)))
  return 0
}

interface Target {
  readonly config: Config
  /** absolute */
  readonly path: string
  /** as people see it */
  readonly name: string
}

/** The baseline need not be there yet, wherever it is said to be. */
async function target(dir: string | undefined, flags: BaselineFlags, host: Host): Promise<Target> {
  const { cwd, environment } = host
  const config = await loadConfig({
    cwd,
    dir,
    configPath: flags.config,
    environment,
    flags,
    mayLackBaseline: true,
  })
  const path = config.baselineFile ?? resolve(config.projectDir, BASELINE_NAME)
  const name = relative(cwd, path).replaceAll('\\', '/')
  return { config, path, name: name.startsWith('..') ? path : name }
}

function checkReason({ reason, expires }: BaselineFlags): void {
  if (reason !== undefined && reason.trim().length < SHORTEST_REASON)
    throw new HarnessError(
      'USAGE',
      `--reason: must say in ${SHORTEST_REASON} characters or more why this is accepted`,
    )
  if (expires !== undefined && !isDate(expires))
    throw new HarnessError('USAGE', `--expires: ${JSON.stringify(expires)} is no date like 2027-01-31`)
}

const missing = (name: string): HarnessError =>
  new HarnessError('CONFIG_NOT_FOUND', `there is no ${name}`, {
    hint: 'Write it with: rls-harness baseline write',
  })
