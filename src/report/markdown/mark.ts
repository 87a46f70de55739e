import { harmless, inert } from '../text.ts'

/**
 * A name as a code span. Nothing in one is mark-up, a link, a mention or HTML to any reader, other than the backticks that
 * end it; of a table a bar as well, which no reader escapes alike. In Markdown alone: not inside of HTML.
 */
export function codeSpan(text: string): string {
  const plain = harmless(text, true).replaceAll('|', String.raw`\x7c`)
  if (plain.trim() === '') return '` `'
  const fence = '`'.repeat(longestRun(plain) + 1)
  const gap = /^[` ]|[` ]$/.test(plain) ? ' ' : ''
  return `${fence}${gap}${plain}${gap}${fence}`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** A name inside of HTML. Mentions and references are looked for in text, and not in `<code>`. */
export const codeElement = (text: string): string =>
  `<code>${harmless(text, true).replaceAll(/[&<>"]/g, (char) => ENTITIES[char] ?? char)}</code>`

/** Lines as they are: whatever stands in them, none ends the block. */
export function codeBlock(lines: readonly string[], language = 'text'): readonly string[] {
  const plain = lines.map((line) => inert(harmless(line, true)))
  const fence = '`'.repeat(Math.max(3, longestRun(plain.join('\n')) + 1))
  return [`${fence}${language}`, ...plain, fence]
}

const longestRun = (text: string): number =>
  Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
