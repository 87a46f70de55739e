import type { Finding, FindingGroup, Report } from '../domain/report.ts'
import { SEVERITIES, STANDINGS, OPERATIONS } from '../domain/vocabulary.ts'
import { asWhom } from './actor-text.ts'
import { labelled } from './labelled.ts'
import { hanging, severityPaint, type Look } from './look.ts'
import type { Level } from './reporter.ts'
import { count } from './text.ts'

/** Whether a finding is told in a group of the report. */
export const isTold = ({ group }: Finding, { groups }: Pick<Report, 'groups'>): boolean =>
  groups.some(({ id }) => id === group)

/** The groups that a level shows, the most severe first. */
export const shownGroups = ({ groups }: Pick<Report, 'groups'>, level: Level): readonly FindingGroup[] =>
  groups.filter(
    ({ severity }) => level === 'all' || SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(level),
  )

/** `unprotected  30 relations`: what a group is called, and how much stands behind it. */
export function groupTitle({ id, severity, relations }: FindingGroup, look: Look): string {
  const paint = severityPaint(severity, look)
  return ` ${paint(look.severities[severity])} ${paint(id)}  ${look.paint.strong(count(relations.length, 'relation'))}`
}

/** Everything about a group: who gets where, all relations, what to do, and the words that accept it where it is meant. */
export function describeGroup(group: FindingGroup, report: Report, look: Look): readonly string[] {
  const names = group.relations.map(({ relation }) => relation).join(', ')
  return [
    groupTitle(group, look),
    ...hanging('   ', look.clean(group.title), look),
    ...proven(group, report).flatMap((text) => labelled('proven', text, look)),
    ...labelled('on', look.clean(names), look),
    ...labelled('more', `rls-harness explain ${group.id}`, look),
    ...labelled('remedy', look.clean(group.remedy), look),
    ...declarationText(group, DECLARED_AT_MOST).flatMap((line, at) =>
      labelled(at === 0 ? 'config' : '', look.clean(line), look),
    ),
  ]
}

/** `without a session: select 18, insert 30, update 30, delete 30`: on how many relations. */
export function proven({ relations }: FindingGroup, report: Pick<Report, 'tenants'>): readonly string[] {
  return STANDINGS.flatMap((standing) => {
    const commands = OPERATIONS.flatMap((command) => {
      const { length } = relations.filter(({ access }) =>
        access.some((one) => one.actor === standing && one.commands.includes(command)),
      )
      return length === 0 ? [] : [`${command} ${length}`]
    })
    return commands.length === 0 ? [] : [`${asWhom(standing, report)}: ${commands.join(', ')}`]
  })
}

/** More entries than this are left to `explain`, which prints all of them. */
const DECLARED_AT_MOST = 12

/** What to write into the configuration where a group is meant, line by line; of more than `most` entries the first. */
export function declarationText({ id, declaration }: FindingGroup, most = Infinity): readonly string[] {
  if (!declaration) return []
  const entries = Object.entries(declaration).map(
    ([name, value]) => `${quoted(name)}: ${typeof value === 'string' ? quoted(value) : objectText(value)}`,
  )
  const [only] = entries
  if (entries.length === 1) return [`expect: { ${only} }`]
  const left = entries.length - most
  return [
    'expect: {',
    ...entries.slice(0, most).map((entry) => `  ${entry},`),
    ...(left > 0 ? [`  // and ${left} more: rls-harness explain ${id}`] : []),
    '}',
  ]
}

const objectText = (value: object): string =>
  `{ ${Object.entries(value)
    .map(([key, word]) => `${key}: ${quoted(String(word))}`)
    .join(', ')} }`

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
