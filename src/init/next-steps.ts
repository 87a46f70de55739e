import type { Report } from '../domain/report.ts'
import { commandOf } from './ci-file.ts'
import type { CiProvider, Facts } from './facts.ts'
import type { Outcome } from './outcome.ts'
import { adder, runner } from './packages.ts'

/** Beside a command, what it is good for. */
const step = (command: string, why: string): string => `${command.padEnd(38)} ${why}`

/** What a person does next, in this order. */
export function nextSteps(facts: Facts, ci: CiProvider, { checked, version }: Outcome): readonly string[] {
  const { packages } = facts
  const command = commandOf(packages, version)
  const again =
    checked.kind === 'failed'
      ? [step(`${command} init`, 'again, once what is missing above can be made')]
      : []
  return [
    ...installing(facts),
    ...again,
    step(`${command} check`, 'who can read and write whose rows'),
    step(`${command} lock --update`, 'when access is meant to change: rls.lock says who gets at what'),
    ...(checked.kind === 'ran' ? gateSteps(checked.report, command) : []),
    ...(packages === null ? [] : [step(`${runner(packages)} vitest run`, 'the policy tests')]),
    ci === 'none'
      ? 'No CI job was written: --ci github or --ci gitlab writes one, docs/ci has other recipes.'
      : 'Commit what was written: from then on, every change is checked.',
  ]
}

function installing({ packages }: Facts): readonly string[] {
  if (packages === null)
    return ['Policy tests need a package.json: make one (npm init), then run rls-harness init again.']
  const lacking = ['rls-harness', 'vitest'].filter((name) => !packages.named.includes(name))
  return lacking.length === 0 ? [] : [`${adder(packages)} ${lacking.join(' ')}`]
}

/** Where something was found, what can be done about it; else what the harness cannot know by itself. */
function gateSteps({ summary, coverage }: Report, command: string): readonly string[] {
  const { error, warning } = summary.bySeverity
  if (error + warning + coverage.untested.length === 0)
    return [step('expect, in the configuration', 'what no schema says: what is public, what nobody writes')]
  return [
    step(`${command} explain <id>`, 'one finding; close it in the policies, or where it is'),
    step('', 'meant, say so in the configuration as expect'),
    step(`${command} baseline`, 'an old project: accept what there is, stop what is new'),
  ]
}
