import { existsSync } from 'node:fs'
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
import { LOCK_NAME, lockText } from '../lock/text.ts'
import type { Host } from './host.ts'
import { askFor, defaultsFor, providerOf } from './init-choices.ts'
import { runProject } from './run-project.ts'

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
  const lock = report === null ? keptLock(projectDir) : { path: LOCK_NAME, text: lockText(report) }
  const planned = [planSuite(facts, report), planVitest(facts), ...planCi(facts, choices), lock]
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

/** One run, for the example of the suite and for the lock. Without it everything else is written all the same. */
async function checkOnce(projectDir: string, facts: Facts, flags: InitFlags, host: Host): Promise<Checked> {
  const hasSuite = facts.packages === null || facts.suite !== null
  if (hasSuite && existsSync(resolve(projectDir, LOCK_NAME))) return { kind: 'not needed' }
  const { environment, signal } = host
  try {
    const config = await loadConfig({ cwd: projectDir, environment, flags })
    if (config.narrowed)
      throw new HarnessError('USAGE', 'RLS_SCHEMA is set: a narrowed run observes a part of the access', {
        hint: 'Run rls-harness init again without it.',
      })
    return { kind: 'ran', report: await runProject(config, flags, host) }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof HarnessError)) throw error
    return unchosen(facts, error) ?? { kind: 'failed', message: error.message, hint: error.hint }
  }
}

/** Where the migrations have to be chosen, that is what to do: the places that were looked at in vain are no news. */
function unchosen({ candidates, sources }: Facts, { code }: HarnessError): Checked | undefined {
  if (code !== 'SOURCES_NOT_FOUND' && code !== 'SOURCES_AMBIGUOUS') return undefined
  const found = sources.length > 0 ? sources : candidates
  return {
    kind: 'failed',
    message: `the migrations are not chosen: ${found.map(({ title, place }) => `${title} in ${place}`).join(', ')}`,
    hint: 'The configuration lists them as a remark: keep those that are applied, in their order.',
  }
}

/** Without a run there is nothing to write; a lock that is there is named like every other file. */
const keptLock = (projectDir: string): PlannedFile | null =>
  existsSync(resolve(projectDir, LOCK_NAME)) ? { path: LOCK_NAME, text: '' } : null

/** A configuration of Vitest that starts the server already is named as kept, like every file that is there. */
const existing = ({ vitestConfig }: Facts): readonly Written[] =>
  vitestConfig?.ready ? [{ path: vitestConfig.path, state: 'kept' }] : []

type Planned = PlannedFile | Addition | null

const isAddition = (planned: Planned): planned is Addition => planned !== null && 'lines' in planned

const filesIn = (planned: readonly Planned[]): readonly PlannedFile[] =>
  planned.filter((one): one is PlannedFile => one !== null && 'text' in one)
