/** @import { Child } from './dom.js' */
/** @import { Model } from './model.js' */
/** @import { PageFinding } from '../page-data.ts' */
/** @import { Blame, Check, Truth } from '../../../domain/report.ts' */
import { codeOf, element, nameOf, shown } from './dom.js'
import { acceptIt, remedy, reproduction } from './finding-actions.js'
import { fileName, section } from './section.js'
import { oneLine, valueText } from './words.js'

/**
 * Everything that is known of one finding, from what was seen to how it is accepted.
 * @param {PageFinding} finding
 * @param {Model} model
 */
export function findingSections(finding, model) {
  const info = model.page.codes[finding.code]
  return [
    acceptance(finding),
    element('p.lead', {}, shown(finding.evidence === '' ? finding.title : finding.evidence)),
    info && info.impact !== '' ? element('p.impact', {}, info.impact) : null,
    section('Steps', [steps(finding)]),
    section('What let it through', finding.blame.map(blamed)),
    section('What was checked, in the server’s order', [checks(finding)]),
    section('The least that still shows it', [witness(finding)]),
    remedy(finding, info?.remedy ?? ''),
    reproduction(finding, model),
    acceptIt(finding),
    element('p.faint', {}, 'fingerprint ', element('code', {}, finding.fingerprint)),
  ]
}

/** @param {PageFinding} finding */
function acceptance({ suppressed }) {
  if (!suppressed) return null
  const { by, reason, expires } = suppressed
  return element(
    'p.notice',
    {},
    element('b', {}, by === 'baseline' ? 'In the baseline: ' : 'Accepted: '),
    shown(reason),
    expires !== undefined && ` (until ${expires})`,
  )
}

/** @param {PageFinding} finding */
const steps = ({ steps: all = [] }) =>
  all.length === 0
    ? null
    : element(
        'ol',
        {},
        all.map(({ command, relation }) => element('li', {}, `${command} on `, nameOf(relation))),
      )

/** @param {Blame} blame */
function blamed({ policy, statement, through, ...place }) {
  return element(
    'div.card',
    {},
    element(
      'div.heading',
      {},
      element(
        'b',
        {},
        policy === undefined ? 'not a policy' : 'policy ',
        policy !== undefined && nameOf(policy),
      ),
      fileName(place),
    ),
    statement !== undefined && codeOf(statement),
    through !== undefined &&
      element('div.through', {}, element('span.label', {}, 'through'), codeOf(through)),
  )
}

/** @param {PageFinding} finding */
const checks = ({ checks: all = [] }) =>
  all.length === 0 ? null : element('ol.checks', {}, all.map(checked))

/** @param {Check} check */
function checked(check) {
  const atoms = check.kind === 'policy' ? check.atoms : []
  return element(
    'li',
    {},
    element('div.heading', {}, element('span', {}, whatOf(check)), fileName(check)),
    check.statement !== undefined && element('code.said', { dir: 'ltr' }, shown(oneLine(check.statement))),
    atoms.length > 0 &&
      element(
        'ul.atoms',
        {},
        atoms.map(({ text, came }) =>
          element('li', {}, truth(came), element('code', { dir: 'ltr' }, shown(oneLine(text)))),
        ),
      ),
  )
}

/**
 * @param {Check} check
 * @returns {readonly Child[]}
 */
function whatOf(check) {
  switch (check.kind) {
    case 'privilege':
      return [
        'privilege: ',
        nameOf(check.role),
        `${check.held ? ' holds ' : ' does not hold '}${check.privilege} on `,
        nameOf(check.on),
      ]
    case 'view':
    case 'function':
      return [`${check.kind} `, nameOf(check.name), ': what it reads, it reads as ', nameOf(check.runsAs)]
    case 'row security':
      return ['row security of ', nameOf(check.relation), `: ${check.state}`]
    case 'policy':
      return [
        truth(check.came),
        check.permissive ? 'policy ' : 'restrictive policy ',
        nameOf(check.policy),
        ` for ${check.command}, ${check.side === 'using' ? 'using' : 'with check'}`,
        check.error !== undefined && ': ',
        ...(check.error === undefined ? [] : shown(check.error)),
      ]
  }
}

/** @param {Truth} came */
const truth = (came) =>
  element(`span.truth.${came === true ? 'yes' : 'no'}`, {}, came === null ? 'NULL' : String(came))

/** @param {PageFinding} finding */
function witness({ witness: least }) {
  if (!least) return null
  const { role, claims, settings } = least.session
  const session = Object.entries({ role, ...claims, ...settings })
  const row = Object.entries(least.row)
  return element('dl', {}, pairs('session', session), pairs('row', row.length === 0 ? [['any', '']] : row))
}

/**
 * @param {string} label
 * @param {readonly (readonly [string, unknown])[]} entries
 */
const pairs = (label, entries) => [
  element('dt', {}, label),
  element(
    'dd',
    {},
    entries.map(([key, value]) =>
      element('code.pair', { dir: 'ltr' }, shown(value === '' ? key : `${key} = ${valueText(value)}`)),
    ),
  ),
]
