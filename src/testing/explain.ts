import { blameFor } from '../judge/blame.ts'
import { targetOf } from '../probe/target.ts'
import type { Actor } from '../domain/population.ts'
import type { Blame } from '../domain/report.ts'
import { withValues } from './inline.ts'
import { outcomeText } from './judgement.ts'
import type { Evidence, Judgement } from './judgement.ts'

/** Why an assertion failed, for a person: session, statement, verdict, policies, and a script that repeats it. */
export function explain(judgement: Judgement, isNot: boolean): string {
  const { expectation, observed, hint, evidence } = judgement
  return [
    `expected ${evidence.actor.name} ${isNot ? 'not ' : ''}${expectation}`,
    `  but ${observed}`,
    '',
    ...entries('session', [sessionText(evidence.actor)]),
    ...entries('statement', withValues(evidence.statement, evidence.values).split('\n')),
    ...entries('verdict', [outcomeText(evidence)]),
    ...entries('policy', blameOf(evidence).map(blameText)),
    ...(hint === undefined ? [] : entries('hint', [hint])),
    '',
    '  reproduce, on a database with the migrations and the cast:',
    ...evidence.reproduction.split('\n').map((line) => `    ${line}`),
  ].join('\n')
}

const entries = (label: string, lines: readonly string[]): readonly string[] =>
  lines.map((line, index) => `  ${(index === 0 ? label : '').padEnd(11)}${line}`)

/** Who asked: role, user, tenants, and the claims that decide most. */
export function sessionText({ name, role, login, user, tenants, claims, settings }: Actor): string {
  const extra = Object.entries(settings).map(([key, value]) => `${key} = ${value}`)
  return [
    `${name}: role ${role}${login === role || login === 'authenticator' ? '' : ` (logged in as ${login})`}`,
    user === null ? 'nobody signed in' : `sub ${user}`,
    ...(tenants.length > 0 ? [`tenant ${tenants.join(', ')}`] : []),
    ...(typeof claims['aal'] === 'string' ? [`aal ${claims['aal']}`] : []),
    ...(claims['is_anonymous'] === true ? ['anonymous'] : []),
    ...extra,
  ].join(', ')
}

/** What the server consulted: the policies of that command for that role, or why there are none. */
function blameOf({ session, actor, relation, command, outcome }: Evidence): readonly Blame[] {
  if (!relation || !command || (outcome.kind === 'denied' && outcome.by === 'privilege')) return []
  const { catalog, model, definitions } = session.knowledge
  const { base } = targetOf(catalog, model, relation)
  const standing = actor.role === 'anon' ? 'anon' : 'foreign'
  const gotThrough =
    outcome.kind === 'admitted' ||
    ((outcome.kind === 'returned' || outcome.kind === 'affected') && outcome.rows > 0)
  const found = gotThrough
    ? blameFor(catalog, relation, base, command, standing, definitions)
    : blameFor(catalog, relation, base, command, standing, definitions, (policies) => policies)
  return found.length > 0 || gotThrough
    ? found
    : [
        {
          statement: `none for ${command} to ${actor.role} on ${base.qualified}: row security refuses everything`,
        },
      ]
}

const blameText = ({ statement = '', file, line }: Blame): string =>
  `${statement.replaceAll(/\s+/g, ' ')}${file === undefined ? '' : `   ${file}:${line ?? 1}`}`
