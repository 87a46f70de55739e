const PROTOCOLS = ['postgres:', 'postgresql:']

/** Whether this is a connection URL of PostgreSQL. The value may hold a password: never put it into a message. */
export function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && PROTOCOLS.includes(new URL(text).protocol)
}

/** Says what is wrong with a URL without repeating any of it but its scheme. */
export function whatIsWrongWithUrl(text: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]
  if (scheme === undefined) return 'is not a URL'
  return PROTOCOLS.includes(`${scheme.toLowerCase()}:`)
    ? 'cannot be read as a URL (special characters of a password must be percent-encoded)'
    : `is a "${scheme}" URL, not one of PostgreSQL`
}
