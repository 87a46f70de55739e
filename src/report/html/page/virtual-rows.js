/** Rows drawn above and below what is seen. */
const AROUND = 8

/**
 * A list of which only the rows that are seen are in the page, and the one that has the focus: however long it is, the page
 * stays small. All rows are as high as the style says (`--row`).
 * @template Item
 */
export class VirtualRows {
  /** @type {readonly Item[]} */
  items = []
  /** the row that Tab leads to */
  active = 0
  /** @type {Map<number, HTMLElement>} */
  #drawn = new Map()
  #height = 32
  #all = false
  #due = false

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} body
   * @param {(item: Item, index: number) => HTMLElement} render
   */
  constructor(scroller, body, render) {
    this.scroller = scroller
    this.body = body
    this.render = render
    scroller.addEventListener('scroll', () => this.#later(), { passive: true })
    new ResizeObserver(() => this.#measure()).observe(scroller)
  }

  /** @param {readonly Item[]} items */
  setItems(items) {
    this.items = items
    this.active = 0
    this.scroller.scrollTop = 0
    this.redraw()
  }

  /** Draws everything anew: what rows show has changed. */
  redraw() {
    this.#drawn.clear()
    this.body.replaceChildren()
    this.#measure()
  }

  /** For print: every row, or those that are seen. */
  showAll(all = true) {
    this.#all = all
    this.draw()
  }

  /** @param {number} index */
  rowAt(index) {
    return this.#drawn.get(index)
  }

  /**
   * Makes a row the active one, brings it into sight, and gives it.
   * @param {number} index
   */
  reach(index) {
    this.active = Math.min(Math.max(0, index), Math.max(0, this.items.length - 1))
    const head = this.body.offsetTop
    const top = this.active * this.#height
    const { scrollTop, clientHeight } = this.scroller
    if (top < scrollTop) this.scroller.scrollTop = top
    else if (top + this.#height + head > scrollTop + clientHeight)
      this.scroller.scrollTop = top + this.#height + head - clientHeight
    this.draw()
    return this.rowAt(this.active)
  }

  /** How many rows are seen at once. */
  get page() {
    return Math.max(1, Math.floor((this.scroller.clientHeight - this.body.offsetTop) / this.#height) - 1)
  }

  draw() {
    const first = Math.floor((this.scroller.scrollTop - this.body.offsetTop) / this.#height) - AROUND
    const last = first + Math.ceil(this.scroller.clientHeight / this.#height) + 2 * AROUND
    const isWanted = (/** @type {number} */ index) =>
      this.#all || (index >= first && index <= last) || index === this.active
    for (const [index, row] of this.#drawn) {
      if (isWanted(index) && index < this.items.length) continue
      row.remove()
      this.#drawn.delete(index)
    }
    this.#insert(isWanted, first, last)
  }

  /**
   * What is there stays where it is: a row that is moved loses the focus.
   * @param {(index: number) => boolean} isWanted
   * @param {number} first
   * @param {number} last
   */
  #insert(isWanted, first, last) {
    let next = this.body.firstElementChild
    for (const index of this.#candidates(first, last)) {
      const item = this.items[index]
      if (item === undefined || !isWanted(index)) continue
      const known = this.#drawn.get(index)
      if (known) {
        next = known.nextElementSibling
        continue
      }
      const row = this.render(item, index)
      row.style.top = `${index * this.#height}px`
      this.#drawn.set(index, row)
      this.body.insertBefore(row, next)
    }
  }

  /**
   * @param {number} first
   * @param {number} last
   */
  *#candidates(first, last) {
    const [from, to] = this.#all ? [0, this.items.length - 1] : [Math.max(0, first), last]
    if (this.active < from) yield this.active
    for (let index = from; index <= Math.min(to, this.items.length - 1); index += 1) yield index
    if (this.active > to) yield this.active
  }

  #later() {
    if (this.#due) return
    this.#due = true
    requestAnimationFrame(() => {
      this.#due = false
      this.draw()
    })
  }

  #measure() {
    const height = Number.parseFloat(getComputedStyle(this.body).getPropertyValue('--row')) || 32
    if (height !== this.#height) {
      this.#height = height
      this.#drawn.clear()
      this.body.replaceChildren()
    }
    this.body.style.height = `${this.items.length * height}px`
    this.draw()
  }
}
