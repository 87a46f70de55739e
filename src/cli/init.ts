import { resolve } from 'node:path'
import { detectSources } from '../config/detect/choose.ts'
import { isDirectory } from '../config/detect/detector.ts'
import { loadConfig } from '../config/load.ts'
import type { Flags } from '../config/settings.ts'
import { HarnessError } from '../errors.ts'
import type { Facts } from '../init/facts.ts'
import { look } from '../init/look.ts'
import type { Checked } from '../init/outcome.ts'
import {
  planCi,
  planConfig,
  planSuite,
  planVitest,
  type Addition,
  type Choices,
  type PlannedFile,
} from '../init/plan.ts'
import { foundText, summaryText } from '../init/summary.ts'
import { lacks, writeNew, type Written } from '../init/write.ts'
import { isLive, isUnicode } from './appearance.ts'
import type { Host } from './host.ts'
import { askFor, defaultsFor, providerOf } from './init-choices.ts'
import { progressTo } from './progress.ts'

/** Flags of `init` as commander gives them. */
export interface InitFlags extends Flags {
  readonly yes?: boolean
  readonly ci?: string
  readonly json?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
}

/**
 * Writes what a project needs to be checked: a configuration, a first suite, a job for its CI, the access lock. What is
 * there stays as it is.
 * @returns the exit code: 2 where the check could not run, whatever it found otherwise; null where a person ended it
 * @throws HarnessError where there is nothing to set up, or a file cannot be written
 */
export async function init(
  dir: string | undefined,
  flags: InitFlags,
  host: Host,
  version: string,
): Promise<0 | 2 | null> {
  const provider = providerOf(flags.ci)
  const projectDir = resolve(host.cwd, dir ?? '.')
  if (!isDirectory(projectDir))
    throw new HarnessError('CONFIG_NOT_FOUND', `${dir ?? projectDir}: there is no such directory`)
  const facts = look(projectDir)
  // throws what `check` would say: there is no SQL at all, so this is hardly the project
  if (facts.config === null && facts.sources.length + facts.candidates.length === 0) detectSources(projectDir)
  host.stdout.write(foundText(facts))
  const open = await decide(facts, provider, flags, host)
  if (open === null) return null
  const choices: Choices = { ...open, json: flags.json ?? false, version }
  const config = writeNew(projectDir, planConfig(facts, choices))
  const checked = await checkOnce(projectDir, facts, flags, host)
  const report = checked.kind === 'ran' ? checked.report : null
  const planned = [planSuite(facts, report), planVitest(facts), ...planCi(facts, choices)]
  const files = [config, ...existing(facts), ...filesIn(planned).map((file) => writeNew(projectDir, file))]
  const additions = planned.filter(isAddition).filter((addition) => lacks(projectDir, addition))
  host.stdout.write(summaryText(facts, choices.ci, { files, additions, checked, version }))
  return checked.kind === 'failed' ? 2 : 0
}

async function decide(
  facts: Facts,
  provider: Choices['ci'] | undefined,
  flags: InitFlags,
  host: Host,
): Promise<Pick<Choices, 'migrations' | 'ci'> | null> {
  const defaults = defaultsFor(facts, provider)
  const ci = host.environment['CI'] ?? ''
  const isCi = !['', 'false', '0'].includes(ci)
  if (host.prompts && !isCi && !flags.yes) return askFor(facts, defaults, provider, await host.prompts())
  const why = flags.yes ? '--yes' : isCi ? 'CI is set' : 'this is no terminal'
  host.stdout.write(`\n Nothing is asked (${why}): the defaults are taken.\n`)
  return defaults
}

/** One run, for the example of the suite. Without it everything else is written all the same. */
async function checkOnce(projectDir: string, facts: Facts, flags: InitFlags, host: Host): Promise<Checked> {
  if (facts.packages === null || facts.suite !== null) return { kind: 'not needed' }
  const { environment, signal, today } = host
  const progress = progressTo(host.stderr, {
    quiet: flags.quiet ?? false,
    live: isLive(host.stderr, environment),
    unicode: isUnicode(host),
  })
  try {
    const config = await loadConfig({ cwd: projectDir, environment, flags })
    const report = await host.run(config, { environment, signal, today, progress: progress.show })
    return { kind: 'ran', report }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof HarnessError)) throw error
    return { kind: 'failed', message: error.message, hint: error.hint }
  } finally {
    progress.end()
  }
}

/** A configuration of Vitest that starts the server already is named as kept, like every file that is there. */
const existing = ({ vitestConfig }: Facts): readonly Written[] =>
  vitestConfig?.ready ? [{ path: vitestConfig.path, state: 'kept' }] : []

type Planned = PlannedFile | Addition | null

const isAddition = (planned: Planned): planned is Addition => planned !== null && 'lines' in planned

const filesIn = (planned: readonly Planned[]): readonly PlannedFile[] =>
  planned.filter((one): one is PlannedFile => one !== null && 'text' in one)
