import { tokenAt, type Token } from './split-tokens.ts'

interface Part {
  /** as it stands in the script */
  readonly text: string
  /** 0-based, in UTF-16 units, of the first character of `text` */
  readonly offset: number
  /** after the last character that belongs to the part */
  readonly end: number
  /** 1-based, of the first character of `text` */
  readonly line: number
}

/** One statement with its semicolon, if it has one; comments before it don't belong to it. */
export interface StatementPart extends Part {
  readonly kind: 'statement'
  /** its first words outside parentheses, lower case, without comments and quoted names */
  readonly words: readonly string[]
}

/** COPY … FROM STDIN and the lines of data after it, without the `\.` that closes them. */
export interface CopyPart extends Part {
  readonly kind: 'copy'
  readonly words: readonly string[]
  readonly data: string
}

/** A line of psql's own: `\name argument`. */
export interface MetaPart extends Part {
  readonly kind: 'meta'
  readonly name: string
  /** what stands behind the name, trimmed */
  readonly argument: string
  /** it stands in the middle of a statement, which ends before it */
  readonly insideStatement: boolean
}

export type ScriptPart = StatementPart | CopyPart | MetaPart

/** Enough to classify a statement: `create unique index concurrently if not exists` has seven. */
const WORDS_KEPT = 16

/**
 * Splits a script into statements by the rules of psql's scanner (psqlscan.l): a semicolon ends a statement unless
 * it is quoted, commented, in parentheses or in a `begin atomic … end` body. Between the parts there are
 * only white space and comments.
 */
export function splitScript(text: string): readonly ScriptPart[] {
  return new Splitter(text).split()
}

class Splitter {
  readonly #text: string
  readonly #parts: ScriptPart[] = []
  #at = 0
  #statementStart: number | undefined
  #statementEnd = 0
  #words: string[] = []
  #parentheses = 0
  #atomic = 0
  #lastWord = ''
  #line = 1
  #lineOffset = 0

  constructor(text: string) {
    this.#text = text
  }

  split(): readonly ScriptPart[] {
    while (this.#at < this.#text.length) {
      const token = tokenAt(this.#text, this.#at)
      this.#at = token.end
      this.#take(token)
    }
    this.#endStatement()
    return this.#parts
  }

  #take(token: Token): void {
    if (token.kind === 'space' || token.kind === 'comment') return
    if (token.kind === 'backslash') return this.#takeMeta(token)
    this.#statementStart ??= token.start
    this.#statementEnd = token.end
    if (token.kind === 'word') return this.#takeWord(this.#text.slice(token.start, token.end).toLowerCase())
    this.#lastWord = ''
    if (token.kind === 'symbol') this.#takeSymbol(this.#text.charAt(token.start))
  }

  #takeSymbol(symbol: string): void {
    if (symbol === '(') this.#parentheses += 1
    if (symbol === ')') this.#parentheses = Math.max(0, this.#parentheses - 1)
    if (symbol === ';' && this.#parentheses === 0 && this.#atomic === 0) {
      if (isCopyFromStdin(this.#words) && this.#nothingElseOnLine()) this.#takeCopy()
      else this.#endStatement()
    }
  }

  #takeWord(word: string): void {
    if (this.#parentheses > 0) return
    if (this.#words.length < WORDS_KEPT) this.#words.push(word)
    if (this.#atomic > 0) {
      if (word === 'case') this.#atomic += 1
      if (word === 'end') this.#atomic -= 1
    } else if (word === 'atomic' && this.#lastWord === 'begin' && definesRoutine(this.#words)) {
      this.#atomic = 1
    }
    this.#lastWord = word
  }

  #takeMeta(backslash: Token): void {
    const insideStatement = this.#statementStart !== undefined
    this.#endStatement()
    const end = this.#endOfLine(backslash.start)
    const text = this.#text.slice(backslash.start, end).trimEnd()
    const [, name = '', argument = ''] = /^\\([A-Za-z_]+|.)?(.*)$/su.exec(text) ?? []
    const place = { text, offset: backslash.start, end, line: this.#lineAt(backslash.start) }
    this.#parts.push({ kind: 'meta', ...place, name, argument: argument.trim(), insideStatement })
    this.#at = end
  }

  #takeCopy(): void {
    const offset = this.#statementStart ?? 0
    const place = { text: this.#text.slice(offset, this.#statementEnd), offset, line: this.#lineAt(offset) }
    const dataStart = Math.min(this.#endOfLine(this.#at) + 1, this.#text.length)
    const close = /^\\\.\r?$/gm
    close.lastIndex = dataStart
    const closed = close.exec(this.#text)
    const data = this.#text.slice(dataStart, closed?.index)
    const end = closed ? close.lastIndex : this.#text.length
    this.#parts.push({ kind: 'copy', ...place, end, words: this.#words, data })
    this.#at = end
    this.#reset()
  }

  #endStatement(): void {
    const offset = this.#statementStart
    if (offset === undefined) return
    const end = this.#statementEnd
    const place = { text: this.#text.slice(offset, end), offset, end, line: this.#lineAt(offset) }
    this.#parts.push({ kind: 'statement', ...place, words: this.#words })
    this.#reset()
  }

  #reset(): void {
    this.#statementStart = undefined
    this.#words = []
    this.#lastWord = ''
    this.#parentheses = 0
    this.#atomic = 0
  }

  /** psql would run the rest of the line after the data: too rare to support, too grave to lose. */
  #nothingElseOnLine(): boolean {
    return /^\s*(--.*)?$/s.test(this.#text.slice(this.#at, this.#endOfLine(this.#at)))
  }

  #endOfLine(from: number): number {
    const end = this.#text.indexOf('\n', from)
    return end < 0 ? this.#text.length : end
  }

  /** Parts come in order, so the lines are counted once. */
  #lineAt(offset: number): number {
    for (let at = this.#lineOffset; at < offset; at += 1) if (this.#text[at] === '\n') this.#line += 1
    this.#lineOffset = offset
    return this.#line
  }
}

function isCopyFromStdin(words: readonly string[]): boolean {
  const from = words.indexOf('from')
  return words[0] === 'copy' && from > 0 && words[from + 1] === 'stdin'
}

/** `begin` opens a body only in `create [or replace] function | procedure`. */
function definesRoutine(words: readonly string[]): boolean {
  const kind = words[1] === 'or' && words[2] === 'replace' ? words[3] : words[1]
  return words[0] === 'create' && (kind === 'function' || kind === 'procedure')
}
