import type { Difference, DriftFinding, DriftReport, FacetChange } from '../domain/drift.ts'
import {
  accessSummary,
  accessWords,
  adviceOn,
  diffLines,
  groupsOf,
  shortName,
  stateWords,
  titleOf,
  totalsOf,
} from './drift-lines.ts'
import { hanging, lookOf, severityPaint, spread, type Look } from './look.ts'
import type { ReporterOptions } from './reporter.ts'

/** What migrations and another statement of the schema do not agree on, for a person at a terminal. */
export function driftText(report: DriftReport, options: ReporterOptions): string {
  const look = lookOf(options)
  const lines = [
    ...headLines(report, look),
    ...groupsOf(report.differences).flatMap(({ title, differences }) => [
      '',
      ` ${look.paint.strong(look.clean(title))}`,
      ...differences.flatMap((difference) => differenceLines(difference, report, look)),
    ]),
    '',
    ...accessLines(report, options, look),
    ...asideLines(report, look),
    '',
    ...hanging(' ', look.clean(adviceOn(report)), look),
    '',
    ...spread(` ${totalsOf(report)}`, `exit ${options.exitCode}`, look),
  ]
  return `${lines.join('\n')}\n`
}

function headLines({ tool, engine, migrations, other, outcome }: DriftReport, look: Look): readonly string[] {
  const version = other.version === undefined ? '' : ` (PostgreSQL ${other.version})`
  return [
    ...hanging(
      ` ${tool.name} ${tool.version}   `,
      look.clean(`migrations: ${migrations}, on ${engine.kind} PostgreSQL ${engine.version}`),
      look,
    ),
    ...hanging(' compared with ', look.clean(`${other.name}${version}`), look),
    ...(outcome === 'drift'
      ? hanging(' ', look.clean(`- what the migrations make   + what ${shortName(other)} has`), look)
      : []),
  ]
}

function differenceLines(difference: Difference, { other }: DriftReport, look: Look): readonly string[] {
  const mark =
    difference.weight === 'access'
      ? look.paint.warn(look.severities.warning)
      : look.paint.faint(look.severities.note)
  const parts = difference.with.length > 0 ? `, with ${difference.with.join(', ')}` : ''
  const text = look.clean(`${titleOf(difference)}  ${stateWords(difference, other)}${parts}`)
  const place = difference.file === undefined ? '' : look.clean(`${difference.file}:${difference.line ?? 1}`)
  const [first = '', ...more] = hanging('   ', text, look)
  return [
    ...(place === ''
      ? [`   ${mark} ${first.trimStart()}`]
      : spread(`   ${mark} ${first.trimStart()}`, look.paint.faint(place), look)),
    ...more,
    ...difference.changes.flatMap((change) => changeLines(change, look)),
  ]
}

function changeLines(change: FacetChange, look: Look): readonly string[] {
  const lines = diffLines(change)
  return [
    look.paint.faint(`       ${look.clean(change.name)}`),
    ...lines.flatMap(({ sign, text }) => {
      const paint = sign === '-' ? look.paint.bad : sign === '+' ? look.paint.good : look.paint.faint
      return hanging(`       ${sign} `, look.clean(text), look).map(paint)
    }),
  ]
}

function accessLines(report: DriftReport, { unicode }: ReporterOptions, look: Look): readonly string[] {
  const { access } = report
  const summary = hanging(' In access: ', look.clean(accessSummary(report)), look)
  if (access.kind !== 'compared') return summary
  return [
    ...summary,
    ...access.changes.flatMap((change) =>
      hanging('   ', look.clean(accessWords(change, unicode ? '→' : '->')), look),
    ),
    ...access.opened.flatMap((finding) => findingLines(finding, 'new', look)),
    ...access.closed.flatMap((finding) => findingLines(finding, 'gone', look)),
    ...access.untested.flatMap((what) => hanging(' ? ', look.clean(`untested there: ${what}`), look)),
  ]
}

function findingLines(
  { id, code, severity, relation, command, title }: DriftFinding,
  word: 'new' | 'gone',
  look: Look,
): readonly string[] {
  const mark = word === 'new' ? severityPaint(severity, look)(look.severities[severity]) : look.tick
  const [first = '', ...more] = hanging(
    '   ',
    look.clean(`${word}: ${code} ${id}  ${relation} ${command}: ${title}`),
    look,
  )
  return [` ${mark} ${first.trimStart()}`, ...more]
}

/** What was not compared or tried: never left unsaid. */
function asideLines({ notRebuilt, notes }: DriftReport, look: Look): readonly string[] {
  const left = notRebuilt.flatMap(({ kind, name, relation, reason }) => {
    const place = relation === null || name.includes(relation) ? '' : ` of ${relation}`
    return hanging(
      ' ? ',
      look.clean(`could not be rebuilt, and was not tried: ${kind} ${name}${place}: ${reason}`),
      look,
    )
  })
  const said = notes.flatMap((note) => hanging(' i ', look.clean(note), look))
  return [...(left.length > 0 ? ['', ...left] : []), ...(said.length > 0 ? ['', ...said] : [])]
}
