import type { Witness } from '../domain/report.ts'

const LONGEST = 40

/**
 * `row { id, visibility: 'public' }  session { role: anon }`: what it takes at least. Of keys the name is enough: in the next
 * database they are others.
 */
export function witnessText({ row, session }: Witness): string {
  const { role, claims, settings } = session
  const parts = [
    `role: ${role}`,
    ...Object.entries({ ...claims, ...settings })
      .filter(([name]) => name !== 'role')
      .map(entryText),
  ]
  return `row ${braced(Object.entries(row).map(entryText))}  session ${braced(parts)}`
}

const braced = (parts: readonly string[]): string => (parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`)

const KEY = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

function entryText([name, value]: readonly [string, unknown]): string {
  if (typeof value === 'string' && KEY.test(value)) return name
  const text = typeof value === 'string' ? `'${value}'` : JSON.stringify(value)
  return text.length > LONGEST ? name : `${name}: ${text}`
}
