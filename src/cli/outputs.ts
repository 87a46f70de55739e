import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import { didYouMean } from '../config/nearest.ts'
import { HarnessError } from '../errors.ts'
import { REPORTER_NAMES, type ReporterName } from '../report/reporters.ts'
import type { Host } from './host.ts'

/** One report to write: to a file, or without a path to stdout. */
export interface Destination {
  readonly reporter: ReporterName
  /** absolute */
  readonly path?: string
  /** the file is GitHub's job summary, which others write to as well */
  readonly isSummary?: true
}

export interface OutputFlags {
  readonly reporter?: readonly string[]
  readonly json?: boolean
  /** `[reporter=]path` */
  readonly outputFile?: readonly string[]
}

/**
 * Which reporter writes where. What is named by `--output-file` goes into that file, everything else to stdout;
 * without `--reporter` the terminal report stays on stdout beside the files. GitHub's annotations are lines that may stand
 * below the terminal report, and where they are wanted the job summary is, too.
 * @throws HarnessError USAGE
 */
export function planOutputs(
  flags: OutputFlags,
  cwd: string,
  environment: Host['environment'] = {},
): readonly Destination[] {
  const named = [
    ...new Set([...(flags.reporter ?? []).map(reporterName), ...(flags.json ? ['json' as const] : [])]),
  ]
  const files = (flags.outputFile ?? []).map((text) => fileDestination(text, named, cwd))
  const wanted: readonly ReporterName[] = named.length > 0 ? named : ['terminal']
  const toStdout = wanted.filter((reporter) => !files.some((file) => file.reporter === reporter)).sort(below)
  if (toStdout.length > 1 && toStdout.join(' ') !== 'terminal github') {
    throw new HarnessError('USAGE', `${toStdout.join(' and ')} would both be written to stdout`, {
      hint: `Send one of them to a file: --output-file ${toStdout.at(-1)}=<path>`,
    })
  }
  const twice = files.find((file, index) => files.findIndex(({ path }) => path === file.path) !== index)
  if (twice !== undefined) {
    throw new HarnessError('USAGE', `--output-file: ${twice.path} would be written twice`)
  }
  const summary = wanted.includes('github') ? (environment['GITHUB_STEP_SUMMARY'] ?? '') : ''
  return [
    ...toStdout.map((reporter) => ({ reporter })),
    ...files,
    ...(summary === ''
      ? []
      : [{ reporter: 'markdown', path: resolve(cwd, summary), isSummary: true } as const]),
  ]
}

/** Annotations come last. */
const below = (a: ReporterName, b: ReporterName): number => Number(a === 'github') - Number(b === 'github')

function reporterName(text: string): ReporterName {
  const name = REPORTER_NAMES.find((candidate) => candidate === text)
  if (name !== undefined) return name
  throw new HarnessError('USAGE', `--reporter: "${text}" is not one of ${REPORTER_NAMES.join(', ')}`, {
    hint: didYouMean(text, REPORTER_NAMES),
  })
}

function fileDestination(
  text: string,
  named: readonly ReporterName[],
  cwd: string,
): Destination & { readonly path: string } {
  const { prefix, rest = text } = /^(?<prefix>[a-z]+)=(?<rest>.*)$/s.exec(text)?.groups ?? {}
  if (rest === '') throw new HarnessError('USAGE', `--output-file: "${text}" names no file`)
  const path = resolve(cwd, rest)
  if (prefix !== undefined) return { reporter: reporterOfFile(prefix), path }
  return { reporter: reporterOfUnnamed(text, path, named), path }
}

/** The only format that was asked for, else the one of the ending. What is meant for a screen or a log is no file's format. */
function reporterOfUnnamed(text: string, path: string, named: readonly ReporterName[]): ReporterName {
  const ending = reporterOfEnding(path)
  const forFiles = named.filter((name) => name !== 'terminal' && name !== 'github')
  const [only, ...others] = forFiles.length > 0 ? named : []
  if (only !== undefined && others.length === 0) return only
  if (ending !== undefined && (forFiles.length === 0 || forFiles.some((name) => name === ending)))
    return ending
  if (named.length <= 1) return named[0] ?? 'terminal'
  throw new HarnessError('USAGE', `--output-file: which reporter writes "${text}"?`, {
    hint: `Write one of ${named.map((name) => `${name}=${text}`).join(', ')}`,
  })
}

const ENDINGS: Readonly<Record<string, string>> = {
  '.json': 'json',
  '.sarif': 'sarif',
  '.xml': 'junit',
  '.md': 'markdown',
  '.html': 'html',
}

/** `report.sarif.json` is what code scanning tools call their files as often as `report.sarif`. */
function reporterOfEnding(path: string): ReporterName | undefined {
  const ending = path.endsWith('.sarif.json') ? '.sarif' : extname(path).toLowerCase()
  return REPORTER_NAMES.find((name) => name === ENDINGS[ending])
}

function reporterOfFile(prefix: string): ReporterName {
  try {
    return reporterName(prefix)
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error
    throw new HarnessError('USAGE', error.message.replace('--reporter', '--output-file'), {
      hint: error.hint,
    })
  }
}

/**
 * Opens every file once, before a run that may take minutes: its result must not be lost to a mistyped path.
 * Missing folders are made; a file that was not there is not left behind.
 * @throws HarnessError OUTPUT_FAILED
 */
export function assertWritable(destinations: readonly Destination[]): void {
  for (const { path } of destinations) {
    if (path === undefined) continue
    attempt(path, () => {
      const wasThere = existsSync(path)
      mkdirSync(dirname(path), { recursive: true })
      closeSync(openSync(path, 'a'))
      if (!wasThere) rmSync(path)
    })
  }
}

/**
 * Writes one report file.
 * @throws HarnessError OUTPUT_FAILED
 */
export function writeOutput(path: string, text: string): void {
  attempt(path, () => writeFileSync(path, text))
}

/**
 * Adds a text to a file that others write to as well.
 * @throws HarnessError OUTPUT_FAILED
 */
export function appendOutput(path: string, text: string): void {
  attempt(path, () => appendFileSync(path, text))
}

function attempt(path: string, write: () => void): void {
  try {
    write()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new HarnessError('OUTPUT_FAILED', `cannot write ${path}: ${reason}`, { cause: error })
  }
}
