/** @import { FunctionEntry, Model, RelationEntry } from './model.js' */
/** @import { Place } from '../view.ts' */
/** @import { PageFinding } from '../page-data.ts' */
/** @import { Untested } from '../../../domain/report.ts' */
import { element, nameOf, shown } from './dom.js'
import { List } from './list.js'
import { functionRow, relationRow } from './subject-rows.js'
import { COMMANDS, SIGNS, STANDINGS, asWhom, count, oneLine, placeOf, scoped } from './words.js'

/** @typedef {(place: Place) => string} AddressOf */

/**
 * @param {Model} model
 * @param {AddressOf} addressOf
 * @returns {List<PageFinding>}
 */
export const findingList = (model, addressOf) =>
  new List({
    label: 'Findings',
    empty: model.findings.length === 0 ? nothingFound(model) : 'No finding is like this.',
    address: ({ id }) => addressOf({ kind: 'finding', id }),
    content: (finding) =>
      findingRow(finding, model, [finding.remedy?.verified && element('span.badge.good', {}, '✓ remedy')]),
  })

/** @param {Model} model */
function nothingFound({ untested, page: { outcome } }) {
  if (outcome === 'could-not-run') return 'Nothing was judged: the run could not be carried out.'
  return untested.length > 0
    ? `Nothing was found, and ${count(untested.length, 'command')} proved nothing: see “Untested”.`
    : 'Nothing was found.'
}

/**
 * @param {PageFinding} finding
 * @param {Model} model
 * @param {readonly (Node | false | undefined)[]} badges
 */
function findingRow(finding, model, badges) {
  const { severity, code, relation, scope, command, actor, evidence, title } = finding
  return [
    element(`span.sign.${severity}`, { role: 'img', 'aria-label': severity }, SIGNS[severity]),
    element(
      'span.what',
      {},
      element('b', {}, code),
      nameOf(placeOf(relation, scope)),
      element(
        'span.faint',
        {},
        `${command}${actor === undefined ? '' : ` ${asWhom(actor, model.hasTenants)}`}`,
      ),
    ),
    element('span.badges', {}, badges),
    element('span.more', {}, shown(oneLine(evidence === '' ? title : evidence))),
  ]
}

/**
 * @param {AddressOf} addressOf
 * @returns {List<RelationEntry>}
 */
export const relationList = (addressOf) =>
  new List({
    label: 'Relations',
    empty: 'No relation is like this.',
    address: ({ relation: { name, scope } }) =>
      addressOf({ kind: 'relation', relation: name, ...scoped(scope) }),
    content: relationRow,
  })

/**
 * @param {AddressOf} addressOf
 * @returns {List<FunctionEntry>}
 */
export const functionList = (addressOf) =>
  new List({
    label: 'Functions',
    empty: 'No function is like this.',
    address: ({ routine: { name } }) => addressOf({ kind: 'function', name }),
    content: functionRow,
  })

/**
 * @param {AddressOf} addressOf
 * @param {Model} model
 * @returns {List<Untested>}
 */
export const untestedList = (addressOf, model) =>
  new List({
    label: 'Untested',
    empty:
      model.untested.length === 0
        ? 'Everything that was planned proved something.'
        : 'Nothing untested is like this.',
    kind: 'tall',
    address: (entry) => addressOf(untestedPlace(entry, model)),
    content: untestedRow,
  })

/** @param {Untested} entry */
const untestedRow = ({ relation, scope, command, actor, reason, accepted }) => [
  element('span.state.untested', { 'aria-hidden': 'true' }, '?'),
  element(
    'span.what',
    {},
    nameOf(placeOf(relation, scope)),
    element('span.faint', {}, `${command} · ${actor === 'all' ? 'everybody' : actor}`),
  ),
  element(
    'span.badges',
    {},
    accepted && element('span.badge.plain', {}, accepted.by === 'baseline' ? 'in the baseline' : 'accepted'),
  ),
  element('span.more', {}, shown(oneLine(accepted ? `${accepted.reason}. ${reason}` : reason))),
]

/**
 * Where the rest is told: the cell, where there is one.
 * @param {Untested} entry
 * @param {Model} model
 * @returns {Place}
 */
function untestedPlace({ relation, scope, command, actor }, model) {
  if (command === 'execute') return { kind: 'function', name: relation }
  const known = COMMANDS.find((one) => one === command)
  const standing = STANDINGS.find((one) => one === actor)
  if (!known || !standing || !model.relationAt(relation, scope))
    return { kind: 'relation', relation, ...scoped(scope) }
  return { kind: 'cell', relation, command: known, standing, ...scoped(scope) }
}

/**
 * What is accepted: findings, and what was untested when the project was adopted.
 * @param {AddressOf} addressOf
 * @param {Model} model
 * @returns {List<PageFinding | Untested>}
 */
export const suppressionList = (addressOf, model) =>
  new List({
    label: 'Suppressions',
    empty: model.suppressed.length === 0 ? 'Nothing is accepted.' : 'Nothing accepted is like this.',
    kind: 'tall',
    address: (one) => addressOf('code' in one ? { kind: 'finding', id: one.id } : untestedPlace(one, model)),
    content: (one) => ('code' in one ? suppressedRow(one, model) : untestedRow(one)),
  })

/**
 * @param {PageFinding} finding
 * @param {Model} model
 */
function suppressedRow(finding, model) {
  const { suppressed } = finding
  const by = suppressed?.by === 'baseline' ? 'in the baseline' : 'ignored'
  const until = suppressed?.expires === undefined ? by : `${by} until ${suppressed.expires}`
  const row = findingRow(finding, model, [element('span.badge.plain', {}, until)])
  return [...row.slice(0, -1), element('span.more', {}, shown(oneLine(suppressed?.reason ?? '')))]
}
