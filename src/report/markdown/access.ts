import type { Report, ReportedRelation } from '../../domain/report.ts'
import { COMMANDS, STANDINGS } from '../../domain/vocabulary.ts'
import type { Look } from '../look.ts'
import { placeOf } from '../place.ts'
import { count, harmless, truncate } from '../text.ts'
import { codeSpan } from './mark.ts'

/** More relations than this are not listed, only those that a person must look at. */
const LISTED_AT_MOST = 30
/** of those that need eyes, too: a table without end hides what matters */
const ROWS_AT_MOST = 100
const NAME_AT_MOST = 80

/** The matrix as a table: who could select, insert, update and delete what. */
export function access(report: Report, look: Look): readonly string[] {
  const seen = report.relations.filter(hasCells)
  const eyed = seen.filter((relation) => needsEyes(relation, report))
  const listed = (seen.length <= LISTED_AT_MOST ? seen : eyed).slice(0, ROWS_AT_MOST)
  const hidden = seen.length - listed.length
  if (listed.length === 0) return hidden > 0 ? ['', `${count(hidden, 'relation')} without a finding.`] : []
  const rest = hidden > 0 ? ['', `${count(hidden, 'more relation')} not listed here.`] : []
  return [
    '',
    `| relation | ${STANDINGS.join(' | ')} |`,
    `|---|${STANDINGS.map(() => '---').join('|')}|`,
    ...listed.map((relation) => row(relation, look)),
    '',
    LEGEND,
    ...rest,
  ]
}

const LEGEND =
  'select insert update delete: · closed, ✓ open and meant to be, ✗ leak, ! blocked, ? untested, – nothing to try'

function row({ name, scope, cells }: ReportedRelation, look: Look): string {
  const groups = STANDINGS.map((standing) =>
    COMMANDS.map((command) => look.cells[cells[standing][command]]).join(' '),
  )
  return `| ${codeSpan(truncate(harmless(placeOf(name, scope), true), NAME_AT_MOST, '…'))} | ${groups.join(' | ')} |`
}

const hasCells = ({ cells }: ReportedRelation): boolean =>
  STANDINGS.some((standing) => COMMANDS.some((command) => cells[standing][command] !== 'none'))

function needsEyes({ name, scope, cells }: ReportedRelation, { findings, coverage }: Report): boolean {
  const isHere = (one: { readonly relation: string; readonly scope?: string }): boolean =>
    one.relation === name && one.scope === scope
  const isBad = STANDINGS.some((standing) =>
    COMMANDS.some((command) => ['leak', 'blocked', 'untested'].includes(cells[standing][command])),
  )
  return (
    isBad ||
    findings.some((finding) => isHere(finding) && finding.suppressed === undefined) ||
    coverage.untested.some((gap) => isHere(gap) && gap.accepted === undefined)
  )
}
