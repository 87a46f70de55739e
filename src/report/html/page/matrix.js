/** @import { Model, RelationEntry } from './model.js' */
/** @import { Place } from '../view.ts' */
import { element } from './dom.js'
import { stepBy } from './list.js'
import { heads, legend } from './matrix-heads.js'
import { COLUMNS, matrixRow } from './matrix-row.js'
import { VirtualRows } from './virtual-rows.js'
import { COMMANDS, STANDINGS, scoped } from './words.js'

/** Who reaches what: a grid in which the arrow keys move and Enter opens. */
export class Matrix {
  /**
   * @param {Model} model
   * @param {(place: Place) => void} open
   */
  constructor(model, open) {
    this.model = model
    this.open = open
    this.column = 1
    /** @type {Place | undefined} */
    this.current = undefined
    this.empty = element('p.empty', { hidden: true }, 'No relation is like this.')
    this.body = element('div.rows.cells', { role: 'rowgroup' })
    this.grid = element(
      'div.grid',
      { role: 'grid', 'aria-label': 'Who reaches what', 'aria-colcount': COLUMNS, 'aria-readonly': 'true' },
      heads(),
      this.body,
    )
    this.scroller = element('div.scroller', {}, this.grid, this.empty)
    this.node = element('div.matrix', {}, this.scroller, legend())
    this.rows = /** @type {VirtualRows<RelationEntry>} */ (
      new VirtualRows(this.scroller, this.body, (entry, index) => this.#row(entry, index))
    )
    this.body.addEventListener('click', (event) => this.#openAt(event.target))
    this.body.addEventListener('keydown', (event) => this.#press(event))
    this.body.addEventListener('focusin', (event) => this.#activate(event.target))
  }

  /** @param {readonly RelationEntry[]} entries */
  setItems(entries) {
    this.empty.hidden = entries.length > 0
    this.grid.setAttribute('aria-rowcount', String(entries.length + 2))
    this.rows.setItems(entries)
  }

  /**
   * Marks what is opened.
   * @param {Place | undefined} place
   */
  setCurrent(place) {
    this.current = place
    for (const cell of this.body.querySelectorAll('[aria-current]')) cell.removeAttribute('aria-current')
    const at = this.#find(place)
    if (at) this.rows.rowAt(at.row)?.children[at.column]?.setAttribute('aria-current', 'true')
  }

  /**
   * Gives the focus to what a place was opened from.
   * @param {Place | undefined} place
   */
  focus(place) {
    const at = this.#find(place)
    if (at) this.column = at.column
    return this.#focusRow(at ? at.row : this.rows.active)
  }

  /** @param {Place | undefined} place */
  #find(place) {
    const row = this.rows.items.findIndex((entry) => columnOf(entry, place) !== undefined)
    const entry = this.rows.items[row]
    return entry && { row, column: columnOf(entry, place) ?? 0 }
  }

  /**
   * @param {RelationEntry} entry
   * @param {number} index
   */
  #row(entry, index) {
    const row = matrixRow(entry, index, index === this.rows.active ? this.column : -1, this.model.isChanged)
    const column = columnOf(entry, this.current)
    if (column !== undefined) row.children[column]?.setAttribute('aria-current', 'true')
    return row
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key === 'Home' || event.key === 'End') this.#jump(event)
      return
    }
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      this.#openAt(event.target)
      return
    }
    if (event.key === 'Home' || event.key === 'End') this.column = event.key === 'Home' ? 0 : COLUMNS - 1
    else if (event.key === 'ArrowLeft') this.column = Math.max(0, this.column - 1)
    else if (event.key === 'ArrowRight') this.column = Math.min(COLUMNS - 1, this.column + 1)
    else {
      const to = stepBy(event.key, this.rows.active, this.rows.page, this.rows.items.length)
      if (to === undefined) return
      this.rows.active = to
    }
    event.preventDefault()
    this.#focusRow(this.rows.active)
  }

  /** @param {KeyboardEvent} event */
  #jump(event) {
    event.preventDefault()
    this.#focusRow(event.key === 'Home' ? 0 : this.rows.items.length - 1)
  }

  /** @param {number} index */
  #focusRow(index) {
    const cell = this.rows.reach(index)?.children[this.column]
    if (!(cell instanceof HTMLElement)) return false
    cell.focus({ preventScroll: true })
    if (this.column > 0) cell.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    else this.scroller.scrollLeft = 0
    return true
  }

  /** @param {EventTarget | null} target */
  #activate(target) {
    const at = positionOf(target)
    if (!at) return
    for (const cell of this.body.querySelectorAll('[tabindex="0"]')) cell.setAttribute('tabindex', '-1')
    at.cell.setAttribute('tabindex', '0')
    this.rows.active = at.row
    this.column = at.column
  }

  /** @param {EventTarget | null} target */
  #openAt(target) {
    const at = positionOf(target)
    const relation = at && this.rows.items[at.row]?.relation
    if (!relation) return
    const subject = { relation: relation.name, ...scoped(relation.scope) }
    const standing = STANDINGS[Math.floor((at.column - 1) / 4)]
    const command = COMMANDS[(at.column - 1) % 4]
    this.rows.active = at.row
    this.column = at.column
    this.open(
      standing && command
        ? { kind: 'cell', ...subject, command, standing }
        : { kind: 'relation', ...subject },
    )
  }
}

/** @param {EventTarget | null} target */
function positionOf(target) {
  const cell = target instanceof Element ? target.closest('[aria-colindex]') : null
  const row = cell?.parentElement
  if (!cell || !row) return undefined
  return { cell, row: Number(row.dataset['index']), column: Number(cell.getAttribute('aria-colindex')) - 1 }
}

/**
 * Where a place is in the line of a relation, if it is of this one.
 * @param {RelationEntry} entry
 * @param {Place | undefined} place
 */
function columnOf({ relation }, place) {
  if (place?.kind !== 'cell' && place?.kind !== 'relation') return undefined
  if (relation.name !== place.relation || relation.scope !== place.scope) return undefined
  return place.kind === 'cell'
    ? 1 + STANDINGS.indexOf(place.standing) * 4 + COMMANDS.indexOf(place.command)
    : 0
}
