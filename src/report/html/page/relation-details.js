/** @import { Model, RelationEntry } from './model.js' */
/** @import { Place } from '../view.ts' */
/** @import { ReportedPolicy, ReportedRelation } from '../../../domain/report.ts' */
import { codeOf, element, nameOf, shown } from './dom.js'
import { fileName, section } from './section.js'
import { CELLS, COMMANDS, SIGNS, count, oneLine } from './words.js'

/**
 * Who may do what with a relation, and what says so.
 * @param {RelationEntry} entry
 * @param {Model} model
 * @param {(place: Place) => string} addressOf
 */
export function relationSections(entry, model, addressOf) {
  const { relation, findings, accepted, untested } = entry
  return [
    facts(relation),
    section('Findings', [findingLinks(findings, addressOf)]),
    section('Accepted', [findingLinks(accepted, addressOf)]),
    section('Untested', untested.map(untestedLine)),
    section('The widest audience that got through', [access(relation)]),
    section(`Policies (${relation.policies.length})`, policies(relation, relation.policies)),
    section('Privileges', [privileges(relation)]),
    section('Whose rows', [ownership(relation)]),
    section('What was seen of its policies', [coverage(relation, model)]),
  ]
}

/**
 * One cell: what it came to, what stands behind it, what was tried.
 * @param {RelationEntry} entry
 * @param {Extract<Place, { kind: 'cell' }>} place
 * @param {Model} model
 */
export function cellSections({ relation, untested }, { command, standing }, model) {
  const state = relation.cells[standing][command]
  const about = relation.policies.filter((policy) => policy.command === command || policy.command === 'all')
  const here = untested.filter(
    (one) => one.command === command && (one.actor === standing || one.actor === 'all'),
  )
  return {
    state: element(
      'p.lead',
      {},
      element(`span.state.${state}`, { 'aria-hidden': 'true' }, CELLS[state].glyph),
      ' ',
      element('b', {}, CELLS[state].label),
      `: ${CELLS[state].meaning}`,
    ),
    untested: section('Untested', here.map(untestedLine)),
    policies: section(`Policies for ${command} (${about.length})`, policies(relation, about)),
    attempts: section('What was tried', [attempts(relation, command, model)]),
  }
}

/** @param {ReportedRelation} relation */
function facts(relation) {
  const { enabled, forced } = relation.rowSecurity
  return element(
    'p.facts',
    {},
    element('span', {}, relation.kind),
    element('span', {}, `row security ${enabled ? (forced ? 'forced' : 'on') : 'off'}`),
    element('span', {}, relation.exposed ? 'served through the API' : 'not served through the API'),
    fileName(relation),
  )
}

/**
 * @param {RelationEntry['findings']} findings
 * @param {(place: Place) => string} addressOf
 */
export const findingLinks = (findings, addressOf) =>
  findings.length === 0
    ? null
    : element(
        'ul.links',
        {},
        findings.map(({ id, code, command, actor, severity }) =>
          element(
            'li',
            {},
            element(`span.sign.${severity}`, { title: severity }, SIGNS[severity]),
            element('a', { href: addressOf({ kind: 'finding', id }) }, code),
            element('span.faint', {}, ` ${command}${actor === undefined ? '' : ` · ${actor}`}`),
          ),
        ),
      )

/** @param {RelationEntry['untested'][number]} entry */
const untestedLine = ({ command, actor, reason, accepted }) =>
  element(
    'p',
    {},
    element('b', {}, `${command}, ${actor}: `),
    shown(reason),
    accepted && [' (accepted: ', ...shown(accepted.reason), ')'],
  )

/** @param {ReportedRelation} relation */
const access = ({ access: seen }) =>
  element(
    'dl',
    {},
    COMMANDS.flatMap((command) => [element('dt', {}, command), element('dd', {}, seen[command])]),
  )

/**
 * @param {ReportedRelation} relation
 * @param {readonly ReportedPolicy[]} all
 */
function policies(relation, all) {
  if (all.length > 0) return all.map(policyCard)
  const text =
    relation.kind === 'table' || relation.kind === 'partitioned'
      ? relation.rowSecurity.enabled
        ? 'No policy: row security lets nobody through who does not bypass it.'
        : 'Row security is off: privileges alone decide.'
      : 'It has no policies of its own: those of what it reads decide.'
  return [element('p', {}, text)]
}

/** @param {ReportedPolicy} policy */
function policyCard({ name, command, permissive, roles, using, withCheck, ...place }) {
  return element(
    'div.card',
    {},
    element('div.heading', {}, element('b', {}, nameOf(name)), fileName(place)),
    element(
      'p.faint',
      {},
      `${permissive ? 'permissive' : 'restrictive'}, for ${command}, to `,
      shown(roles.join(', ')),
    ),
    using !== null && [element('span.label', {}, 'using'), codeOf(using)],
    withCheck !== null && [element('span.label', {}, 'with check'), codeOf(withCheck)],
  )
}

/** @param {ReportedRelation} relation */
const privileges = ({ privileges: all }) =>
  all.length === 0
    ? null
    : element(
        'dl',
        {},
        all.flatMap(({ role, commands }) => [
          element('dt', {}, nameOf(role)),
          element('dd', {}, commands.length === 0 ? 'none' : commands.join(', ')),
        ]),
      )

/** @param {ReportedRelation} relation */
const ownership = ({ ownership: { kind, path, evidence } }) =>
  element(
    'div',
    {},
    element('p', {}, `${kind}${path.length > 0 ? ', by ' : ''}`, path.length > 0 && nameOf(path.join(' → '))),
    element(
      'ul',
      {},
      evidence.map((line) => element('li', {}, shown(line))),
    ),
  )

/**
 * @param {ReportedRelation} relation
 * @param {Model} model
 */
function coverage({ name }, model) {
  const about = model.page.coverage.policies.filter((one) => one.relation === name)
  if (about.length === 0) return null
  const atoms = about.flatMap((one) => one.atoms).filter(({ constant }) => constant !== true)
  const both = atoms.filter(({ seenTrue, seenFalse }) => seenTrue && seenFalse).length
  return element(
    'p',
    {},
    `${both} of ${count(atoms.length, 'atom')} held for somebody and did not hold for somebody.`,
  )
}

/**
 * @param {ReportedRelation} relation
 * @param {string} command
 * @param {Model} model
 */
function attempts(relation, command, model) {
  const rows = model.attemptsOn(relation.name, relation.scope).filter(({ words }) => words[0] === command)
  if (rows.length === 0) return null
  const heads = ['as', 'attempt', 'outcome', 'own', 'team', 'foreign', 'unowned']
  return element(
    'div.wide',
    { tabindex: 0, role: 'group', 'aria-label': 'What was tried' },
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          heads.map((head) => element('th', { scope: 'col' }, head)),
        ),
      ),
      element(
        'tbody',
        {},
        rows.map(({ words: [, actor = '', attempt = '', detail = '', outcome = ''], counts }) =>
          element(
            'tr',
            {},
            element('td', {}, nameOf(actor)),
            element('td', {}, shown(oneLine(detail === '' ? attempt : `${attempt} (${detail})`))),
            element('td', {}, shown(oneLine(outcome))),
            counts.map((number) => element('td.number', {}, number === 0 ? '' : String(number))),
          ),
        ),
      ),
    ),
  )
}
