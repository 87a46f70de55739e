/** A text as a TypeScript literal. Names of a schema are untrusted: nothing of them ends the literal or the line. */
export function literal(text: string): string {
  const inner = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll("'", "\\'")
    .replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff]/g, escaped)
  return `'${inner}'`
}

/** What would end a line, or turn the order of what is read. */
const escaped = (letter: string): string => `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`

/** The name of a member, quoted where it must be. */
export const member = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name))

/** By code unit: the same on every machine. */
export const byCode = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
