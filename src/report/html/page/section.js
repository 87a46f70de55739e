/** @import { Child } from './dom.js' */
import { element, shown } from './dom.js'
import { fileOf } from './words.js'

/**
 * A part of the panel, with its heading; nothing where it has no content.
 * @param {string} heading
 * @param {readonly Child[]} children
 * @param {Child} [beside]
 */
export function section(heading, children, beside) {
  if (!children.some((child) => child instanceof Node)) return null
  return element('section', {}, element('div.heading', {}, element('h3', {}, heading), beside), children)
}

/** @param {{ readonly file?: string, readonly line?: number }} place */
export function fileName(place) {
  const file = fileOf(place)
  return file === undefined ? null : element('span.file', {}, shown(file))
}
