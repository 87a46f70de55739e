import { loadConfig } from '../config/load.ts'
import type { Flags } from '../config/settings.ts'
import type { Report } from '../domain/report.ts'
import { lockDifferences } from '../report/lock.ts'
import { count } from '../report/text.ts'
import { lockText } from '../lock/text.ts'
import { lookFor } from './appearance.ts'
import type { Host } from './host.ts'
import { lockFileOf, readLock, refuseNarrowed, withLock } from './lock-file.ts'
import type { LockFile, LockFlags } from './lock-file.ts'
import { assertWritable, writeOutput } from './outputs.ts'
import { runProject } from './run-project.ts'

/** Flags of `lock` as commander gives them. */
export interface LockCommandFlags extends Flags, Pick<LockFlags, 'lockFile' | 'update'> {
  readonly config?: string
  readonly color?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
}

/**
 * Writes the access lock of a project; one that is there already is only compared, unless the difference is accepted.
 *
 * @returns the exit code: 1 where the lock differs and was left as it is
 * @throws HarnessError when the run could not be carried out
 */
export async function lock(dir: string | undefined, flags: LockCommandFlags, host: Host): Promise<0 | 1> {
  const config = await loadConfig({
    cwd: host.cwd,
    dir,
    configPath: flags.config,
    environment: host.environment,
    flags,
  })
  const file = lockFileOf(config, flags.lockFile, host.cwd)
  // what is written anew need not be readable
  const before = flags.update ? undefined : readLock(file)
  if (before === undefined) refuseNarrowed(config, 'lock: a narrowed run observes a part of the access')
  assertWritable([{ reporter: 'terminal', path: file.path }])
  const report = await runProject(config, flags, host)
  if (before !== undefined) return compare(withLock(report, file, before), file, flags, host)
  writeOutput(file.path, lockText(report))
  host.stdout.write(written(report, file))
  return 0
}

function compare(report: Report, file: LockFile, flags: LockCommandFlags, host: Host): 0 | 1 {
  const differences = report.lock?.differences ?? []
  if (report.lock && differences.length > 0) {
    host.stdout.write(`${lockDifferences(report.lock, lookFor(host, flags.color)).join('\n')}\n`)
    return 1
  }
  host.stdout.write(`${file.name} is up to date\n`)
  return 0
}

/** A lock holds what was seen, leaks as well: that it is written does not make them right. */
function written({ findings, coverage }: Report, { name }: LockFile): string {
  const open = findings.filter(({ suppressed, severity }) => suppressed === undefined && severity !== 'note')
  const doubts = [
    ...(open.length > 0 ? [count(open.length, 'finding')] : []),
    ...(coverage.untested.length > 0 ? [`${coverage.untested.length} untested`] : []),
  ]
  const hint =
    doubts.length > 0
      ? `hint: It holds access as it is, with ${doubts.join(' and ')}: rls-harness check\n`
      : ''
  return `${name} is written\n${hint}`
}
