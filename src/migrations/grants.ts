import type { GrantStatement } from '../domain/grants.ts'
import { readGrants } from '../sql/grants.ts'
import type { BlameRecord } from './blame.ts'

/** What the migrations granted and revoked, in the order in which it ran. A loop's statement stands for all its rounds. */
export function grantsOf(records: readonly BlameRecord[]): readonly GrantStatement[] {
  const told = new Set<string>()
  return records.flatMap(({ file, line, statement }, index) => {
    if (statement === null) return []
    // all that a command did stands at one place
    const key = line === 0 ? `${file}\n${statement}` : `${file}:${line}`
    if (told.has(key)) return []
    told.add(key)
    return readGrants(statement).map((said) => ({ ...said, file, line, number: index + 1 }))
  })
}

/** The place in that order of the statement that first named a table or sequence, by `schema.name`. */
export function madeAt(records: readonly BlameRecord[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  records.forEach(({ objectType, identity }, index) => {
    if (identity === null || !['table', 'sequence'].includes(objectType)) return
    const name = identity.replaceAll('"', '')
    if (!found.has(name)) found.set(name, index + 1)
  })
  return found
}
