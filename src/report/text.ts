import stringWidth from 'string-width'

const NAMED: Readonly<Record<string, string>> = {
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
}

/** Letters beyond ASCII that our own texts use, where a terminal cannot show them. */
const PLAIN: Readonly<Record<string, string>> = {
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '…': '...',
  '–': '-',
  '—': '-',
  '·': '-',
  '→': '->',
}

/**
 * Makes text from a database harmless to a terminal: control characters, escape sequences, line breaks and invisible
 * or direction-changing characters become visible escapes. A name must not be able to fake or hide a line of a report.
 */
export function harmless(text: string, unicode: boolean): string {
  const visible = text
    .replaceAll(
      /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu,
      (char) => NAMED[char] ?? escaped(char),
    )
    // a logging command to GitHub (`##[…]`), Azure (`##vso[…]`) and TeamCity, wherever it stands in a line
    .replaceAll(/##(?=\w*\[)/g, String.raw`#\x23`)
  return unicode ? visible : visible.replaceAll(/[^ -~]/gu, (char) => PLAIN[char] ?? escaped(char))
}

/** A line that no runner of GitHub Actions takes for a workflow command: those begin with `::`, behind blanks as well. */
export const inert = (line: string): string => line.replace(/^(\s*):(?=:)/, String.raw`$1\x3a`)

/** JSON whose strings give no logging command to a runner that reads it in a log; to whoever parses it, it is the same. */
export const inertJson = (json: string): string => json.replaceAll(/##(?=\w*\[)/g, String.raw`#\u0023`)

function escaped(char: string): string {
  const code = char.codePointAt(0) ?? 0
  const hex = code.toString(16)
  return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`
}

/** Columns that a text without colours takes. */
export const widthOf = (text: string): number => stringWidth(text)

/** Shortens a text to `width` columns, with an ellipsis where something was cut. */
export function truncate(text: string, width: number, ellipsis: string): string {
  if (widthOf(text) <= width) return text
  return `${split(text, Math.max(0, width - widthOf(ellipsis)))[0]}${ellipsis}`
}

/** Fills a text with blanks up to `width` columns. */
export const pad = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)))

/** Breaks a text into lines of at most `width` columns, between words where it can. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (widthOf(longer) <= width) {
      line = longer
      continue
    }
    if (line !== '') lines.push(line)
    const pieces = chop(word, width)
    lines.push(...pieces.slice(0, -1))
    line = pieces.at(-1) ?? ''
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line]
}

function chop(word: string, width: number): readonly string[] {
  const pieces: string[] = []
  let rest = word
  while (widthOf(rest) > width) {
    const [head, tail] = split(rest, width)
    if (head === '') break
    // a line must not begin with `::`, see `inert`
    const chars = Array.from(head)
    const last = tail.startsWith('::') && chars.length > 1 ? (chars.at(-1) ?? '') : ''
    pieces.push(head.slice(0, head.length - last.length))
    rest = last + tail
  }
  return [...pieces, rest]
}

/** What fits into `width` columns, and the rest. */
function split(text: string, width: number): readonly [head: string, tail: string] {
  let head = ''
  for (const char of text) {
    if (widthOf(head + char) > width) break
    head += char
  }
  return [head, text.slice(head.length)]
}

/** `1 finding`, `2 findings`, `1,104 probes`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? noun : plural}`
}

/** `0.3s`. */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)}s`
