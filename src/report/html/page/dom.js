import { visibleParts } from './visible.js'

/** @typedef {Node | string | false | null | undefined} Child */

/**
 * An element: `div.row.open` with attributes and children. Strings become text nodes; nothing here reads markup.
 * @param {string} tag
 * @param {Readonly<Record<string, string | number | boolean | undefined>>} [attributes]
 * @param {...(Child | readonly Child[])} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const [name = 'div', ...classes] = tag.split('.')
  const made = document.createElement(name)
  if (classes.length > 0) made.className = classes.join(' ')
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    made.setAttribute(key, value === true ? '' : String(value))
  }
  for (const child of children.flat()) {
    if (child !== false && child !== null && child !== undefined) made.append(child)
  }
  return made
}

/**
 * Text that others wrote: as text, and with what cannot be seen written out.
 * @param {string} text
 * @param {'line' | 'lines'} [layout]
 * @returns {readonly Node[]}
 */
export const shown = (text, layout = 'line') =>
  visibleParts(text, layout).map((part) =>
    part.escape
      ? element('span.escape', { title: 'a character that cannot be seen' }, part.text)
      : document.createTextNode(part.text),
  )

/**
 * A name of the database: what runs from right to left in it stays in it.
 * @param {string} text
 */
export const nameOf = (text, tag = 'bdi.name') => element(tag, { dir: 'ltr' }, shown(text))

/**
 * SQL, with its lines.
 * @param {string} text
 */
export const codeOf = (text) =>
  element('pre', { tabindex: 0 }, element('code', { dir: 'ltr' }, shown(text, 'lines')))

/**
 * @template {Element} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function byId(id, kind) {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new Error(`#${id} is not in the page`)
}

/** @param {string} text */
export function speak(text) {
  byId('spoken', HTMLElement).textContent = text
}
