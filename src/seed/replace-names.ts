/** Quoted texts and names, whole words with a dot behind them or not: what a name may hide in comes first. */
const TOKENS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|(?<![\w.$])[a-z_][\w$]*(?=\s*(\.)?)/gi

/** An expression with names replaced by what they stand for; what stands behind a dot or in quotes stays. */
export function replaceNames(text: string, known: ReadonlyMap<string, string>): string {
  return text.replaceAll(TOKENS, (token) => {
    if (/^['"]/.test(token)) return token
    if (token.startsWith('--')) return ' '
    return known.get(token.toLowerCase()) ?? token
  })
}
