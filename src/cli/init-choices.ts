import { placeOf } from '../config/detect/written.ts'
import { didYouMean } from '../config/nearest.ts'
import { HarnessError } from '../errors.ts'
import type { Migrations } from '../init/config-file.ts'
import { CI_PROVIDERS, type CiProvider, type Facts } from '../init/facts.ts'
import type { Choices } from '../init/plan.ts'
import type { Prompts } from './prompts.ts'

/** What of the choices is left to a person or to the defaults. */
export type Open = Pick<Choices, 'migrations' | 'ci'>

/**
 * The defaults: what detection alone finds needs no choice, several sources stay undecided. GitHub where nothing says
 * who runs the checks.
 */
export function defaultsFor(facts: Facts, ci: CiProvider | undefined): Open {
  return { migrations: migrationsOf(facts), ci: ci ?? facts.ci ?? 'github' }
}

/** What lies where nobody looks is said even where it is the only SQL that there is. */
function migrationsOf({ sources, candidates }: Facts): Migrations {
  const found = sources.length > 0 ? sources : candidates
  const [only, ...others] = found.map(({ source }) => source)
  // nobody has asked for a command: it is the project's code
  if (only === undefined || others.length > 0 || 'command' in only)
    return { kind: 'undecided', sources: found.map(({ source }) => source) }
  return sources.length > 0 ? { kind: 'detected', source: only } : { kind: 'chosen', sources: [only] }
}

/**
 * Asks what the defaults leave open, and whether to go on.
 * @returns null where the person ends it
 */
export async function askFor(
  facts: Facts,
  defaults: Open,
  given: CiProvider | undefined,
  prompts: Prompts,
): Promise<Open | null> {
  const migrations = await askMigrations(facts, defaults.migrations, prompts)
  if (migrations === null) return null
  const ci = given ?? facts.ci ?? (await askCi(prompts))
  if (ci === null) return null
  const goOn = await prompts.yes(
    'Write what is missing, and check the project once? Nothing that is there is changed.',
  )
  return goOn ? { migrations, ci } : null
}

async function askMigrations(facts: Facts, found: Migrations, prompts: Prompts): Promise<Migrations | null> {
  if (found.kind !== 'undecided' || facts.config !== null) return found
  const { sources } = found
  const options = sources.map((source, index) => ({
    value: String(index),
    label: 'tool' in source ? `${source.tool} in ${source.dir ?? '.'}` : placeOf(source),
  }))
  const answer = await prompts.some('Which migrations are applied, in this order?', options)
  if (answer === null) return null
  const chosen = sources.filter((_, index) => answer.includes(String(index)))
  return chosen.length === 0 ? found : { kind: 'chosen', sources: chosen }
}

const askCi = (prompts: Prompts): Promise<CiProvider | null> =>
  prompts.one('Who runs the checks?', [
    { value: 'github', label: 'GitHub Actions' },
    { value: 'gitlab', label: 'GitLab CI' },
    { value: 'none', label: 'somebody else: no file for it' },
  ])

/** @throws HarnessError USAGE */
export function providerOf(text: string | undefined): CiProvider | undefined {
  if (text === undefined) return undefined
  const provider = CI_PROVIDERS.find((candidate) => candidate === text)
  if (provider !== undefined) return provider
  throw new HarnessError('USAGE', `--ci: "${text}" is not one of ${CI_PROVIDERS.join(', ')}`, {
    hint: didYouMean(text, CI_PROVIDERS),
  })
}
