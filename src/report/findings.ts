import { FINDINGS } from '../domain/finding.ts'
import type { Blame, Finding, Report } from '../domain/report.ts'
import { SEVERITIES } from '../domain/vocabulary.ts'
import { asWhom } from './actor-text.ts'
import { describeGroup, isTold, shownGroups } from './group.ts'
import { labelled } from './labelled.ts'
import { hanging, severityPaint, type Look } from './look.ts'
import { placeOf } from './place.ts'
import { ranked } from './ranked.ts'
import type { Level } from './reporter.ts'
import { count, truncate } from './text.ts'
import { witnessText } from './witness.ts'

/** Findings that are not ignored: what counts. */
export const openFindings = (report: Report): readonly Finding[] =>
  report.findings.filter((finding) => finding.suppressed === undefined)

/** Groups first, then every other finding that the level shows, those of one relation together, each with evidence, blame and remedy. */
export function findings(report: Report, level: Level, look: Look): readonly string[] {
  const open = openFindings(report).filter(
    (finding) => isShown(finding, level) && (level === 'all' || !isTold(finding, report)),
  )
  const one = level === 'all' ? [] : open.filter(({ code }) => FOLDED.has(code))
  const shown = open.filter((finding) => !one.includes(finding))
  const relations = [...new Set(shown.map((finding) => finding.relation))]
  return [
    ...shownGroups(report, level).flatMap((group) => ['', ...describeGroup(group, report, look)]),
    ...folded(one, report, look),
    ...ofRelations(relations, shown, report, level, look),
  ]
}

function ofRelations(
  relations: readonly string[],
  shown: readonly Finding[],
  report: Report,
  level: Level,
  look: Look,
): readonly string[] {
  const all = relations.flatMap((relation) => {
    const own = shown.filter((finding) => finding.relation === relation)
    const cause = level === 'all' ? undefined : own.find(({ code }) => UNPROTECTED.has(code))
    return cause === undefined
      ? own
      : [cause, ...own.filter(({ kind }) => kind !== 'leak' && kind !== 'static')]
  })
  const described = new Set(level === 'all' ? all : ranked({ findings: all }).slice(0, DESCRIBED_AT_MOST))
  const brief = all.filter((finding) => !described.has(finding))
  return [
    ...[...described]
      .sort((a, b) => all.indexOf(a) - all.indexOf(b))
      .flatMap((finding) => [
        '',
        ...describe(finding, report, look),
        ...(level === 'all' ? [] : consequences(finding, shown, report, look)),
      ]),
    ...briefly(brief, report, look),
  ]
}

/** With more findings than this the least severe are named and not described. */
const DESCRIBED_AT_MOST = 40

function briefly(found: readonly Finding[], report: Report, look: Look): readonly string[] {
  if (found.length === 0) return []
  return [
    '',
    `   ${count(found.length, 'more finding')}, named only (--level all describes them)`,
    ...found.map((finding) => titleOf(finding, report, look)),
  ]
}

/** Where row security is off, everything that got through is one cause's doing: it is told in a line. */
const UNPROTECTED: ReadonlySet<string> = new Set(['row-security-off', 'policy-without-row-security'])

function consequences(
  cause: Finding,
  shown: readonly Finding[],
  report: Report,
  look: Look,
): readonly string[] {
  if (!UNPROTECTED.has(cause.code)) return []
  const leaks = shown.filter(({ kind, relation }) => kind === 'leak' && relation === cause.relation)
  return [...new Set(leaks.flatMap(({ actor }) => actor ?? []))].flatMap((standing) => {
    const commands = [
      ...new Set(leaks.filter(({ actor }) => actor === standing).map(({ command }) => command)),
    ]
    return labelled('proven', `${asWhom(standing, report)}: ${commands.join(', ')}`, look)
  })
}

/** One connection that no policy binds, one grant on all tables, one step that opens several: the cause is told once, what it reaches in lines. */
function folded(found: readonly Finding[], report: Report, look: Look): readonly string[] {
  const causeOf = ({ code, actor, steps, blame: [cause] }: Finding): string =>
    code === 'escalation'
      ? JSON.stringify([code, actor, steps])
      : JSON.stringify([code, actor, cause?.statement, cause?.file, cause?.line])
  return [...new Set(found.map(causeOf))].flatMap((cause) => {
    const same = found.filter((finding) => causeOf(finding) === cause)
    const [first] = same
    if (!first) return []
    const relations = [...new Set(same.map(({ relation }) => relation))]
    const proven = relations.slice(0, RELATIONS_SHOWN).flatMap((relation) => {
      const commands = same.filter((one) => one.relation === relation).map(({ command }) => command)
      return labelled('proven', look.clean(`${relation}: ${[...new Set(commands)].join(', ')}`), look)
    })
    const more = relations.length - RELATIONS_SHOWN
    const name = relations.length > 1 ? count(relations.length, 'relation') : first.relation
    return [
      '',
      ...describe({ ...first, relation: name }, report, look),
      ...(same.length > 1 ? proven : []),
      ...(more > 0 ? labelled('', `and ${count(more, 'other relation')}`, look) : []),
    ]
  })
}

