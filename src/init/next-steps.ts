import type { Report } from '../domain/report.ts'
import { commandOf } from './ci-file.ts'
import type { CiProvider, Facts } from './facts.ts'
import type { Outcome } from './outcome.ts'
import { adder, runner } from './packages.ts'

/** A command, and what it is good for. */
type Step = readonly [command: string, why: string]

/** What a person does next, in this order. */
export function nextSteps(facts: Facts, ci: CiProvider, { checked, version }: Outcome): readonly string[] {
  const { packages } = facts
  const command = commandOf(packages, version)
  const steps: readonly Step[] = [
    ...(checked.kind === 'failed'
      ? [[`${command} init`, 'again, once what is missing above can be made'] as const]
      : []),
    [`${command} check`, 'who can read and write whose rows'],
    ...(checked.kind === 'ran' ? gateSteps(checked.report, command) : []),
    ...(packages === null ? [] : [[`${runner(packages)} vitest run`, 'the policy tests'] as const]),
    ...(checked.kind === 'ran' && ci !== 'none' ? serverSteps(checked.report, command) : []),
  ]
  return [...installing(facts), ...aligned(steps), ending(ci)]
}

function aligned(steps: readonly Step[]): readonly string[] {
  const width = Math.max(...steps.map(([command]) => command.length))
  return steps.map(([command, why]) => `${command.padEnd(width)}  ${why}`)
}

function installing({ packages }: Facts): readonly string[] {
  if (packages === null)
    return ['Policy tests need a package.json: make one (npm init), then run rls-harness init again.']
  const lacking = ['rls-harness', 'vitest'].filter((name) => !packages.named.includes(name))
  return lacking.length === 0 ? [] : [`${adder(packages)} ${lacking.join(' ')}`]
}

/** Where something was found, what can be done about it; else what the harness cannot know by itself. */
function gateSteps({ summary, coverage }: Report, command: string): readonly Step[] {
  const { error, warning } = summary.bySeverity
  const lock: Step = [`${command} lock --update`, 'after a change of access that is meant']
  if (error + warning + coverage.untested.length === 0)
    return [['expect, in the configuration', 'what no schema says: what is public, what nobody writes'], lock]
  return [
    [`${command} explain <id>`, 'one finding; close it in the policies, or where it is'],
    ['', 'meant, say so in the configuration as expect'],
    [`${command} baseline write`, 'an old project: accept what there is, stop what is new'],
    lock,
  ]
}

/** A PostgreSQL of this machine is not there in CI. */
function serverSteps({ run: { engine } }: Report, command: string): readonly Step[] {
  if (engine.kind !== 'system') return []
  const major = Number.parseInt(engine.version, 10)
  return [
    [
      `${command} check --engine embedded`,
      `as in CI, without a PostgreSQL ${major}: names the package to add`,
    ],
  ]
}

const ending = (ci: CiProvider): string =>
  ci === 'none'
    ? 'No CI job was written: --ci github or --ci gitlab writes one, docs/ci has other recipes.'
    : 'Commit what was written: from then on, every change is checked.'
