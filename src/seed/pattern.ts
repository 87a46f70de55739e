import randexp from 'randexp'
import type { Place } from './place.ts'
import { canary } from './place.ts'

/** The package is CommonJS: its types describe a default export, at run time the class is the module itself. */
const RandExp = randexp as unknown as typeof randexp.default

const CLASSES: Readonly<Record<string, string>> = {
  '[:alpha:]': 'a-zA-Z',
  '[:digit:]': '0-9',
  '[:alnum:]': 'a-zA-Z0-9',
  '[:lower:]': 'a-z',
  '[:upper:]': 'A-Z',
  '[:xdigit:]': '0-9a-fA-F',
  '[:space:]': '\\s',
  '[:punct:]': '!-/',
}

/** PostgreSQL's regular expressions as JavaScript writes them, as far as CHECK constraints use them. */
function toJavaScript(pattern: string): string {
  const translated = Object.entries(CLASSES).reduce(
    (text, [name, set]) => text.replaceAll(name, set),
    pattern,
  )
  return translated
    .replace(/^\(\?[a-z]+\)/, '')
    .replaceAll('\\m', '\\b')
    .replaceAll('\\M', '\\b')
    .replaceAll('\\A', '^')
    .replaceAll('\\Z', '$')
}

/** A text that matches, as much like the tag as the pattern allows. The server has the last word. */
export function fromPattern(pattern: string, ignoreCase: boolean, place: Place, tag: string): string {
  try {
    const expression = new RegExp(toJavaScript(pattern), ignoreCase ? 'i' : '')
    const usual = [
      tag,
      `${tag}@example.com`,
      `https://example.com/${tag}`,
      `+1555${1_000_000 + place.row}`,
      tag.toUpperCase(),
      `Aa1!${tag}`,
    ]
    return usual.find((text) => expression.test(text)) ?? generate(expression, place) ?? tag
  } catch {
    return tag
  }
}

/** Letters and digits where they do; any printable character where the pattern asks for others. */
function generate(expression: RegExp, place: Place): string | undefined {
  for (const alphabet of [
    [48, 57, 65, 90, 97, 122],
    [32, 126],
  ]) {
    const generator = new RandExp(expression)
    let state = parseInt(canary(place, expression.source, 7).slice(1), 36) + place.row * 7919
    generator.max = 12
    generator.defaultRange.subtract(0, 1000)
    for (let i = 0; i < alphabet.length; i += 2)
      generator.defaultRange.add(alphabet[i] ?? 0, alphabet[i + 1] ?? 0)
    generator.randInt = (from, to) => {
      state = (state * 1103515245 + 12345) % 2147483648
      return from + ((state >> 8) % (to - from + 1))
    }
    const text = generator.gen()
    if (expression.test(text)) return text
  }
  return undefined
}

/** LIKE's wildcards filled: the tag for the first run, nothing for the others. */
export function fromLike(pattern: string, tag: string): string {
  const filled = pattern.replaceAll('_', 'x')
  return filled.includes('%') ? filled.replace('%', tag).replaceAll('%', '') : filled
}

/** SIMILAR TO as a regular expression (manual, "SIMILAR TO Regular Expressions"). */
export const fromSimilar = (pattern: string): string =>
  `^(?:${pattern.replaceAll('.', '\\.').replaceAll('%', '.*').replaceAll('_', '.')})$`
