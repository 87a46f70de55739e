/** @import { Child } from './dom.js' */
import { element } from './dom.js'
import { VirtualRows } from './virtual-rows.js'

/**
 * A list of links, of which one is reached by Tab and the others by the arrow keys.
 * @template Item
 */
export class List {
  /**
   * @param {object} options
   * @param {string} options.label
   * @param {string} options.empty what stands there where nothing is listed
   * @param {(item: Item) => readonly Child[]} options.content
   * @param {(item: Item) => string | undefined} options.address where its link leads
   * @param {string} [options.kind] for the style
   */
  constructor({ label, empty, content, address, kind = 'plain' }) {
    this.address = address
    this.content = content
    this.empty = element('p.empty', { hidden: true }, empty)
    const body = element(`div.rows.${kind}`, { role: 'list', 'aria-label': label })
    this.node = element('div.scroller', {}, this.empty, body)
    this.rows = /** @type {VirtualRows<Item>} */ (
      new VirtualRows(this.node, body, (item, index) => this.#row(item, index))
    )
    this.current = ''
    body.addEventListener('keydown', (event) => this.#move(event))
    body.addEventListener('focusin', (event) => this.#activate(event.target))
  }

  /** @param {readonly Item[]} items */
  setItems(items) {
    this.empty.hidden = items.length > 0
    this.rows.setItems(items)
  }

  /**
   * Marks what is opened.
   * @param {string} address
   */
  setCurrent(address) {
    this.current = address
    for (const link of this.node.querySelectorAll('a.row'))
      link.toggleAttribute('aria-current', link.getAttribute('href') === address)
  }

  /**
   * Gives the focus to what leads to an address, else to the first row.
   * @param {string} [address]
   */
  focus(address) {
    const at = this.rows.items.findIndex((item) => this.address(item) === address)
    const row = this.rows.reach(at === -1 ? this.rows.active : at)
    this.#focusIn(row)
    return row !== undefined
  }

  /**
   * @param {Item} item
   * @param {number} index
   */
  #row(item, index) {
    const href = this.address(item)
    const attributes = {
      tabindex: index === this.rows.active ? 0 : -1,
      href,
      'aria-current': href === this.current,
    }
    const position = { role: 'listitem', 'aria-posinset': index + 1, 'aria-setsize': this.rows.items.length }
    const link = element(href === undefined ? 'div.row' : 'a.row', attributes, this.content(item))
    const row = element('div.place', position, link)
    row.dataset['index'] = String(index)
    return row
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const { active, page, items } = this.rows
    const to = stepBy(event.key, active, page, items.length)
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    this.#focusIn(this.rows.reach(to))
  }

  /** @param {HTMLElement | undefined} row */
  #focusIn(row) {
    const link = row?.firstElementChild
    if (link instanceof HTMLElement) link.focus({ preventScroll: true })
  }

  /** @param {EventTarget | null} target */
  #activate(target) {
    if (!(target instanceof HTMLElement)) return
    for (const link of this.node.querySelectorAll('.row[tabindex="0"]')) link.setAttribute('tabindex', '-1')
    target.setAttribute('tabindex', '0')
    this.rows.active = Number(target.parentElement?.dataset['index'] ?? 0)
  }
}

/**
 * Where a key leads in a list.
 * @param {string} key
 * @param {number} from
 * @param {number} page
 * @param {number} length
 */
export function stepBy(key, from, page, length) {
  switch (key) {
    case 'ArrowDown':
      return Math.min(length - 1, from + 1)
    case 'ArrowUp':
      return Math.max(0, from - 1)
    case 'PageDown':
      return Math.min(length - 1, from + page)
    case 'PageUp':
      return Math.max(0, from - page)
    case 'Home':
      return 0
    case 'End':
      return length - 1
    default:
      return undefined
  }
}
