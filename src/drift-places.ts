import { OWNER, SELF } from './domain/drift.ts'
import type { ObjectKind, SchemaObject } from './domain/drift.ts'
import type { Place } from './domain/place.ts'
import type { Change } from './drift/compare.ts'
import type { BlameRecord } from './migrations/blame.ts'
import { placesIn } from './reported-relations.ts'
import { quoteName, quoteQualified } from './sql/quote.ts'

/** Where the migrations last define an object; of what belongs to a table alone, where they last change that table. */
export function placesOf(definitions: readonly BlameRecord[]): (object: SchemaObject) => Place {
  const places = placesIn(definitions)
  return (object) => {
    const { type, identity } = identityOf(object)
    const place = places(type, identity)
    if (place.file !== undefined || object.relation === null) return place
    return places('table', object.relation)
  }
}

/**
 * What is known of where the other state comes from: what it states as the migrations do stands there, and what it grants
 * beside them is granted by it.
 */
export function definitionsFor(
  definitions: readonly BlameRecord[],
  changes: readonly Change[],
  side: string,
): readonly BlameRecord[] {
  const keyOf = (type: string, identity: string): string =>
    `${type} ${identity.replaceAll('"', '').replaceAll('pg_catalog.', '')}`
  const gone = new Set(
    changes.flatMap(({ before }) => {
      if (!before || !OWN_IDENTITY.has(before.kind)) return []
      const { type, identity } = identityOf(before)
      return [keyOf(type, identity)]
    }),
  )
  const kept = definitions.filter(
    ({ objectType, identity }) => identity === null || !gone.has(keyOf(objectType, identity)),
  )
  const grants = changes.flatMap(grantOf)
  const granted: BlameRecord = {
    file: side,
    line: 1,
    tag: 'GRANT',
    objectType: 'TABLE',
    identity: null,
    classId: null,
    objectId: null,
    statement: grants.join('; '),
  }
  return grants.length === 0 ? kept : [...kept, granted]
}

/** Kinds that the server names by themselves where a statement makes them. */
const OWN_IDENTITY: ReadonlySet<ObjectKind> = new Set([
  'policy',
  'trigger',
  'rule',
  'function',
  'view',
  'materialized view',
])

/** As an event trigger is told of it. What is said of a part of a table is told of the table. */
function identityOf({ kind, path, relation }: SchemaObject): {
  readonly type: string
  readonly identity: string
} {
  const [schema = '', name = '', part = ''] = path
  switch (kind) {
    case 'policy':
    case 'trigger':
    case 'rule':
      return { type: kind, identity: `${part} on ${schema}.${name}` }
    case 'function':
    case 'aggregate':
      return { type: kind, identity: `${schema}.${name}(${part})` }
    case 'view':
    case 'materialized view':
    case 'sequence':
      return { type: kind, identity: `${schema}.${name}` }
    case 'enum':
    case 'domain':
    case 'composite type':
    case 'range':
      return { type: 'type', identity: `${schema}.${name}` }
    case 'unique index':
      return { type: 'index', identity: `${schema}.${part}` }
    case 'schema':
    case 'extension':
    case 'event trigger':
    case 'publication':
      return { type: kind, identity: schema }
    case 'table':
    case 'column':
    case 'constraint':
    case 'row security':
    case 'privilege':
    case 'default privilege':
    case 'published':
    case 'role':
    case 'membership':
    case 'bucket':
      return { type: 'table', identity: relation ?? '' }
  }
}

/** What is granted there beside the migrations on a table or sequence, as whoever asks who granted it reads it. */
function grantOf({ before, after }: Change): readonly string[] {
  if (!after) return []
  const { kind, path } = after
  const [target = '', schema = '', name = '', part = '', grantee = ''] = path
  if (kind !== 'privilege' || !['table', 'sequence'].includes(target) || [OWNER, SELF].includes(grantee))
    return []
  const known = wordsOf(before)
  const words = wordsOf(after).filter((word) => !known.includes(word))
  if (words.length === 0) return []
  const list = words.map((word) => (part === '' ? word : `${word} (${quoteName(part)})`)).join(', ')
  const who = grantee === 'public' ? grantee : quoteName(grantee)
  return [`grant ${list} on ${target} ${quoteQualified(schema, name)} to ${who}`]
}

const wordsOf = (object: SchemaObject | null): readonly string[] =>
  (object?.facets['privileges'] ?? '')
    .replaceAll('*', '')
    .split(', ')
    .filter((word) => word !== '')
