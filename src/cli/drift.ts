import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { loadConfig } from '../config/load.ts'
import { didYouMean } from '../config/nearest.ts'
import type { Flags } from '../config/settings.ts'
import type { DriftReport } from '../domain/drift.ts'
import { HarnessError } from '../errors.ts'
import type { DriftOptions } from '../find-drift.ts'
import { driftMarkdown } from '../report/drift-markdown.ts'
import { driftText } from '../report/drift.ts'
import { coloursFor, isLive, isUnicode } from './appearance.ts'
import type { Host } from './host.ts'
import { assertWritable, writeOutput } from './outputs.ts'
import { progressTo } from './progress.ts'

/** Flags of `drift` as commander gives them. */
export interface DriftFlags extends Flags {
  readonly config?: string
  readonly access?: boolean
  readonly reporter?: string
  readonly json?: boolean
  readonly outputFile?: string
  readonly color?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
}

const REPORTERS = ['terminal', 'markdown', 'json'] as const
type DriftReporter = (typeof REPORTERS)[number]

/**
 * Holds the migrations of a project against another statement of its schema, and writes what differs.
 * @returns the exit code: 1 where something differs
 * @throws HarnessError when one of the two cannot be had
 */
export async function drift(
  given: string,
  dir: string | undefined,
  flags: DriftFlags,
  host: Host,
): Promise<0 | 1> {
  const { environment, signal, today, cwd } = host
  const reporter = reporterOf(flags)
  const other = otherOf(given, cwd)
  const path = flags.outputFile === undefined ? undefined : resolve(cwd, flags.outputFile)
  const config = await loadConfig({ cwd, dir, configPath: flags.config, environment, flags })
  if (path !== undefined) assertWritable([{ reporter: 'terminal', path }])
  const progress = progressTo(host.stderr, {
    quiet: flags.quiet ?? false,
    live: isLive(host.stderr, environment),
    unicode: isUnicode(host),
  })
  const found = await host
    .findDrift(
      config,
      { other, access: flags.access ?? true },
      { environment, signal, today, progress: progress.show },
    )
    .finally(progress.end)
  // what was cut short proves nothing: no report of it
  signal.throwIfAborted()
  const code = driftExitCode(found)
  const text = textOf(found, { reporter, toFile: path !== undefined, code, color: flags.color }, host)
  if (path === undefined) host.stdout.write(text)
  else writeOutput(path, text)
  return code
}

/** 0 both state the same, 1 they do not. */
export const driftExitCode = ({ outcome }: DriftReport): 0 | 1 => (outcome === 'same' ? 0 : 1)

function reporterOf({ reporter, json }: DriftFlags): DriftReporter {
  if (reporter === undefined) return json ? 'json' : 'terminal'
  const known = REPORTERS.find((name) => name === reporter)
  if (known === undefined)
    throw new HarnessError('USAGE', `--reporter: "${reporter}" is not one of ${REPORTERS.join(', ')}`, {
      hint: didYouMean(reporter, REPORTERS),
    })
  if (json && known !== 'json')
    throw new HarnessError('USAGE', `--json and --reporter ${known} ask for two reports`, {
      hint: 'Give one of them.',
    })
  return known
}

/** A URL of PostgreSQL, or a file that is there: what else has a scheme is a mistake, and must not be printed. */
function otherOf(given: string, cwd: string): DriftOptions['other'] {
  if (/^postgres(?:ql)?:\/\//i.test(given.trim())) return { kind: 'live', url: given }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(given)?.[1]
  if (scheme !== undefined)
    throw new HarnessError('USAGE', `a "${scheme}" URL is not one of PostgreSQL`, {
      hint: 'Give postgres://user@host:port/database, or a file with the schema.',
    })
  const path = resolve(cwd, given)
  if (existsSync(path)) return { kind: 'file', path, name: given }
  throw new HarnessError('SOURCES_NOT_FOUND', `${given}: there is no such file`, {
    hint: 'Give a file with the schema, as pg_dump --schema-only or supabase db dump write it, or postgres://…',
  })
}

interface Look {
  readonly reporter: DriftReporter
  readonly toFile: boolean
  readonly code: 0 | 1
  readonly color: boolean | undefined
}

function textOf(found: DriftReport, { reporter, toFile, code, color }: Look, host: Host): string {
  switch (reporter) {
    case 'json':
      return `${JSON.stringify(found, null, 2)}\n`
    case 'markdown':
      return driftMarkdown(found)
    case 'terminal':
      return driftText(found, {
        level: 'warning',
        colour: toFile ? color === true : coloursFor(host.stdout, color, host.environment),
        unicode: isUnicode(host),
        width: (toFile ? undefined : host.stdout.columns) ?? 100,
        exitCode: code,
      })
  }
}
