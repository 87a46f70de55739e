/** What is not seen, or turns text around: a name must not be able to look like another one. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu
const UNSEEN_IN_LINES = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu

/** @type {Readonly<Record<string, string>>} */
const NAMED = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` }

/** @param {string} char */
function escaped(char) {
  const code = char.codePointAt(0) ?? 0
  const hex = code.toString(16)
  return NAMED[char] ?? (code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`)
}

/**
 * Text of the database, of the project or of a server, for an attribute: every character can be seen.
 * @param {string} text
 */
export const harmless = (text) => text.replaceAll(UNSEEN, escaped)

/**
 * The same in parts: what was written out is marked, so that nobody takes it for the text itself.
 * @param {string} text
 * @param {'line' | 'lines'} [layout] whether line ends and tabs may stay
 * @returns {readonly { readonly text: string, readonly escape: boolean }[]}
 */
export function visibleParts(text, layout = 'line') {
  const parts = []
  let from = 0
  for (const match of text.matchAll(layout === 'lines' ? UNSEEN_IN_LINES : UNSEEN)) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index), escape: false })
    parts.push({ text: escaped(match[0]), escape: true })
    from = match.index + match[0].length
  }
  if (from < text.length) parts.push({ text: text.slice(from), escape: false })
  return parts
}
