type TokenKind =
  | 'space'
  | 'comment'
  | 'string'
  | 'dollar-string'
  | 'quoted-name'
  | 'word'
  | 'number'
  | 'backslash'
  | 'symbol'

export interface Token {
  readonly kind: TokenKind
  readonly start: number
  /** after the last character */
  readonly end: number
}

const SPACE = /[ \t\r\n\f\v\uFEFF]+/y
const LINE_COMMENT = /--[^\r\n]*/y
const WORD = /[A-Za-z_\u0080-\uFFFF][A-Za-z0-9_$\u0080-\uFFFF]*/y
const NUMBER = /[0-9][0-9A-Za-z_.]*/y
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uFFFF][A-Za-z0-9_\u0080-\uFFFF]*)?\$/y
const BLOCK_COMMENT_EDGE = /\/\*|\*\//g
const UNICODE_PREFIX = /[uU]&(?=['"])/y
const LETTER_PREFIX = /[bBxXnN](?=')/y
/** white space with a line break, and line comments: what may stand between the parts of one literal */
const CONTINUATION = /[ \t\f\v]*(?:--[^\r\n]*)?[\r\n](?:[ \t\r\n\f\v]|--[^\r\n]*[\r\n])*'/y

/**
 * The token that begins at `start`, by the rules of psql's scanner (psqlscan.l). What is never closed (a
 * comment, a literal) reaches to the end of the text, as it does in psql.
 */
export function tokenAt(text: string, start: number): Token {
  const token = (kind: TokenKind, end: number): Token => ({ kind, start, end })
  const space = match(SPACE, text, start)
  if (space !== undefined) return token('space', space)
  const comment = match(LINE_COMMENT, text, start)
  if (comment !== undefined) return token('comment', comment)
  if (text.startsWith('/*', start)) return token('comment', endOfBlockComment(text, start))
  if (/[eE]/.test(text.charAt(start)) && text[start + 1] === "'") {
    return token('string', endOfString(text, start + 2, true))
  }
  const quote = match(UNICODE_PREFIX, text, start) ?? match(LETTER_PREFIX, text, start) ?? start
  if (text[quote] === "'") return token('string', endOfString(text, quote + 1, false))
  if (text[quote] === '"') return token('quoted-name', endOfQuotes(text, quote + 1, '"', false))
  const tag = match(DOLLAR_TAG, text, start)
  if (tag !== undefined) return token('dollar-string', endOfDollarString(text, start, tag))
  const word = match(WORD, text, start)
  if (word !== undefined) return token('word', word)
  const number = match(NUMBER, text, start)
  if (number !== undefined) return token('number', number)
  return token(text[start] === '\\' ? 'backslash' : 'symbol', start + 1)
}

/** The whole text as tokens, without gaps. */
export function* tokensOf(text: string): Generator<Token, void> {
  let at = 0
  while (at < text.length) {
    const token = tokenAt(text, at)
    yield token
    at = token.end
  }
}

function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}

function endOfBlockComment(text: string, start: number): number {
  let depth = 0
  BLOCK_COMMENT_EDGE.lastIndex = start
  for (;;) {
    const edge = BLOCK_COMMENT_EDGE.exec(text)
    if (!edge) return text.length
    depth += edge[0] === '/*' ? 1 : -1
    if (depth === 0) return BLOCK_COMMENT_EDGE.lastIndex
  }
}

/** A literal goes on after a line break in the way in which it began: E'a' ⏎ 'b' reads both with escapes. */
function endOfString(text: string, start: number, escapes: boolean): number {
  let end = endOfQuotes(text, start, "'", escapes)
  for (;;) {
    const next = match(CONTINUATION, text, end)
    if (next === undefined) return end
    end = endOfQuotes(text, next, "'", escapes)
  }
}

function endOfQuotes(text: string, start: number, quote: string, escapes: boolean): number {
  let at = start
  while (at < text.length) {
    if (escapes && text[at] === '\\') at += 2
    else if (text[at] !== quote) at += 1
    else if (text[at + 1] === quote) at += 2
    else return at + 1
  }
  return text.length
}

function endOfDollarString(text: string, start: number, bodyStart: number): number {
  const tag = text.slice(start, bodyStart)
  const close = text.indexOf(tag, bodyStart)
  return close < 0 ? text.length : close + tag.length
}
