import { relative, resolve } from 'node:path'
import { compare, isWorse } from '../compare/compare.ts'
import type { NamedReport } from '../compare/compare.ts'
import { isFile } from '../config/detect/detector.ts'
import { loadConfig } from '../config/load.ts'
import { settingsFromFlags, type Flags } from '../config/settings.ts'
import type { Comparison } from '../domain/comparison.ts'
import type { Config } from '../domain/config.ts'
import { isPartial } from '../domain/judged.ts'
import type { Report } from '../domain/report.ts'
import { SEVERITIES } from '../domain/vocabulary.ts'
import { HarnessError } from '../errors.ts'
import { checkout } from '../git/checkout.ts'
import { headOf, resolveRef } from '../git/refs.ts'
import { readReport } from '../read-report.ts'
import { comparisonMarkdown } from '../report/comparison/markdown.ts'
import { totalsIn, withoutNotes } from '../report/comparison/gather.ts'
import { comparisonText, stateText } from '../report/comparison/terminal.ts'
import { htmlPage } from '../report/html/html.ts'
import { lookOf } from '../report/look.ts'
import { didYouMean } from '../config/nearest.ts'
import { isUnicode, lookFor } from './appearance.ts'
import type { Host } from './host.ts'
import { assertWritable, writeOutput } from './outputs.ts'
import { runProject } from './run-project.ts'

/** Flags of `diff` as commander gives them. */
export interface DiffFlags extends Flags {
  readonly config?: string
  readonly dir?: string
  readonly reporter?: string
  readonly json?: boolean
  readonly outputFile?: string
  readonly color?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
}

const WORK_TREE = 'work tree'
const REPORTERS = ['terminal', 'markdown', 'html', 'json'] as const

/**
 * Compares two states of a project: commits, the work tree, reports.
 *
 * @param before a report, or what git calls a commit; `main...topic` is where topic left main, and topic
 * @param after likewise; default: the work tree
 * @returns the exit code: 1 where something opened that a gate would stop at
 * @throws HarnessError where a state could not be had or checked
 */
export async function diff(
  before: string,
  after: string | undefined,
  flags: DiffFlags,
  host: Host,
): Promise<0 | 1> {
  const reporter = reporterOf(flags)
  const output = flags.outputFile === undefined ? undefined : resolve(host.cwd, flags.outputFile)
  if (output !== undefined) assertWritable([{ reporter: 'terminal', path: output }])
  const [first, second] = statesOf(before, after)
  const one = await obtain(first, flags, host)
  const other = await obtain(second, flags, host)
  const comparison = compare(one, other)
  const code = exitCodeOf(comparison, other.gate, flags)
  const toFile = output !== undefined
  const text = textOf(reporter, comparison, { after: other.report, exitCode: code, toFile }, flags, host)
  if (toFile) writeOutput(output, text)
  else host.stdout.write(text)
  return code
}

/** `a...b` is what b changed since it left a. */
function statesOf(before: string, after: string | undefined): readonly [string, string | undefined] {
  const { left, right } = /^(?<left>.+?)\.\.\.(?<right>.*)$/.exec(before)?.groups ?? {}
  if (left === undefined || after !== undefined) return [before, after]
  return [`${left}...${right || 'HEAD'}`, right || 'HEAD']
}

interface Obtained extends NamedReport {
  readonly gate?: Config['gate']
}

/** The report of a state: read from a file, or that of a run. */
async function obtain(given: string | undefined, flags: DiffFlags, host: Host): Promise<Obtained> {
  const { cwd, environment, signal } = host
  if (given !== undefined && isFile(resolve(cwd, given)))
    return reported(wholeReport(resolve(cwd, given), given), given)
  const projectDir = resolve(cwd, flags.dir ?? '.')
  if (given === undefined) return runIn(projectDir, await workTree(projectDir, host), flags, host)
  refuseMissingFile(given)
  const sha = await resolveRef(projectDir, given, { environment, signal })
  await using tree = await checkout(projectDir, sha, { environment, signal })
  return await runIn(tree.dir, { name: given, sha }, flags, host).catch((error: unknown) => {
    if (!(error instanceof HarnessError)) throw error
    throw new HarnessError(error.code, `at ${given}: ${error.message}`, { hint: error.hint, cause: error })
  })
}

