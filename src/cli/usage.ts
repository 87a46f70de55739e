import { resolve } from 'node:path'
import { loadConfig } from '../config/load.ts'
import type { Flags } from '../config/settings.ts'
import type { UsageReport } from '../domain/usage.ts'
import { usageText } from '../report/usage.ts'
import { coloursFor, isUnicode } from './appearance.ts'
import type { Host } from './host.ts'
import { withProgress } from './run-project.ts'

/** Flags of `usage` as commander gives them. */
export interface UsageFlags extends Flags {
  readonly config?: string
  readonly src?: readonly string[]
  readonly report?: string
  readonly json?: boolean
  readonly color?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
}

/**
 * Holds an application's names against its schema and writes what is missing or untested.
 * @returns the exit code
 * @throws HarnessError when the run could not be carried out
 */
export async function usage(dir: string | undefined, flags: UsageFlags, host: Host): Promise<number> {
  const { environment, cwd } = host
  const config = await loadConfig({ cwd, dir, configPath: flags.config, environment, flags })
  const options = {
    ...(flags.src ? { globs: flags.src } : {}),
    ...(flags.report === undefined ? {} : { reportFile: resolve(cwd, flags.report) }),
  }
  const found = await withProgress(flags, host, (context) => host.inspect(config, options, context))
  const code = usageExitCode(found)
  host.stdout.write(flags.json ? `${JSON.stringify(found, null, 2)}\n` : textOf(found, code, flags, host))
  return code
}

/** 0 every name is there and tested, 1 one is not. A file that could not be read may hold anything: 1. */
export const usageExitCode = ({ missing, untested, unread }: UsageReport): 0 | 1 =>
  missing.length + untested.length + unread.length > 0 ? 1 : 0

function textOf(found: UsageReport, exitCode: 0 | 1, { color }: UsageFlags, host: Host): string {
  return usageText(found, {
    level: 'warning',
    colour: coloursFor(host.stdout, color, host.environment),
    unicode: isUnicode(host),
    width: host.stdout.columns ?? 100,
    exitCode,
  })
}
