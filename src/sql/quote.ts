/** An identifier or a qualified name that is quoted already. Made in this file alone. */
export type QuotedName = string & { readonly __quoted: unique symbol }

/** Quotes one identifier, whatever is in it. */
export function quoteName(name: string): QuotedName {
  if (name.includes('\0')) throw new Error('an identifier cannot hold a NUL character')
  return `"${name.replaceAll('"', '""')}"` as QuotedName
}

export function quoteQualified(schema: string, name: string): QuotedName {
  return `${quoteName(schema)}.${quoteName(name)}` as QuotedName
}

/** Quotes a value as a literal of unknown type; null becomes NULL. */
export function quoteLiteral(value: string | number | boolean | null): string {
  if (value === null) return 'null'
  const text = String(value)
  if (text.includes('\0')) throw new Error('PostgreSQL text cannot hold a NUL character')
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
}
