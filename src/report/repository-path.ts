/**
 * Where a file of the project lies in its repository, with forward slashes; nothing where it lies outside of it.
 * @param file relative to the project: `drizzle/0007.sql`, `../docs/policies.sql`
 * @param root the project's folder, relative to the root of the repository
 */
export function inRepository(file: string, root: string): string | undefined {
  if (/^(?:[a-z]:|[/\\])/i.test(file)) return undefined
  const parts: string[] = []
  for (const part of `${root}/${file}`.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.length === 0 ? undefined : parts.join('/')
}

/** A path as a relative URI (RFC 3986): what is no letter, digit or `-._~` of a segment is written in percent. */
export const uriOf = (path: string): string =>
  path
    .split('/')
    .map((segment) => encodeURIComponent(segment.replaceAll(/\p{Cs}/gu, '\u{FFFD}')))
    .join('/')
