/**
 * Two texts that the server prints for one and the same expression: a list of values that was cast as a whole comes back
 * from a dump with each value cast (`IN` over a varchar column). Everything else is printed alike.
 */
export function sameExpression(a: string | null, b: string | null): boolean {
  if (a === b) return true
  if (a === null || b === null) return false
  return withCastElements(a) === withCastElements(b)
}

const START = '(ARRAY['
const CAST =
  /^\)::((?:[a-z_][\w$]*|"(?:[^"]|"")+")(?:[ .](?:[a-z_][\w$]*|"(?:[^"]|"")+"))*(?:\(\d+(?:,\d+)?\))?)\[\]/

/** `(ARRAY[a, b])::text[]` as `ARRAY[(a)::text, (b)::text]`. */
function withCastElements(text: string): string {
  let rest = text
  let done = ''
  for (;;) {
    const start = positionOf(rest, START)
    if (start === -1) return done + rest
    const elements = elementsFrom(rest.slice(start + START.length))
    const cast = elements && CAST.exec(rest.slice(start + START.length + elements.length + 1))
    if (!elements || !cast) {
      done += rest.slice(0, start + START.length)
      rest = rest.slice(start + START.length)
      continue
    }
    const list = elements.parts.map((part) => `(${withCastElements(part)})::${cast[1] ?? ''}`)
    done += `${rest.slice(0, start)}ARRAY[${list.join(', ')}]`
    rest = rest.slice(start + START.length + elements.length + 1 + cast[0].length)
  }
}

/** Where `wanted` stands outside of quotes; -1 where it does not. */
function positionOf(text: string, wanted: string): number {
  let quote: string | null = null
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (quote !== null) quote = char === quote ? null : quote
    else if (char === "'" || char === '"') quote = char
    else if (text.startsWith(wanted, at)) return at
  }
  return -1
}

/** What stands up to the bracket that ends the list, parted at its commas. */
function elementsFrom(text: string): { readonly parts: readonly string[]; readonly length: number } | null {
  const parts: string[] = []
  let depth = 0
  let quote: string | null = null
  let from = 0
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (quote !== null) quote = char === quote ? null : quote
    else if (char === "'" || char === '"') quote = char
    else if (char === '(' || char === '[') depth += 1
    else if (depth > 0 && (char === ')' || char === ']')) depth -= 1
    else if (char === ']' || (char === ',' && depth === 0)) {
      parts.push(text.slice(from, at).trim())
      from = at + 1
      if (char === ']') return { parts, length: at }
    }
  }
  return null
}
