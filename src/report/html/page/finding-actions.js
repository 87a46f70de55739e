/** @import { Model } from './model.js' */
/** @import { PageFinding } from '../page-data.ts' */
import { copyButton } from './copy.js'
import { codeOf, element, nameOf } from './dom.js'
import { section } from './section.js'
import { ignoreEntry } from './snippet.js'
import { count } from './words.js'

/**
 * What was tried on a clone, else what usually closes findings of its kind.
 * @param {PageFinding} finding
 * @param {string} usual
 */
export function remedy({ remedy: proposed }, usual) {
  if (!proposed) return usual === '' ? null : section('Remedy', [element('p', {}, usual)])
  const { sql, verified } = proposed
  const badge = element(
    `span.badge.${verified ? 'good' : 'plain'}`,
    { title: verified ? 'it was applied to a clone, and the probes went green' : 'nobody has tried it' },
    verified ? '✓ verified' : 'not verified',
  )
  return section(
    'Remedy',
    [codeOf(sql)],
    element(
      'span.tools',
      {},
      badge,
      copyButton('the remedy', () => sql),
    ),
  )
}

/**
 * @param {PageFinding} finding
 * @param {Model} model
 */
export function reproduction(finding, model) {
  const script = model.scriptOf(finding)
  if (!script)
    return section('Reproduction', [
      element('p', {}, `There is no script: ${finding.withoutScript ?? 'none was made'}.`),
    ])
  const { text, who, statements } = script
  const lines = text.split('\n').length
  return section(
    'Reproduction',
    [
      statements.length > 0 && who !== undefined ? element('p', {}, 'As ', nameOf(who), ':') : null,
      statements.length > 0 ? codeOf(statements.join('\n')) : null,
      element(
        'details',
        {},
        element('summary', {}, `The whole script for psql, ${count(lines, 'line')}`),
        codeOf(text),
      ),
      element(
        'p.faint',
        {},
        'As a superuser, in a database with the migrations. It needs no rows and changes nothing.',
      ),
    ],
    copyButton('the script for psql', () => text),
  )
}

/** @param {PageFinding} finding */
export function acceptIt(finding) {
  if (finding.suppressed) return null
  const entry = ignoreEntry(finding)
  return section(
    'If it is intended',
    [
      element(
        'p',
        {},
        'An entry for ',
        element('code', {}, 'ignore'),
        ' in rls.config.ts. It needs a reason of ten characters or more.',
      ),
      codeOf(entry),
      finding.scope === undefined ? null : element('p.faint', {}, 'It holds for every part of the relation.'),
    ],
    copyButton('the entry', () => entry),
  )
}
