/** What ends a script element or opens a comment in one, and line ends that JavaScript has and JSON does not. */
const DANGEROUS = /[<\u2028\u2029]/g

/** JSON that cannot end the script element that it stands in, whatever the data hold. */
export function embedded(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    DANGEROUS,
    (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}
