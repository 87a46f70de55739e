/** @import { RelationEntry } from './model.js' */
/** @import { Command, Standing } from '../../../domain/vocabulary.ts' */
import { element, nameOf } from './dom.js'
import { harmless } from './visible.js'
import { CELLS, COMMANDS, STANDINGS, count, placeOf } from './words.js'

/** The name, sixteen cells, and how many findings there are. */
export const COLUMNS = 2 + STANDINGS.length * COMMANDS.length

/** @typedef {(relation: string, command: string) => boolean} IsChanged */

/**
 * A relation's line. Many are drawn while somebody scrolls: what is the same for all its cells is made once.
 * @param {RelationEntry} entry
 * @param {number} index
 * @param {number} reached the column that Tab leads to, or -1
 * @param {IsChanged} isChanged
 */
export function matrixRow(entry, index, reached, isChanged) {
  const { relation, findings } = entry
  const name = harmless(placeOf(relation.name, relation.scope))
  const row = element(
    'div.row',
    { role: 'row', 'aria-rowindex': index + 3 },
    element(
      'div.relation',
      { role: 'rowheader', title: name },
      nameOf(placeOf(relation.name, relation.scope)),
      relation.kind !== 'table' && element('small', {}, relation.kind),
    ),
    STANDINGS.flatMap((standing) =>
      COMMANDS.map((command) => cellOf(entry, standing, command, name, isChanged(relation.name, command))),
    ),
    element(
      'div.count',
      { role: 'gridcell', 'aria-label': `${name}: ${count(findings.length, 'finding')}` },
      findings.length > 0 && [
        String(findings.length),
        element('span.word', {}, findings.length === 1 ? ' finding' : ' findings'),
      ],
    ),
  )
  row.dataset['index'] = String(index)
  for (let column = 0; column < COLUMNS; column += 1) {
    const cell = row.children[column]
    cell?.setAttribute('aria-colindex', String(column + 1))
    cell?.setAttribute('tabindex', column === reached ? '0' : '-1')
  }
  return row
}

/**
 * @param {RelationEntry} entry
 * @param {Standing} standing
 * @param {Command} command
 * @param {string} name
 * @param {boolean} isChanged
 */
function cellOf({ relation, findings, accepted }, standing, command, name, isChanged) {
  const state = relation.cells[standing][command]
  const isHere = (/** @type {{ actor?: Standing, command: string }} */ one) =>
    one.actor === standing && one.command === command
  const number = findings.length === 0 ? 0 : findings.filter(isHere).length
  const isAccepted = number === 0 && accepted.some(isHere)
  let said = `${name}, ${standing}, ${command}: ${CELLS[state].label}`
  let kind = command === 'select' ? 'div.cell.edge' : 'div.cell'
  if (number > 0) said += `, ${count(number, 'finding')}`
  if (number > 0 && state !== 'leak' && state !== 'blocked') kind += '.noted'
  if (isAccepted) [said, kind] = [`${said}, accepted`, `${kind}.accepted`]
  if (isChanged) [said, kind] = [`${said}, changed`, `${kind}.changed`]
  return element(
    kind,
    { role: 'gridcell', 'aria-label': said },
    element(`span.state.${state}`, { 'aria-hidden': 'true' }, CELLS[state].glyph),
  )
}
