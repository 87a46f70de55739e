import { isShown } from './findings.ts'
import type { Cell, Report, ReportedRelation } from '../domain/report.ts'
import { COMMANDS, STANDINGS } from '../domain/vocabulary.ts'
import type { Look } from './look.ts'
import type { Level } from './reporter.ts'
import { placeOf } from './place.ts'
import { count, pad, truncate, widthOf } from './text.ts'

/** With more relations than this only those are listed that a person must look at. */
const LISTED_AT_MOST = 30
/** four groups of `S I U D` and three gaps */
const CELLS_WIDTH = 4 * 7 + 3 * 3
/** a blank, the kind and the gaps: ` … v   …` */
const AROUND = 1 + 1 + 1 + 3
/** what stands behind the cells, where it fits beside a name of some length: `   12 findings` */
const BEHIND = 3 + 12
const LEAST_NAME = 12

interface Row {
  readonly relation: ReportedRelation
  readonly findings: number
  readonly untested: number
  /** untested, and accepted as such */
  readonly accepted: number
}

/** The access of every standing to every relation: `anon foreign team own` × select, insert, update, delete. */
export function matrix(report: Report, level: Level, look: Look): readonly string[] {
  const rows = report.relations.map((relation) => rowOf(relation, report, level))
  const reachable = rows.filter((row) => hasCells(row.relation) || needsEyes(row))
  const listed =
    level === 'all' || reachable.length <= LISTED_AT_MOST ? reachable : reachable.filter(needsEyes)
  const hidden = reachable.length - listed.length
  const closed = rows.length - reachable.length
  return [
    ...(listed.length > 0 ? table(listed, look) : []),
    ...(hidden > 0 ? [remark(`${count(hidden, 'relation')} isolated (--level all lists them)`, look)] : []),
    ...(closed > 0 ? [remark(`${count(closed, 'relation')} that no API role can reach`, look)] : []),
  ]
}

/** With more than these a newcomer sees a wall. */
const ROWS_IN_BRIEF = 4

/** The rows that a person must look at first, of relations that no group tells of; the others are counted. */
export function briefMatrix(report: Report, level: Level, look: Look): readonly string[] {
  const inGroups = new Set(
    report.groups.flatMap(({ relations }) => relations.map(({ relation }) => relation)),
  )
  const rows = report.relations.map((relation) => rowOf(relation, report, level))
  const reachable = rows.filter((row) => hasCells(row.relation) || needsEyes(row))
  const eyed = reachable.filter(needsEyes)
  const listed = eyed
    .filter(({ relation }) => !inGroups.has(relation.name))
    .sort((a, b) => b.findings - a.findings)
    .slice(0, ROWS_IN_BRIEF)
  const parts = [
    ...counted(
      eyed.length - listed.length,
      listed.length > 0 ? 'more relation' : 'relation',
      'with findings or untested',
    ),
    ...counted(reachable.length - eyed.length, 'relation', 'isolated'),
    ...counted(rows.length - reachable.length, 'relation', 'that no API role can reach'),
  ]
  return [
    ...(listed.length > 0 ? table(listed, look) : []),
    ...(parts.length > 0 ? [remark(parts.join(` ${look.dot} `), look)] : []),
  ]
}

const counted = (number: number, noun: string, what: string): readonly string[] =>
  number === 0 ? [] : [`${count(number, noun)} ${what}`]

function rowOf(relation: ReportedRelation, report: Report, level: Level): Row {
  const findings = report.findings.filter(
    (finding) =>
      finding.relation === relation.name &&
      finding.scope === relation.scope &&
      finding.suppressed === undefined &&
      isShown(finding, level),
  )
  const untested = report.coverage.untested.filter(
    (entry) => entry.relation === relation.name && entry.scope === relation.scope,
  )
  const accepted = untested.filter((entry) => entry.accepted !== undefined).length
  return { relation, findings: findings.length, untested: untested.length - accepted, accepted }
}

const needsEyes = (row: Row): boolean => row.findings > 0 || row.untested > 0

function hasCells({ cells }: ReportedRelation): boolean {
  return STANDINGS.some((standing) => COMMANDS.some((command) => cells[standing][command] !== 'none'))
}

function table(rows: readonly Row[], look: Look): readonly string[] {
  const least = LEAST_NAME + AROUND + CELLS_WIDTH + BEHIND
  const behind = look.width < least ? 0 : BEHIND
  const room = look.width - CELLS_WIDTH - AROUND - behind
  const names = rows.map((row) =>
    truncate(look.clean(placeOf(row.relation.name, row.relation.scope)), room, look.ellipsis),
  )
  const widest = Math.max(...names.map(widthOf), LEAST_NAME)
  const left = ' '.repeat(1 + widest + 5)
  return [
    `${left}${STANDINGS.map((standing) => pad(standing, 7)).join('   ')}`.trimEnd(),
    look.paint.faint(`${left}${STANDINGS.map(() => 'S I U D').join('   ')}`),
    ...rows.map((row, index) =>
      line(row.relation, pad(names[index] ?? '', widest), behind === 0 ? '' : remarkOn(row), look),
    ),
  ]
}

function line(relation: ReportedRelation, name: string, behind: string, look: Look): string {
  const groups = STANDINGS.map((standing) =>
    COMMANDS.map((command) => glyph(relation.cells[standing][command], look)).join(' '),
  )
  return ` ${name} ${kindOf(relation)}   ${groups.join('   ')}   ${behind}`.trimEnd()
}

function remarkOn(row: Row): string {
  if (row.findings > 0) return count(row.findings, 'finding')
  if (row.untested > 0) return `${row.untested} untested`
  return row.accepted > 0 ? `${row.accepted} accepted` : ''
}

function kindOf({ kind }: ReportedRelation): string {
  const letters: Readonly<Record<string, string>> = {
    view: 'v',
    materialized: 'm',
    partitioned: 'p',
    foreign: 'f',
  }
  return letters[kind] ?? ' '
}

function glyph(cell: Cell, look: Look): string {
  const sign = look.cells[cell]
  switch (cell) {
    case 'open':
      return look.paint.good(sign)
    case 'leak':
      return look.paint.bad(sign)
    case 'blocked':
    case 'untested':
      return look.paint.warn(sign)
    case 'closed':
    case 'none':
      return look.paint.faint(sign)
  }
}

const remark = (text: string, look: Look): string => look.paint.faint(`   ${text}`)