const FOLDED: ReadonlySet<string> = new Set([
  'escalation',
  'row-security-bypassed',
  'truncate-privilege',
  'trigger-privilege',
  'references-privilege',
  'sequence-privilege',
])
const RELATIONS_SHOWN = 10

/** Whether a finding of this severity is printed at this level. */
export function isShown(finding: Finding, level: Level): boolean {
  return level === 'all' || SEVERITIES.indexOf(finding.severity) >= SEVERITIES.indexOf(level)
}

export function describe(finding: Finding, report: Report, look: Look): readonly string[] {
  const evidence = look.clean(finding.evidence === '' ? finding.title : finding.evidence)
  return [
    titleOf(finding, report, look),
    ...hanging('   ', evidence, look),
    ...(finding.witness ? labelled('with', look.clean(witnessText(finding.witness)), look) : []),
    ...finding.blame.flatMap((blame) => blamed(blame, look)),
    ...labelled('more', look.clean(moreOf(finding)), look),
    ...remedy(finding, look),
  ]
}

/** Where the rest is told. */
const moreOf = ({ id, reproduction }: Finding): string =>
  `rls-harness explain ${id}${reproduction === undefined ? '' : `, rls-harness repro ${id} (for psql)`}`

/** The first line: severity, code, relation, command, as whom. */
export function titleOf(finding: Finding, report: Report, look: Look): string {
  const paint = severityPaint(finding.severity, look)
  const who = finding.actor === undefined ? '' : `  ${asWhom(finding.actor, report)}`
  const rest = `  ${finding.command}${who}`
  const room = look.width - 3 - finding.code.length - 2 - rest.length
  const relation = truncate(look.clean(placeOf(finding.relation, finding.scope)), room, look.ellipsis)
  return ` ${paint(look.severities[finding.severity])} ${paint(finding.code)}  ${look.paint.strong(relation)}${rest}`
}

/** A policy, a view, a switch: what let rows through. */
export function blamed(blame: Blame, look: Look): readonly string[] {
  const name = blame.policy === undefined ? '' : `"${blame.policy}"`
  const statement = (blame.statement ?? '').replaceAll(/\s+/g, ' ').trim()
  const repeats = blame.policy !== undefined && statement.includes(blame.policy)
  const what = look.clean([repeats ? '' : name, statement].filter((part) => part !== '').join(' '))
  const line = blame.line === undefined ? '' : `:${blame.line}`
  const where = blame.file === undefined ? '' : `${look.clean(blame.file)}${line}`
  if (blame.policy !== undefined && blame.through !== undefined)
    return labelled('admitted', look.clean(`by "${blame.policy}" through ${blame.through}`), look, where)
  return [
    ...labelled(blame.policy === undefined ? 'from' : 'policy', what, look, where),
    ...(blame.through === undefined ? [] : labelled('through', look.clean(blame.through), look)),
  ]
}

/** Whose row it is gets through only against a declaration: the policy that lets him is right in all but that. */
function adviceOn({ code, actor, relation }: Finding): string {
  if (actor === 'own' && PLAIN.has(code))
    return 'Nobody is meant to, as it is declared: drop the policy for this command, or revoke the privilege; or declare whom it is for.'
  const advice = FINDINGS[code].remedy.replace('schema.table', relation)
  // who reads it without a session is not let in by less
  return actor === 'anon' ? advice.replace("'authenticated' } }, or 'everyone'", "'everyone' } }") : advice
}

const PLAIN: ReadonlySet<string> = new Set(['read-leak', 'insert-leak', 'update-leak', 'delete-leak'])

/** What the finding proposes, else what usually closes findings of its kind. */
export function remedy(finding: Finding, look: Look): readonly string[] {
  if (finding.remedy === undefined) return labelled('remedy', look.clean(adviceOn(finding)), look)
  const { sql, verified } = finding.remedy
  const [first = '', ...others] = sql.trim().split(/\r?\n/).map(look.clean)
  return [
    ...labelled('remedy', first, look, verified ? 'verified' : 'not verified'),
    ...others.flatMap((line) => labelled('', line, look)),
  ]
}
