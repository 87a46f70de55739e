import type { FindingGroup, Report } from '../domain/report.ts'
import { asWhom } from './actor-text.ts'
import { declarationText, groupTitle, proven } from './group.ts'
import { hanging, lookOf } from './look.ts'
import type { ReporterOptions } from './reporter.ts'
import { inert } from './text.ts'

const INDENT = '   '

/** Everything that a group stands for, for a person at a terminal: relation by relation, with the ids of the findings. */
export function explainedGroup(group: FindingGroup, report: Report, options: ReporterOptions): string {
  const look = lookOf(options)
  const relations = group.relations.flatMap(({ relation, access, findings }) => {
    const who = access.map(({ actor, commands }) => `${asWhom(actor, report)}: ${commands.join(', ')}`)
    return [
      ...hanging(INDENT, look.clean(relation), look),
      ...who.flatMap((text) => hanging(`${INDENT}  `, text, look)),
      ...hanging(`${INDENT}  `, findings.join(' '), look).map(look.paint.faint),
    ]
  })
  const parts: readonly (readonly [heading: string, lines: readonly string[]])[] = [
    ['What was proven', proven(group, report).flatMap((text) => hanging(INDENT, text, look))],
    ['Where', relations],
    ['Remedy', hanging(INDENT, look.clean(group.remedy), look)],
    ['To accept it, in rls.config.ts', declarationText(group).map((line) => `${INDENT}${look.clean(line)}`)],
    ['To know more of one', hanging(INDENT, 'rls-harness explain and the id of a finding', look)],
  ]
  const lines = [
    groupTitle(group, look),
    ...hanging(INDENT, look.clean(group.title), look),
    ...parts.flatMap(([heading, inner]) =>
      inner.length === 0 ? [] : ['', ` ${look.paint.strong(look.clean(heading))}`, ...inner],
    ),
  ]
  return `${lines.map(inert).join('\n')}\n`
}
