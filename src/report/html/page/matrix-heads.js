import { element } from './dom.js'
import { COLUMNS } from './matrix-row.js'
import { CELLS, COMMANDS, STANDINGS, STANDING_HINTS } from './words.js'

/** Two lines of headings: who, and what they try. */
export function heads() {
  return element(
    'div.heads',
    { role: 'rowgroup' },
    element(
      'div.row.standings',
      { role: 'row', 'aria-rowindex': 1 },
      element('div.relation', { role: 'columnheader', 'aria-colindex': 1 }, 'Relation'),
      STANDINGS.map((standing, group) =>
        element(
          'div.standing',
          { role: 'columnheader', 'aria-colindex': 2 + group * 4, 'aria-colspan': 4 },
          element('b', {}, standing),
          element('small', {}, STANDING_HINTS[standing]),
        ),
      ),
      element(
        'div.count',
        { role: 'columnheader', 'aria-colindex': COLUMNS },
        element('span.spoken', {}, 'Findings'),
      ),
    ),
    element(
      'div.row.commands',
      { role: 'row', 'aria-rowindex': 2 },
      element('div.relation', { role: 'columnheader', 'aria-colindex': 1 }),
      STANDINGS.flatMap((_, group) =>
        COMMANDS.map((command, number) =>
          element(
            `div.cell${number === 0 ? '.edge' : ''}`,
            {
              role: 'columnheader',
              'aria-colindex': 2 + group * 4 + number,
              'aria-label': command,
              title: command,
            },
            command.slice(0, 1).toUpperCase(),
          ),
        ),
      ),
      element('div.count', { role: 'columnheader', 'aria-colindex': COLUMNS }),
    ),
  )
}

/** What the signs mean. */
export function legend() {
  return element(
    'ul.legend',
    { 'aria-label': 'What the signs mean' },
    Object.entries(CELLS).map(([state, { glyph, label, meaning }]) =>
      element(
        'li',
        { title: meaning },
        element(`span.state.${state}`, { 'aria-hidden': 'true' }, glyph),
        label,
      ),
    ),
    element('li.noted', {}, 'with a finding'),
  )
}
