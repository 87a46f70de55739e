import type { SchemaObject } from '../domain/drift.ts'
import type { Change } from './compare.ts'

/**
 * Whether who may do what can depend on a difference. In doubt it can: a function counts where it runs with its owner's
 * rights, and where a policy or view calls it. A table that the migrations do not know counts, too.
 */
export function weightOf(
  { state, before, after }: Change,
  isMentioned: (name: string) => boolean,
): 'access' | 'structure' {
  if (state === 'extra' && after.kind === 'table') return 'access'
  const sides = [before, after].filter((side): side is SchemaObject => side !== null)
  return sides.some((side) => decides(side, isMentioned)) ? 'access' : 'structure'
}

function decides({ kind, path, facets }: SchemaObject, isMentioned: (name: string) => boolean): boolean {
  switch (kind) {
    case 'role':
    case 'membership':
    case 'view':
    case 'materialized view':
    case 'rule':
    case 'row security':
    case 'policy':
    case 'privilege':
    case 'default privilege':
    case 'publication':
    case 'published':
    case 'bucket':
      return true
    case 'function':
      return facets['security'] === 'definer' || isMentioned(`${path[0]}.${path[1]}(`)
    case 'schema':
    case 'extension':
    case 'enum':
    case 'domain':
    case 'composite type':
    case 'range':
    case 'sequence':
    case 'aggregate':
    case 'table':
    case 'column':
    case 'constraint':
    case 'unique index':
    case 'trigger':
    case 'event trigger':
      return false
  }
}
