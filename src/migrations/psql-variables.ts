import { quoteLiteral, quoteName } from '../sql/quote.ts'
import { tokensOf, type Token } from '../sql/split-tokens.ts'

export type PsqlVariables = ReadonlyMap<string, string>

/**
 * Puts the values of psql's variables in: `:name`, `:'name'` as a literal, `:"name"` as an identifier. Casts,
 * slices, literals and comments stay as they are, and so do names without a value, as in psql.
 */
export function substitute(text: string, variables: PsqlVariables): string {
  if (variables.size === 0 || !text.includes(':')) return text
  const tokens = [...tokensOf(text)]
  let result = ''
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] as Token
    const value = isLoneColon(text, token) ? valueOf(text, tokens[index + 1], variables) : undefined
    result += value ?? text.slice(token.start, token.end)
    if (value !== undefined) index += 1
  }
  return result
}

/**
 * The value that `\set name …` gives: its words joined, without their quotes.
 * @returns undefined when it would run a shell command
 */
export function setValue(argument: string, variables: PsqlVariables): readonly [string, string] | undefined {
  const [, name = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(argument) ?? []
  if (rest.includes('`')) return undefined
  const words = rest.match(/'(?:[^'\\]|\\.|'')*'|"[^"]*"|[^\s'"]+/g) ?? []
  const value = words.map((word) => (word.startsWith("'") ? unquote(word) : substitute(word, variables)))
  return [name, value.join('')]
}

function isLoneColon(text: string, { start }: Token): boolean {
  return text[start] === ':' && text[start - 1] !== ':'
}

function valueOf(text: string, next: Token | undefined, variables: PsqlVariables): string | undefined {
  if (next === undefined) return undefined
  const name = text.slice(next.start, next.end)
  if (next.kind === 'word') return variables.get(name)
  const value = variables.get(name.slice(1, -1))
  if (value === undefined) return undefined
  if (next.kind === 'quoted-name' && name.startsWith('"')) return quoteName(value)
  if (next.kind === 'string' && name.startsWith("'")) return quoteLiteral(value)
  return undefined
}

function unquote(word: string): string {
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }
  return word.slice(1, -1).replace(/''|\\(.)/gs, (_, escaped?: string) => {
    return escaped === undefined ? "'" : (escapes[escaped] ?? escaped)
  })
}