/** What a run left as it was has neither come nor gone. @throws HarnessError USAGE */
function wholeReport(path: string, name: string): Report {
  const report = readReport(path, name, '')
  if (!isPartial(report.run)) return report
  throw new HarnessError('USAGE', `${name} is a report of what changed: it says nothing about the rest`, {
    hint: 'Write one of the whole: rls-harness check --json > report.json',
  })
}

/** A report says itself which commit it is about. */
function reported(report: Report, name: string): Obtained {
  const { git } = report.run
  return { state: { name, ...(git && !git.dirty ? { sha: git.sha } : {}) }, report }
}

/** Nobody names a commit like a report: it is the file that is missing. */
function refuseMissingFile(given: string): void {
  if (given.endsWith('.json'))
    throw new HarnessError('USAGE', `${given}: there is no such report`, {
      hint: 'Write it with: rls-harness check --json > report.json',
    })
}

/** The project as it lies there; outside of a repository it has no commit. */
async function workTree(projectDir: string, { environment, signal }: Host): Promise<NamedReport['state']> {
  const head = await headOf(projectDir, { environment, signal }).catch(() => undefined)
  return head && !head.dirty ? { name: WORK_TREE, sha: head.sha } : { name: WORK_TREE }
}

async function runIn(
  dir: string,
  state: NamedReport['state'],
  flags: DiffFlags,
  host: Host,
): Promise<Obtained> {
  const { cwd, environment } = host
  // the configuration of the same place at that commit
  const configPath =
    flags.config === undefined
      ? undefined
      : resolve(dir, relative(resolve(cwd, flags.dir ?? '.'), resolve(cwd, flags.config)))
  const config = await loadConfig({ cwd, dir, configPath, environment, flags })
  return { state, report: await runProject(config, flags, host), gate: config.gate }
}

/** A gate stops at what is new: findings from its severity on, and what could be tested before. */
function exitCodeOf(comparison: Comparison, gate: Config['gate'] | undefined, flags: DiffFlags): 0 | 1 {
  const own = settingsFromFlags(flags)
  const failOn = own.failOn ?? gate?.failOn ?? 'error'
  const strict = own.strict ?? gate?.strict ?? false
  if (failOn === 'never') return 0
  const { findings, untested, access } = comparison
  const worse = [
    ...findings.opened.map(({ finding }) => finding),
    ...findings.changed.filter(isWorse).map(({ after }) => after),
  ]
  const stops =
    worse.some(({ severity }) => SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(failOn)) ||
    untested.opened.length > 0 ||
    (strict && access.some(({ direction }) => direction !== 'closed'))
  return stops ? 1 : 0
}

/** The page knows cells by their relation: of a bucket or topics by the table that they stand in. */
const relationOf = (subject: string): string =>
  /^(?:storage\.objects|realtime\.messages)(?=\/)/.exec(subject)?.[0] ?? subject

function reporterOf({ reporter, json }: DiffFlags): (typeof REPORTERS)[number] {
  const wanted = reporter ?? (json ? 'json' : 'terminal')
  const found = REPORTERS.find((one) => one === wanted)
  if (found !== undefined) return found
  throw new HarnessError('USAGE', `--reporter: "${wanted}" is not one of ${REPORTERS.join(', ')}`, {
    hint: didYouMean(wanted, REPORTERS),
  })
}

function textOf(
  reporter: (typeof REPORTERS)[number],
  comparison: Comparison,
  { toFile, ...options }: { readonly after: Report; readonly exitCode: 0 | 1; readonly toFile: boolean },
  flags: DiffFlags,
  host: Host,
): string {
  switch (reporter) {
    case 'terminal':
      return comparisonText(
        comparison,
        options,
        toFile
          ? lookOf({ colour: flags.color === true, unicode: isUnicode(host), width: 100 })
          : lookFor(host, flags.color),
      )
    case 'markdown':
      return comparisonMarkdown(comparison, options)
    case 'html':
      return htmlPage(options.after, {
        compared: `${stateText(comparison.before)} → ${stateText(comparison.after)}: ${totalsIn(withoutNotes(comparison)).join(', ')}`,
        changed: comparison.access.map(({ subject, aspect }) => `${relationOf(subject)}/${aspect}`),
      })
    case 'json':
      return `${JSON.stringify(comparison, null, 2)}\n`
  }
}
