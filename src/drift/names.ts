import type { SchemaObject } from '../domain/drift.ts'
import { OWNER, SELF } from '../domain/drift.ts'

/** What an object is called in a report: in a relation by its own name, else in full. */
export function nameOf({ kind, path }: SchemaObject): string {
  const [first = '', second = '', third = '', fourth = '', fifth = ''] = path
  switch (kind) {
    case 'column':
    case 'constraint':
    case 'unique index':
    case 'rule':
    case 'policy':
    case 'trigger':
      return third
    case 'function':
    case 'aggregate':
      return `${first}.${second}(${third})`
    case 'membership':
      return `${first} in ${second}`
    case 'privilege':
      return `of ${personOf(fifth)} on ${targetName(first, second, third, fourth)}`
    case 'default privilege':
      return `of ${personOf(fourth)} on new ${third} of ${personOf(first)}${second === '' ? '' : ` in ${second}`}`
    case 'published':
      return `${second}.${third} in ${first}`
    case 'schema':
    case 'extension':
    case 'role':
    case 'event trigger':
    case 'publication':
    case 'bucket':
      return first
    case 'enum':
    case 'domain':
    case 'composite type':
    case 'range':
    case 'sequence':
    case 'table':
    case 'view':
    case 'materialized view':
    case 'row security':
      return `${first}.${second}`
  }
}

function targetName(target: string, schema: string, name: string, part: string): string {
  switch (target) {
    case 'schema':
      return `schema ${name}`
    case 'function':
      return `function ${schema}.${name}(${part})`
    case 'sequence':
      return `sequence ${schema}.${name}`
    default:
      return part === '' ? `${schema}.${name}` : `${schema}.${name}(${part})`
  }
}

function personOf(role: string): string {
  if (role === OWNER) return 'the project’s owner'
  return role === SELF ? 'the owner' : role
}
