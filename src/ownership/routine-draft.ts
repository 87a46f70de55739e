import type { Binding } from '../domain/routine-facts.ts'

/** What was found out about a function so far. */
export interface Draft {
  readonly relations: Set<number>
  readonly bindings: Map<number, Map<string, Binding>>
  readonly literals: Map<number, Set<string>>
  /** keys that are taken from JSON arguments */
  readonly jsonKeys: Map<number, Set<string>>
  reachesOut: string | null
  elevated: boolean
  writes: boolean
  asksWho: boolean
}

export const newDraft = (elevated: boolean): Draft => ({
  relations: new Set(),
  bindings: new Map(),
  literals: new Map(),
  jsonKeys: new Map(),
  reachesOut: null,
  elevated,
  writes: false,
  asksWho: false,
})

export function bind(draft: Draft, position: number, binding: Binding, key?: string): void {
  const { relation, column, written } = binding
  const found = draft.bindings.get(position) ?? new Map<string, Binding>()
  draft.bindings.set(position, found)
  const name = `${key ?? ''} ${relation}.${column}`
  // what is compared somewhere finds a row by it
  const isWritten = written === true && (found.get(name)?.written ?? true)
  found.set(name, {
    relation,
    column,
    ...(key === undefined ? {} : { key }),
    ...(isWritten ? { written: true } : {}),
  })
}

export function setOf(map: Map<number, Set<string>>, key: number): Set<string> {
  const found = map.get(key) ?? new Set<string>()
  map.set(key, found)
  return found
}
