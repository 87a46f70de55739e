/** @import { Model } from './model.js' */
/** @import { AddressOf } from './lists.js' */
import { element, nameOf, shown } from './dom.js'
import { List } from './list.js'
import { oneLine } from './words.js'

/** @param {Model} model */
function emptyText(model) {
  if (model.page.coverage.policies.length === 0) return 'No policy was looked at.'
  return atomRows(model).length === 0
    ? 'Every atom that is no constant was seen to hold and not to hold.'
    : 'No atom that was not seen both ways is like this.'
}

/** @typedef {{ readonly relation: string, readonly policy: string, readonly side: string, readonly text: string, readonly seen: string }} AtomRow */

/**
 * Atoms of policies that were not seen both to hold and not to hold.
 * @param {AddressOf} addressOf
 * @param {Model} model
 * @returns {List<AtomRow>}
 */
export const atomList = (addressOf, model) =>
  new List({
    label: 'Atoms of policies that were not seen both ways',
    empty: emptyText(model),
    kind: 'tall',
    address: ({ relation }) => addressOf({ kind: 'relation', relation }),
    content: ({ relation, policy, side, text, seen }) => [
      element('span.state.untested', { 'aria-hidden': 'true' }, '?'),
      element(
        'span.what',
        {},
        element('code', { dir: 'ltr' }, shown(oneLine(text))),
        element('span.faint', {}, shown(seen)),
      ),
      element('span.badges', {}),
      element(
        'span.more',
        {},
        nameOf(relation),
        ' · ',
        nameOf(policy),
        ` · ${side === 'using' ? 'using' : 'with check'}`,
      ),
    ],
  })

/**
 * @param {Model} model
 * @returns {readonly AtomRow[]}
 */
export const atomRows = (model) =>
  model.page.coverage.policies.flatMap(({ relation, policy, side, atoms }) =>
    atoms
      .filter(({ seenTrue, seenFalse, constant }) => constant !== true && !(seenTrue && seenFalse))
      .map((atom) => ({ relation, policy, side, text: atom.text, seen: seenText(atom) })),
  )

/** @param {{ seenTrue: boolean, seenFalse: boolean, trueFor?: string, falseFor?: string, why?: string }} atom */
function seenText({ seenTrue, seenFalse, trueFor, falseFor, why }) {
  const seen = seenTrue
    ? `true for ${trueFor ?? 'somebody'}, never false`
    : seenFalse
      ? `false for ${falseFor ?? 'somebody'}, never true`
      : 'never seen'
  return why === undefined ? seen : `${seen} (${why})`
}

/**
 * The list, under what there is altogether.
 * @param {Model} model
 * @param {HTMLElement} list
 */
export function withCoverage({ page }, list) {
  const { coverage, scenarios } = page.texts
  const all = [coverage, scenarios].filter((text) => text !== null).join(', ')
  return element('div.matrix', {}, all !== '' && element('p.seen', {}, all), list)
}
