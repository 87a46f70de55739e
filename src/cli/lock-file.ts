import { existsSync, readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { Config } from '../domain/config.ts'
import type { LockEntry } from '../domain/lock.ts'
import type { Report } from '../domain/report.ts'
import { HarnessError } from '../errors.ts'
import { compareLock } from '../lock/compare.ts'
import { LOCK_NAME, lockText, parseLock } from '../lock/text.ts'
import { assertWritable, writeOutput } from './outputs.ts'

export interface LockFile {
  /** absolute */
  readonly path: string
  /** as people see it */
  readonly name: string
}

/** The access lock of a project, or the file that is named. */
export function lockFileOf(
  config: Pick<Config, 'projectDir'>,
  given: string | undefined,
  cwd: string,
): LockFile {
  const path = given === undefined ? resolve(config.projectDir, LOCK_NAME) : resolve(cwd, given)
  const name = relative(cwd, path).replaceAll('\\', '/')
  return { path, name: name.startsWith('..') ? path : name }
}

/**
 * @returns what the lock says, or undefined where there is none
 * @throws HarnessError LOCK_INVALID where it cannot be read
 */
export function readLock({ path, name }: LockFile): readonly LockEntry[] | undefined {
  if (!existsSync(path)) return undefined
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new HarnessError('LOCK_INVALID', `${name} cannot be read: ${reason}`, { cause: error })
  }
  return parseLock(text, name)
}

/** Flags of the commands that hold a run against the lock. */
export interface LockFlags {
  readonly locked?: boolean
  readonly update?: boolean
  readonly lockFile?: string
}

/** What is done with a finished report: nothing, or it is held against the lock, which may be written anew. */
export interface LockPlan {
  readonly hold: (report: Report) => Report
}

/**
 * Reads the lock that a run is to be held against: before the run, which may take minutes.
 *
 * @throws HarnessError LOCK_INVALID where there is none, or it cannot be read; USAGE where flags contradict each other
 */
export function planLock(
  config: Pick<Config, 'projectDir' | 'narrowed' | 'shard'>,
  flags: LockFlags & { readonly changed?: string | true },
  cwd: string,
): LockPlan {
  refuseContradictions(config, flags)
  if (!flags.locked) return { hold: (report) => report }
  const file = lockFileOf(config, flags.lockFile, cwd)
  if (flags.update) {
    assertWritable([{ reporter: 'terminal', path: file.path }])
    return {
      hold: (report) => {
        writeOutput(file.path, lockText(report))
        return report
      },
    }
  }
  const locked = readLock(file)
  if (locked) return { hold: (report) => withLock(report, file, locked) }
  throw new HarnessError('LOCK_INVALID', `--locked: there is no ${file.name}`, {
    hint: 'Write it with: rls-harness lock',
  })
}

function refuseContradictions(
  config: Pick<Config, 'narrowed' | 'shard'>,
  { locked, update, lockFile, changed }: LockFlags & { readonly changed?: string | true },
): void {
  if (!locked && (update || lockFile !== undefined))
    throw new HarnessError('USAGE', `${update ? '--update' : '--lock-file'} goes with --locked`)
  if (locked && config.shard)
    throw new HarnessError('USAGE', '--locked: a shard observes a part of the access', {
      hint: 'Join the reports of all shards first: rls-harness merge --locked *.json',
    })
  if (update && changed !== undefined)
    throw new HarnessError('USAGE', '--update: --changed observes a part of the access', {
      hint: 'Write the lock with a run of the whole: rls-harness lock --update',
    })
  if (update) refuseNarrowed(config, '--update: a narrowed run observes a part of the access')
}

/** What a run of a part does not see is not gone. @throws HarnessError USAGE */
export function refuseNarrowed({ narrowed }: Pick<Config, 'narrowed'>, message: string): void {
  if (narrowed)
    throw new HarnessError('USAGE', message, { hint: 'Leave --relation, --schema and RLS_SCHEMA out.' })
}

/** The report with what is not as the lock says. */
export const withLock = (report: Report, file: LockFile, locked: readonly LockEntry[]): Report => ({
  ...report,
  lock: { file: file.name, differences: compareLock(report, locked) },
})
