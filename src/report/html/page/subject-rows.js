/** @import { FunctionEntry, RelationEntry } from './model.js' */
/** @import { PageFinding } from '../page-data.ts' */
import { element, nameOf } from './dom.js'
import { fileName } from './section.js'
import { COMMANDS, SEVERITIES, SIGNS, STANDINGS, count, placeOf } from './words.js'

/** @param {RelationEntry} entry */
export function relationRow(entry) {
  const { relation, findings, untested } = entry
  const policies = count(relation.policies.length, 'policy', 'policies')
  return [
    relationSign(entry),
    element(
      'span.what',
      {},
      nameOf(placeOf(relation.name, relation.scope)),
      element('span.faint', {}, `${relation.kind} · ${policies}${rowSecurityText(relation)}`),
    ),
    element(
      'span.badges',
      {},
      findingBadge(findings),
      untested.length > 0 && element('span.badge.plain', {}, `${untested.length} untested`),
    ),
    element('span.more', {}, COMMANDS.map((command) => `${command} ${relation.access[command]}`).join(' · ')),
  ]
}

/** @param {FunctionEntry} entry */
export function functionRow({ routine, findings, untested }) {
  const rights = routine.securityDefiner ? 'security definer' : 'security invoker'
  return [
    element('span.sign.note', { 'aria-hidden': 'true' }, 'ƒ'),
    element('span.what', {}, nameOf(routine.name)),
    element(
      'span.badges',
      {},
      findingBadge(findings),
      untested.length > 0 && element('span.badge.plain', {}, 'untested'),
    ),
    element('span.more', {}, `${rights} · execute ${routine.access.execute} `, fileName(routine)),
  ]
}

/**
 * The worst that is known. Where nothing was tried, nothing is right.
 * @param {RelationEntry} entry
 */
function relationSign({ relation, findings, untested }) {
  const worst = worstOf(findings)
  if (worst) return sign(worst, worst, SIGNS[worst])
  if (untested.length > 0) return sign('warning', 'untested', '?')
  const isTried = STANDINGS.some((standing) =>
    COMMANDS.some((one) => relation.cells[standing][one] !== 'none'),
  )
  return isTried ? sign('good', 'nothing found', '✓') : sign('note', 'nothing to try', '–')
}

/**
 * @param {string} kind
 * @param {string} label
 * @param {string} glyph
 */
const sign = (kind, label, glyph) =>
  element(`span.sign.${kind}`, { role: 'img', 'aria-label': label, title: label }, glyph)

/** @param {readonly PageFinding[]} findings */
const worstOf = (findings) =>
  SEVERITIES.find((severity) => findings.some((finding) => finding.severity === severity))

/** @param {readonly PageFinding[]} findings */
function findingBadge(findings) {
  const worst = worstOf(findings)
  return worst && element(`span.badge.${worst}`, {}, count(findings.length, 'finding'))
}

/** @param {RelationEntry['relation']} relation */
function rowSecurityText({ kind, rowSecurity: { enabled } }) {
  if (enabled) return ' · row security on'
  return kind === 'table' || kind === 'partitioned' ? ' · row security off' : ''
}
