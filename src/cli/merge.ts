import { resolve } from 'node:path'
import { settingsFromFlags, type Flags } from '../config/settings.ts'
import { gateOf, merge } from '../merge.ts'
import { readShard } from '../read-shard.ts'
import { deliverAll, isFull, levelOf } from './deliver.ts'
import { exitCode } from './exit-code.ts'
import type { Host } from './host.ts'
import { planLock } from './lock-file.ts'
import type { LockFlags } from './lock-file.ts'
import { assertWritable, planOutputs, type OutputFlags } from './outputs.ts'

/** Flags of `merge` as commander gives them. */
export interface MergeFlags extends Pick<Flags, 'failOn' | 'strict'>, OutputFlags, LockFlags {
  readonly level?: string
  readonly full?: boolean
  readonly color?: boolean
  readonly debug?: boolean
}

/**
 * Joins the JSON reports of all shards and writes the reports of the whole.
 * @returns the exit code that `check` would have had
 * @throws HarnessError where a file is no report of a shard, or they are not all shards of one run
 */
export async function mergeFiles(
  files: readonly string[],
  flags: MergeFlags,
  host: Host,
  version: string,
): Promise<number> {
  const level = levelOf(flags.level)
  const destinations = planOutputs(flags, host.cwd, host.environment)
  const { failOn, strict } = settingsFromFlags({ ...flags })
  const shards = files.map((file) => readShard(resolve(host.cwd, file), file, version))
  const lock = planLock({ projectDir: host.cwd }, flags, host.cwd)
  const report = lock.hold(merge(shards))
  assertWritable(destinations)
  const own = gateOf(shards)
  const gate = { failOn: failOn ?? own.failOn, strict: strict ?? own.strict }
  const code = exitCode(report, gate)
  // the reports do not say where their project lies: it is merged where it is
  const delivery = {
    level,
    full: isFull(flags),
    code,
    color: flags.color,
    failOn: gate.failOn,
    projectDir: host.cwd,
  }
  deliverAll(report, destinations, delivery, host)
  return code
}
