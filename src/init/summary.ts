import type { CiProvider, Facts } from './facts.ts'
import { nextSteps } from './next-steps.ts'
import type { Checked, Outcome } from './outcome.ts'

const MANAGERS = { npm: 'npm', pnpm: 'pnpm', yarn: 'Yarn', bun: 'Bun' } as const
const PROVIDERS = { github: 'GitHub', gitlab: 'GitLab', none: 'no CI that init knows' } as const

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

/** A word in the margin, and lines beside it. */
const block = (word: string, lines: readonly string[]): readonly string[] =>
  lines.map((line, index) => ` ${(index === 0 ? word : '').padEnd(9)}${line}`.trimEnd())

/** What was found, before anything is asked or written. */
export function foundText(facts: Facts): string {
  const { sources, candidates, packages, config } = facts
  const migrations = sources.map(
    ({ title, place, files }) => `migrations: ${title} in ${place}, ${count(files, 'file')}`,
  )
  const perhaps = candidates.map(({ title, place }) => (title === 'SQL' ? place : `${title} in ${place}`))
  const folders =
    perhaps.length === 0 ? [] : [`no migrations where they are looked for; SQL: ${some(perhaps)}`]
  const language = `${facts.typescript ? 'TypeScript' : 'JavaScript'}${facts.modules ? ', ES modules' : ''}`
  const vitest = packages?.named.includes('vitest')
    ? `, Vitest${at(facts.vitestConfig?.path)}`
    : ', no Vitest'
  const lines = [
    ...migrations,
    ...folders,
    packages === null ? 'no package.json' : `${language}, ${MANAGERS[packages.manager]}${vitest}`,
    facts.ci === null ? 'nothing that says who runs the checks' : PROVIDERS[facts.ci],
    ...(config === null ? [] : [`a configuration: ${config}`]),
  ]
  return `${block('found', lines).join('\n')}\n`
}

const at = (path: string | undefined): string => (path === undefined ? '' : ` (${path})`)

const some = (names: readonly string[]): string =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')

/** Everything that is said at the end: what became of which file, what the run came to, and what to do next. */
export function summaryText(facts: Facts, ci: CiProvider, outcome: Outcome): string {
  const { files, additions, checked } = outcome
  const changed = files.some(({ state }) => state === 'written')
  const parts = [
    files.flatMap(({ path, state }) => block(state, [path])),
    ...additions.map(({ path, lines }) => block('add', [`to ${path}:`, ...lines.map((line) => `  ${line}`)])),
    checkedLines(checked),
    changed || checked.kind === 'failed'
      ? block('next', nextSteps(facts, ci, outcome))
      : ['Everything is there already: nothing was changed.'].map((line) => ` ${line}`),
  ]
  return `\n${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function checkedLines(checked: Checked): readonly string[] {
  switch (checked.kind) {
    case 'not needed':
      return []
    case 'failed':
      return block('missing', [
        'the example of the suite and rls.lock: the check could not run',
        ...checked.message.split('\n'),
        ...(checked.hint === undefined ? [] : `hint: ${checked.hint}`.split('\n')),
      ])
    case 'ran': {
      const { summary, coverage } = checked.report
      const { error, warning } = summary.bySeverity
      return block('checked', [
        `${count(summary.relations, 'relation')}: ${count(error, 'error')}, ${count(warning, 'warning')}, ${coverage.untested.length} untested`,
      ])
    }
  }
}
