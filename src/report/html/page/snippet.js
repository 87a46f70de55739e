/** @import { PageFinding } from '../page-data.ts' */

/** What a string literal cannot hold, or what cannot be seen in one. */
const UNWRITTEN = /[\\'\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu

/**
 * A string of JavaScript, in which every character can be seen.
 * @param {string} text
 */
export const quoted = (text) =>
  `'${text.replaceAll(UNWRITTEN, (char) => {
    if (char === '\\' || char === "'") return `\\${char}`
    if (char === '\n') return String.raw`\n`
    return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`
  })}'`

/**
 * An entry of `ignore` that accepts a finding. The reason is left to whoever accepts it: without one of ten characters or more
 * the configuration is refused.
 * @param {PageFinding} finding
 */
export function ignoreEntry({ code, relation, command, actor }) {
  const fields = [
    `code: ${quoted(code)}`,
    `relation: ${quoted(relation)}`,
    `command: ${quoted(command)}`,
    ...(actor === undefined ? [] : [`actor: ${quoted(actor)}`]),
  ]
  return ['{', ...fields.map((field) => `  ${field},`), "  reason: '', // why it is accepted", '},'].join(
    '\n',
  )
}
